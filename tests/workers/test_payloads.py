"""Payloads are grouped by source and type, in event order, over all places."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.xtc.header import Level
from tests.support.camera_run import batch_of, payload
from workers.payloads import group_numbers, payloads_of
from workers.trouble import Trouble

words = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 1)), max_size=40)


@settings(deadline=None)
@given(words)
def test_words_are_numbered_in_order_of_appearance(made: list[tuple[int, int, int]]) -> None:
    group, first = group_numbers(np.array(made, np.uint32).reshape(-1, 3))
    order = list(dict.fromkeys(made))
    assert group.tolist() == [order.index(word) for word in made]
    assert first.tolist() == [made.index(word) for word in order]


def test_each_group_holds_one_source_and_type_in_event_order() -> None:
    ebeam = payload(Level.REPORTER, 0, (15, 3), {"ebeamCharge": 1.0})
    gas = payload(Level.REPORTER, 2, (14, 0), {})
    batch, buffers = batch_of([[gas, ebeam], [gas], [ebeam, gas]])
    groups = payloads_of(batch, buffers, Trouble())
    found = {word[1]: group.entries["event"].tolist() for word, group in groups.items()}
    assert found == {0: [0, 2], 2: [0, 1, 2]}


def test_a_table_has_a_row_for_every_event_and_zeros_where_nothing_came() -> None:
    ebeam = [payload(Level.REPORTER, 0, (16, 0), {"fitTime1": float(i)}) for i in range(3)]
    batch, buffers = batch_of([[ebeam[0]], [], [ebeam[2]]])
    (group,) = payloads_of(batch, buffers, Trouble()).values()
    assert group.table(np.dtype([("time", "<f8")]))["time"].tolist() == [0.0, 0.0, 2.0]
    assert group.present is not None
    assert group.present.tolist() == [True, False, True]


def test_an_empty_batch_of_payloads_has_no_groups() -> None:
    batch, buffers = batch_of([[], []])
    groups = payloads_of(batch, buffers, Trouble())
    assert {word[0] for word in groups} <= {Level.SEGMENT}
