"""Something is asked for once per occasion, and again while there is no answer."""

import gc
import weakref
from concurrent.futures import Future

from dashboards.question import AGAIN_S, Question
from monitor.errors import Unusable
from monitor.wire.message import Message


class Asked:
    """Requests that a test answers by hand."""

    def __init__(self) -> None:
        self.open: list[Future[Message]] = []
        self.taken: list[Message] = []
        self.complete = True
        self.question = Question(self._ask, self._take)

    def _ask(self) -> Future[Message]:
        self.open.append(Future())
        return self.open[-1]

    def _take(self, message: Message) -> bool:
        self.taken.append(message)
        return self.complete


ANSWER = Message("axes", {})


def test_it_is_asked_once_per_occasion() -> None:
    asked = Asked()
    assert not asked.question.turn(None, 0.0)
    assert not asked.question.turn("run 1", 0.0)
    asked.open[0].set_result(ANSWER)

    assert asked.question.turn("run 1", 0.1)
    assert not asked.question.turn("run 1", 90.0)
    assert len(asked.open) == 1

    asked.question.turn("run 2", 91.0)
    assert len(asked.open) == 2


def test_no_answer_and_one_that_came_too_early_are_asked_for_again_after_a_while() -> None:
    asked = Asked()
    asked.complete = False
    asked.question.turn(1, 0.0)
    asked.open[0].set_exception(Unusable("silence"))
    assert not asked.question.turn(1, 0.1)
    assert asked.question.failures == 1

    asked.question.turn(1, AGAIN_S / 2)
    assert len(asked.open) == 1

    asked.question.turn(1, AGAIN_S)
    asked.open[1].set_result(ANSWER)
    assert asked.question.turn(1, AGAIN_S + 0.1)

    asked.question.turn(1, 2 * AGAIN_S)
    assert len(asked.open) == 3


def test_while_one_request_is_under_way_there_is_no_second() -> None:
    asked = Asked()
    asked.question.turn(1, 0.0)
    asked.question.turn(2, 100.0)

    assert len(asked.open) == 1


def test_a_refused_answer_keeps_nothing_of_its_turn_alive() -> None:
    """Errors know the frames they went through, and those the newest pictures: 16 MB every two seconds of a 4 Mpx detector."""
    answers: list[Future[Message]] = [Future()]
    answers[0].set_exception(Unusable("not there"))
    question, gone = Question(answers.pop, lambda message: True), weakref.ref(answers[0])
    gc.disable()
    try:
        question.turn("now", 0.0)
        question.turn("now", 1.0)
        assert question.failures == 1
        assert gone() is None
    finally:
        gc.enable()
