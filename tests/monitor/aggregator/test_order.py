"""Rows leave in event order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.aggregator.order import Order
from monitor.wire.rows import Reduced
from tests.support.some_rows import some_reduced


def spans(shown: list[Reduced]) -> list[tuple[int, int]]:
    return [(each.rows.first, each.rows.stop) for each in shown]


def test_an_early_row_waits_for_its_turn() -> None:
    order = Order()
    assert order.add(some_reduced(5, 8), 0.0) == []
    assert order.waiting == 3
    assert spans(order.add(some_reduced(0, 5), 0.0)) == [(0, 5), (5, 8)]


def test_lost_events_are_not_waited_for() -> None:
    order = Order()
    order.add(some_reduced(5, 8), 0.0)
    assert order.give_up([(0, 3)]) == []
    assert spans(order.give_up([(3, 5)])) == [(5, 8)]


def test_a_gap_is_given_up_after_the_patience_and_its_rows_are_late() -> None:
    order = Order(patience=2.0)
    order.add(some_reduced(5, 8), 10.0)
    assert order.tick(11.9) == []
    assert spans(order.tick(12.0)) == [(5, 8)]
    assert order.add(some_reduced(1, 4), 12.1) == []
    assert order.late == 3


def test_rows_that_are_half_late_are_shown_from_where_they_are_not() -> None:
    order = Order(patience=1.0)
    order.add(some_reduced(2, 4), 0.0)
    order.tick(1.0)
    assert spans(order.add(some_reduced(0, 2), 1.0)) == []
    assert spans(order.add(some_reduced(3, 6), 1.0)) == [(4, 6)]
    assert order.late == 2


def test_without_end_of_patience_nothing_is_given_up() -> None:
    order = Order()
    order.add(some_reduced(5, 8), 0.0)
    assert order.tick(1e9) == []


@given(st.permutations(range(12)), st.sets(st.integers(0, 11), max_size=4))
def test_any_arrival_order_gives_the_same_stream(arrival: list[int], lost: set[int]) -> None:
    order, shown = Order(), []
    for piece in arrival:
        first, stop = piece * 10, piece * 10 + 10
        shown += order.give_up([(first, stop)]) if piece in lost else order.add(some_reduced(first, stop), 0.0)
    assert spans(shown) == [(n * 10, n * 10 + 10) for n in range(12) if n not in lost]
    assert order.next_seq == 120
    assert np.concatenate([[0], *[each.rows.columns["seq"].values for each in shown]]).size == 1 + 10 * (12 - len(lost))
