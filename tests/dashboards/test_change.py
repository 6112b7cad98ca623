"""A change of the settings: asked, answered, in force."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

import pytest

from dashboards.change import Change
from dashboards.pages.page import View
from dashboards.snapshot import Snapshot
from monitor.errors import Unusable
from monitor.settings import Settings
from monitor.wire.message import Message
from tests.support.rows import table


class Asked:
    """A view whose answers a test gives when it likes; everything runs at once in this thread."""

    def __init__(self) -> None:
        self.answers: list[Future[Message]] = []
        self.redrawn = 0
        self.view = View(
            settings=Settings(),
            snapshot=Snapshot,
            arguments={},
            redraw=self._redraw,
            control=self._control,
            undo=lambda: self._control([]),
            later=self._now,
        )

    def _redraw(self) -> None:
        self.redrawn += 1

    def _control(self, changes: Sequence[Mapping[str, Any]]) -> Future[Message]:
        self.answers.append(Future())
        return self.answers[-1]

    def _now(self, action: Callable[[], None]) -> None:
        action()


def at_version(version: int) -> Snapshot:
    return Snapshot(rows=table(0, version, name="pipeline_version"))


def test_an_accepted_change_is_in_force_when_the_rows_have_its_version() -> None:
    asked = Asked()
    change = Change(asked.view)
    change.ask([{"path": "a", "value": 1}])
    assert change.text(at_version(1)) == "Asked for …"

    asked.answers[0].set_result(Message("accepted", {"version": 2}))

    assert change.text(at_version(1)).startswith("Accepted as settings version 2")
    assert change.text(at_version(2)) == "In force since settings version 2."
    assert asked.redrawn >= 2


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (Message("refused", {"why": "there is no such region"}), "Refused: there is no such region"),
        (Message("accepted", {"version": "two"}), "Refused: no reason given"),
        (Unusable("the service did not answer"), "Not done: the service did not answer."),
    ],
)
def test_what_was_not_done_is_told(answer: Message | Exception, text: str) -> None:
    asked = Asked()
    change = Change(asked.view)
    change.ask([])
    if isinstance(answer, Exception):
        asked.answers[0].set_exception(answer)
    else:
        asked.answers[0].set_result(answer)

    assert change.text(at_version(1)) == text


def test_the_answer_to_an_earlier_question_does_not_cover_a_later_one() -> None:
    asked = Asked()
    change = Change(asked.view)
    change.ask([])
    change.ask([])

    asked.answers[0].set_result(Message("refused", {"why": "old"}))

    assert change.text(at_version(1)) == "Asked for …"


def test_taking_back_is_followed_like_a_change() -> None:
    asked = Asked()
    change = Change(asked.view)
    change.undo()

    asked.answers[0].set_result(Message("refused", {"why": "there is nothing to undo"}))

    assert change.text(Snapshot()) == "Refused: there is nothing to undo"
