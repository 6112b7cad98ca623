"""Settings that no worker could use never come into force."""

from monitor.errors import ConfigError
from monitor.reader.dispatch.instruction import Send
from monitor.reader.dispatch.machine import Dispatch
from monitor.settings import Settings
from monitor.wire.client_note import Control


def refuse_large_credits(settings: Settings) -> None:
    if settings.pool.credits > 8:
        raise ConfigError("no worker can take so many", key="pool.credits")


def answers(dispatch: Dispatch, credits: int) -> list[tuple[str, object]]:
    note = Control(request=5, changes=({"path": "pool.credits", "value": credits},), author="me")
    out = dispatch.control(b"client", note, 1.0, 2.0)
    return [
        (each.message.kind, each.message.header.get("why")) for each in out if isinstance(each, Send) and each.peer == b"client"
    ]


def test_a_change_that_the_check_refuses_says_why_and_leaves_the_version() -> None:
    dispatch = Dispatch(Settings(), live=False, check=refuse_large_credits)
    dispatch.begin(0.0, 0.0, "me")
    version = dispatch.intake.version
    assert answers(dispatch, 9) == [("refused", "pool.credits: no worker can take so many")]
    assert dispatch.intake.version == version
    assert [kind for kind, _ in answers(dispatch, 8)] == ["accepted"]
    assert dispatch.intake.version == version + 1
