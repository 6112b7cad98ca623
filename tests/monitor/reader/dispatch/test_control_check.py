"""Settings that no worker could use never come into force."""

from monitor.errors import ConfigError
from monitor.reader.dispatch.instruction import Send
from monitor.reader.dispatch.machine import Dispatch
from monitor.settings import Settings
from monitor.wire.client_note import Control


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
