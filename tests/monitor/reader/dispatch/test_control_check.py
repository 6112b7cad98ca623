"""Settings that no worker could use never come into force."""

from monitor.errors import ConfigError
from monitor.reader.dispatch.instruction import Send
from monitor.reader.dispatch.machine import Dispatch
from monitor.settings import Settings
from monitor.wire.client_note import Control, Undo


def refuse_the_moon(settings: Settings) -> None:
    if settings.calib_directory == "/moon":
        raise ConfigError("no worker gets there", key="calib_directory")


def answers(dispatch: Dispatch, folder: str) -> list[tuple[str, object]]:
    note = Control(request=5, changes=({"path": "calib_directory", "value": folder},), author="me")
    out = dispatch.control(b"client", note, 1.0, 2.0)
    return [
        (each.message.kind, each.message.header.get("why")) for each in out if isinstance(each, Send) and each.peer == b"client"
    ]


def test_a_change_that_the_check_refuses_says_why_and_leaves_the_version() -> None:
    dispatch = Dispatch(Settings(), live=False, check=refuse_the_moon)
    dispatch.begin(0.0, 0.0, "me")
    version = dispatch.intake.version
    assert answers(dispatch, "/moon") == [("refused", "calib_directory: no worker gets there")]
    assert dispatch.intake.version == version
    assert [kind for kind, _ in answers(dispatch, "/earth")] == ["accepted"]
    assert dispatch.intake.version == version + 1


def test_changes_are_taken_back_one_after_the_other_each_as_a_new_version() -> None:
    dispatch = Dispatch(Settings(calib_directory="/start"), live=False)
    dispatch.begin(0.0, 0.0, "me")
    for folder in ("/one", "/two"):
        answers(dispatch, folder)
    seen = []
    for _ in range(3):
        out = dispatch.undo(b"client", Undo(request=9, author="you"), 1.0, 2.0)
        kind = next(each.message.kind for each in out if isinstance(each, Send) and each.peer == b"client")
        seen.append((kind, dispatch.pipeline.settings["calib_directory"], dispatch.intake.version))
    assert seen == [("accepted", "/one", 4), ("accepted", "/start", 5), ("refused", "/start", 5)]
    assert dispatch.pipeline.author == "you"
