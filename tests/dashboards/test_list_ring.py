"""The newest lists in bounded memory."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dashboards.arrays import Piece
from dashboards.list_ring import NOTES_BYTES, ListRing
from dashboards.snapshot import FieldInfo, Lists

INFO = FieldInfo("pixel")


def piece(first: int, *lists: list[float]) -> Piece:
    lengths = np.array([len(each) for each in lists], np.int64)
    return Piece("x", np.arange(first, first + len(lists)), np.array([x for each in lists for x in each], np.float64), lengths)


def as_lists(found: Lists) -> dict[int, list[float]]:
    return {int(seq): found.of(int(seq)).tolist() for seq in found.seq}


def test_each_event_has_its_own_elements() -> None:
    ring = ListRing(1000)
    ring.append(piece(5, [1, 2], [], [3]))
    ring.append(piece(8, [4]))

    found = ring.view(INFO)
    assert as_lists(found) == {5: [1, 2], 6: [], 7: [3], 8: [4]}
    assert found.values.tolist() == [1, 2, 3, 4]
    assert found.last(2).values.tolist() == [3, 4]
    assert found.of(99).tolist() == []


def test_a_sender_that_begins_anew_replaces_what_came_later() -> None:
    ring = ListRing(1000)
    ring.append(piece(0, [1], [2, 3], [4]))
    ring.append(piece(1, [9]))

    assert as_lists(ring.view(INFO)) == {0: [1], 1: [9]}


def test_what_is_nothing_is_nothing() -> None:
    assert len(ListRing(10).view(INFO)) == 0
    assert ListRing(10).view(INFO).values.tolist() == []


@given(
    st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=5), max_size=30),
    st.integers(NOTES_BYTES, 40 * NOTES_BYTES),
)
def test_the_newest_events_are_kept_within_the_bytes(messages: list[list[int]], limit: int) -> None:
    ring, plain, seq, value = ListRing(limit), {}, 0, 0.0
    views = []
    for lengths in messages:
        lists = []
        for n in lengths:
            lists.append([value + i for i in range(n)])
            plain[seq + len(lists) - 1] = lists[-1]
            value += n
        ring.append(piece(seq, *lists))
        seq += len(lists)
        found = ring.view(INFO)
        views.append((found, as_lists(found)))

    for found, kept in views:
        assert as_lists(found) == kept
        assert kept == {key: plain[key] for key in kept}
        assert len(found.values) * 8 <= limit or len(found) == 1
        assert len(found) <= max(1, limit // NOTES_BYTES)
    if views:
        found = views[-1][0]
        assert [*found.seq] == [*range(seq - len(found), seq)]
        more = sum(len(plain[key]) for key in range(seq - len(found) - 1, seq) if key >= 0)
        assert len(found) == seq or more * 8 > limit or len(found) == max(1, limit // NOTES_BYTES)
