"""The join of clocks against a plain twin."""

from collections import defaultdict
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.reader.xtc2.join import ITEM, join, ready


def queue(stream: int, *clocks: int, service: int = 12) -> np.ndarray:
    items = np.zeros(len(clocks), ITEM)
    items["timestamp"], items["stream"], items["service"] = sorted(clocks), stream, service
    items["order"] = items["timestamp"]
    return items


def groups(parts: list[np.ndarray]) -> list[tuple[int, list[int]]]:
    """Clock and streams of each group."""
    found = join(parts)
    edges = found.first.tolist()
    return [(int(found.items["timestamp"][a]), found.items["stream"][a:z].tolist()) for a, z in pairwise(edges)]


def test_equal_clocks_are_one_group_with_the_lowest_stream_first() -> None:
    assert groups([queue(0, 1, 2, 4), queue(3, 2, 3, 4)]) == [(1, [0]), (2, [0, 3]), (3, [3]), (4, [0, 3])]


@given(st.dictionaries(st.integers(0, 5), st.lists(st.integers(0, 30), max_size=20), max_size=4))
@settings(deadline=None)
def test_groups_are_what_the_twin_finds(clocks: dict[int, list[int]]) -> None:
    plain: Any = defaultdict(list)
    for stream in sorted(clocks):
        for clock in sorted(set(clocks[stream])):
            plain[clock].append(stream)
    parts = [queue(stream, *found) for stream, found in clocks.items()]
    assert groups(parts) == sorted(plain.items())
    assert join(parts).duplicates == sum(len(found) - len(set(found)) for found in clocks.values())


def test_what_is_of_another_kind_than_the_lowest_stream_is_left_out() -> None:
    found = join([queue(0, 5, service=12), queue(1, 5, service=10)])
    assert (found.items["stream"].tolist(), found.service.tolist(), found.strangers) == ([0], [12], 1)


def test_nothing_is_joined_before_every_stream_has_brought_something() -> None:
    assert ready([queue(0, 1, 2), queue(1)], [False, False]) == [0, 0]


def test_streams_are_joined_up_to_the_newest_clock_of_the_slowest() -> None:
    assert ready([queue(0, 1, 2, 3, 9), queue(1, 2, 3)], [False, False]) == [3, 2]


def test_a_stream_that_has_ended_is_not_waited_for() -> None:
    assert ready([queue(0, 1, 2, 3, 9), queue(1)], [False, True]) == [4, 0]
    assert ready([queue(0, 1, 2, 3, 9), queue(1, 7)], [True, True]) == [4, 1]
