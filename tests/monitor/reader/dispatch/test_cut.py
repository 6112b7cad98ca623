"""Cutting blocks into batches."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.event import EPICS_CHANGE
from monitor.model.place import FilePlace
from monitor.reader.dispatch.cut import Cutter, split, stretch_of, without_first
from monitor.reader.dispatch.draft import Cut
from tests.support.blocks import events, state

A, B = FilePlace("a.xtc"), FilePlace("b.xtc")


def cuts_of(sizes: list[int], *, max_events: int = 5, max_bytes: int = 1 << 30, nbytes: int = 100) -> list[Cut]:
    """All batches of blocks of these sizes; blocks lie in files a and b in turn."""
    cutter, found, at = Cutter(max_events, max_bytes), [], 0
    here = state()
    for i, size in enumerate(sizes):
        found += cutter.add(stretch_of(events(at, size, nbytes=nbytes, place=(A, B)[i % 2], at=here), 0.0), 0.0)
        at += size
    return found + cutter.close()


@given(sizes=st.lists(st.integers(1, 12), max_size=8), max_events=st.integers(1, 7), max_bytes=st.integers(1, 900))
def test_every_event_is_in_one_batch_with_its_own_bytes(sizes: list[int], max_events: int, max_bytes: int) -> None:
    cuts = cuts_of(sizes, max_events=max_events, max_bytes=max_bytes)
    fiducials = [f for cut in cuts for f in cut.events["fiducials"].tolist()]
    assert fiducials == list(range(sum(sizes)))
    owner = [i % 2 for i, size in enumerate(sizes) for _ in range(size)]
    for cut in cuts:
        assert 1 <= len(cut.events) <= max_events
        assert cut.nbytes == 100 * len(cut.events)
        assert cut.nbytes <= max_bytes or len(cut.events) == 1
        for event, piece in enumerate(cut.pieces):
            fiducial = int(cut.events["fiducials"][event])
            assert int(piece["event"]) == event
            assert int(piece["offset"]) == 100 * fiducial
            assert cut.places[piece["place"]] == (A, B)[owner[fiducial]]
        assert len(set(cut.places)) == len(cut.places)


def test_batches_fill_up_across_blocks() -> None:
    assert [len(cut.events) for cut in cuts_of([3, 3, 3, 3])] == [5, 5, 2]


def test_a_new_state_closes_the_batch() -> None:
    cutter = Cutter(5, 1 << 30)
    assert cutter.add(stretch_of(events(0, 2, place=A, at=state(1)), 0.0), 0.0) == []
    closed = cutter.add(stretch_of(events(2, 2, place=A, at=state(2)), 0.0), 0.0)
    assert [cut.state.version for cut in closed] == [1]
    assert [cut.state.version for cut in cutter.close()] == [2]


def epics_by_event(cut: Cut) -> list[list[float]]:
    """Values in force at each event of a batch, by a plain loop."""
    values, found = cut.epics_start.copy(), []
    for event in range(len(cut.events)):
        for change in cut.epics_changes:
            if change["event"] == event:
                values[change["pv"]] = change["value"]
        found.append(values.tolist())
    return found


def test_epics_values_are_the_same_however_events_are_cut() -> None:
    here = state(1, pvs=2)
    changes = np.array([(1, 0, 10.0), (1, 0, 11.0), (3, 1, 20.0), (5, 0, 12.0)], EPICS_CHANGE)
    first = replace(events(0, 6, place=A, at=here), epics_start=np.array([1.0, 2.0]), epics_changes=changes)
    second = replace(events(6, 3, place=A, at=here), epics_start=np.array([12.0, 21.0]))
    expected = [[1, 2], [11, 2], [11, 2], [11, 20], [11, 20], [12, 20], [12, 21], [12, 21], [12, 21]]
    for max_events in range(1, 10):
        cutter = Cutter(max_events, 1 << 30)
        cuts = [cut for block in (first, second) for cut in cutter.add(stretch_of(block, 0.0), 0.0)] + cutter.close()
        assert [values for cut in cuts for values in epics_by_event(cut)] == expected


def test_unknown_values_at_a_seam_are_no_change() -> None:
    here = state(1, pvs=1)
    parts = [replace(events(i, 1, place=A, at=here), epics_start=np.array([np.nan])) for i in range(3)]
    cutter = Cutter(3, 1 << 30)
    (cut,) = [cut for part in parts for cut in cutter.add(stretch_of(part, 0.0), 0.0)]
    assert len(cut.epics_changes) == 0


@given(count=st.integers(1, 20), max_bytes=st.integers(1, 900))
def test_portions_hold_all_events_and_no_more_than_asked(count: int, max_bytes: int) -> None:
    portions = split(stretch_of(events(0, count, place=A), 0.0), max_bytes)
    assert [f for portion in portions for f in portion.events["fiducials"].tolist()] == list(range(count))
    assert [o for portion in portions for o in portion.pieces["offset"].tolist()] == [100 * i for i in range(count)]
    assert all(len(portion.events) == 1 or 100 * len(portion.events) <= max_bytes for portion in portions)


def test_events_that_are_durable_are_left_out() -> None:
    rest = without_first(stretch_of(events(0, 5, place=A), 0.0), 2)
    assert rest.events["fiducials"].tolist() == [2, 3, 4]
    assert rest.pieces["event"].tolist() == [0, 1, 2]
    assert rest.pieces["offset"].tolist() == [200, 300, 400]
