"""The walk against a plain twin, on whole, cut and mutated bytes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.xtc.walk import Heads, Stop, _heads, heads, index, walk
from tests.support import plain_walk
from tests.support.xtc_bytes import BEGIN_RUN, EBEAM, L1ACCEPT, container, datagram, epics_time, ipm, run_streams, xtc

TIME = 1_329_500_000, 5
STREAM = b"".join(run_streams(steps=1, events=3, daq=1)[0])


def array(data: bytes) -> np.ndarray:
    return np.frombuffer(data, np.uint8)


def check(data: bytes) -> None:
    """Everything the kernels find is what the twin finds."""
    found = heads(array(data))
    places, stop, reason = plain_walk.heads(data)
    assert [tuple(row) for row in found.table[["offset", "length"]].tolist()] == places
    assert (found.stop, found.reason.name) == (stop, reason)
    result = walk(array(data), found.table["offset"], found.table["length"])
    entries, corrupt = plain_walk.payloads(data)
    names = ["datagram", "logical", "physical", "contains", "damage", "offset", "size"]
    assert result.index[names].tolist() == [tuple(entry) for entry in entries]
    assert (result.index["level"] == result.index["logical"] >> 24).all()
    assert result.corrupt[["datagram", "offset", "extent", "remaining"]].tolist() == corrupt


def test_a_head_holds_the_fields_of_the_datagram() -> None:
    data = datagram(L1ACCEPT, time=(1_400_000_001, 123), fiducials=131039, vector=0x7FFF, env=0x80000001, damage=2)
    (row,) = heads(array(data)).table.tolist()
    assert row == (0, 40, 1_400_000_001, 123, 131039, 1500, 0x7FFF, L1ACCEPT, 0x80000001, 2)


def test_a_whole_stream_is_found() -> None:
    check(STREAM)


@pytest.mark.parametrize("cut", range(0, len(STREAM) + 1, 4))
def test_a_cut_costs_only_what_is_behind_it(cut: int) -> None:
    check(STREAM[:cut])


@pytest.mark.parametrize("cut", [1, 39, 41, 62, 63])
def test_cuts_need_not_be_at_a_multiple_of_four(cut: int) -> None:
    check(STREAM[:cut])


@given(st.lists(st.tuples(st.integers(0, len(STREAM) // 4 - 1), st.integers(0, 2**32 - 1)), min_size=1, max_size=6))
@settings(max_examples=300, deadline=None)
def test_mutated_words_are_walked_as_the_twin_does(changes: list[tuple[int, int]]) -> None:
    words = np.frombuffer(STREAM, "<u4").copy()
    for at, value in changes:
        words[at] = value
    check(words.tobytes())


@given(st.lists(st.tuples(st.integers(0, len(STREAM) // 4 - 1), st.integers(0, 80)), min_size=1, max_size=20))
@settings(max_examples=300, deadline=None)
def test_small_wrong_extents_are_walked_as_the_twin_does(changes: list[tuple[int, int]]) -> None:
    words = np.frombuffer(STREAM, "<u4").copy()
    for at, value in changes:
        words[at] = value
    check(words.tobytes())


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_noise_is_walked_as_the_twin_does(noise: bytes) -> None:
    check(noise)
    check(datagram(L1ACCEPT, noise, time=TIME))


def test_an_incomplete_subtree_is_one_entry_without_size() -> None:
    data = datagram(L1ACCEPT, container(ipm(1), damage=1 << 15), ipm(2), time=TIME)
    found = heads(array(data)).table
    entries = index(array(data), found["offset"], found["length"])
    assert entries[["contains", "damage", "size"]].tolist() == [(1, 1 << 15, 0), (2 << 16 | 22, 0, 24)]


def test_an_incomplete_root_is_not_entered() -> None:
    data = datagram(L1ACCEPT, ipm(1), time=TIME, damage=1 << 15)
    found = heads(array(data)).table
    assert index(array(data), found["offset"], found["length"])["size"].tolist() == [0]


def test_a_corrupt_child_costs_its_container_and_not_the_next() -> None:
    data = datagram(L1ACCEPT, container(ipm(1), xtc(EBEAM, 15, bytes(8), extent=0)), container(ipm(2)), time=TIME)
    found = heads(array(data)).table
    result = walk(array(data), found["offset"], found["length"])
    assert len(result.index) == 2
    assert result.corrupt[["extent", "remaining"]].tolist() == [(0, 28)]


def test_nesting_may_be_deeper_than_any_stack() -> None:
    child = ipm(1)
    for _ in range(500):
        child = container(child)
    data = datagram(L1ACCEPT, child, time=TIME)
    found = heads(array(data)).table
    assert index(array(data), found["offset"], found["length"])["size"].tolist() == [24]


def test_many_payloads_fit() -> None:
    check(b"".join(datagram(L1ACCEPT, *[epics_time(i, 0.5) for i in range(100)], time=TIME) for _ in range(3)))


def test_datagrams_outside_the_buffer_are_not_read() -> None:
    data = array(datagram(L1ACCEPT, ipm(1), time=TIME))
    offsets, lengths = np.array([-40, 0, 60, 10**12, 2**62]), np.array([84, 10**9, 84, 84, 2**62])
    found = walk(data, offsets, lengths)
    assert set(found.index["datagram"].tolist()) <= {1, 2}


def test_reading_goes_on_where_it_stopped() -> None:
    data = array(STREAM)
    parts: list[Heads] = [heads(data, most=4)]
    while parts[-1].reason == Stop.FULL:
        parts.append(heads(data, parts[-1].stop, most=4))
    assert all(len(part.table) <= 4 for part in parts)
    assert np.concatenate([part.table for part in parts]).tolist() == heads(data).table.tolist()


def test_a_limit_inside_the_buffer_holds() -> None:
    first = len(datagram(BEGIN_RUN, time=TIME))
    data = array(datagram(BEGIN_RUN, time=TIME) * 2)
    assert heads(data, limit=first).reason == Stop.END
    assert heads(data, limit=first + 39).reason == Stop.HEADER
    assert len(heads(data, first).table) == 1


def test_more_datagrams_than_one_round_of_the_kernel() -> None:
    data = array(datagram(BEGIN_RUN, time=TIME) * 10_000)
    found = heads(data)
    assert (found.table["offset"] == 40 * np.arange(10_000)).all()
    assert found.reason == Stop.END


def test_one_compiled_kernel_serves_a_single_datagram_and_many() -> None:
    assert len(heads(array(STREAM), most=1).table) == 1
    assert len(heads(array(STREAM)).table) > 1
    assert len(_heads.signatures) == 1
