from hypothesis import given
from hypothesis import strategies as st

from monitor.reader.sources.turn import IN_TURN, LATE, TWICE, Turn


def test_events_in_their_order_are_in_turn() -> None:
    turn = Turn(0)
    assert [turn.event(s, n, first=s == 0) for n in range(3) for s in (0, 1)] == [IN_TURN] * 6
    assert turn.expected == 3


def test_an_event_that_later_ones_overtook_is_late_with_all_its_parts() -> None:
    turn = Turn(0)
    turn.event(0, 0, first=True)
    assert turn.missed(2) == 1
    assert turn.event(0, 2, first=True) == IN_TURN
    assert turn.event(0, 1, first=True) == LATE
    assert turn.event(1, 1, first=False) == LATE
    assert turn.event(1, 2, first=False) == IN_TURN


def test_what_came_before_comes_twice() -> None:
    turn = Turn(0)
    for n in range(3):
        turn.event(0, n, first=True)
    assert turn.event(0, 1, first=True) == TWICE
    assert turn.event(0, 2, first=True) == TWICE


def test_a_part_that_a_later_one_of_its_stream_overtook_is_late() -> None:
    turn = Turn(0)
    turn.event(0, 0, first=True)
    turn.event(0, 1, first=True)
    assert turn.event(1, 1, first=False) == IN_TURN
    assert turn.event(1, 0, first=False) == LATE


def test_a_part_behind_the_next_transition_is_late() -> None:
    turn = Turn(0)
    turn.event(0, 0, first=True)
    turn.transition()
    assert turn.event(1, 0, first=False) == LATE


@given(st.lists(st.integers(0, 12), max_size=40))
def test_every_event_is_missed_or_taken_once_in_whatever_order_they_come(numbers: list[int]) -> None:
    turn, taken, missed = Turn(0), [], 0
    for number in numbers:
        missed += turn.missed(number)
        if turn.event(0, number, first=True) == IN_TURN:
            taken.append(number)
    missed += turn.missed(13)
    assert taken == sorted(set(taken))
    assert missed + len(taken) == 13
