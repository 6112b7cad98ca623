"""Heads and walk against a plain twin, on whole, cut and mutated bytes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.xtc2.damage import Damage
from monitor.xtc2.header import Kind, Transition
from monitor.xtc2.heads import Stop, heads
from monitor.xtc2.walk import walk
from monitor.xtc2.write import parent, shapes_data, xtc
from tests.support import plain_walk2
from tests.support.xtc2_bytes import GMD, at, camera, gmd, stream

WHOLE = b"".join(stream())
EVENTS = b"".join(stream()[1:])


def array(data: bytes) -> np.ndarray:
    return np.frombuffer(data, np.uint8)


def check(data: bytes) -> None:
    """Everything the kernels find is what the twin finds."""
    found = heads(array(data))
    places, stop, reason = plain_walk2.heads(data)
    assert found.table[["offset", "length", "timestamp", "service"]].tolist() == places
    assert (found.stop, found.reason.name) == (stop, reason)
    result = walk(array(data), found.table["offset"], found.table["length"])
    entries, corrupt = plain_walk2.payloads(data)
    columns = ["datagram", "kind", "names", "damage", "data", "data_size", "shapes_size"]
    assert result.index[columns].tolist() == entries
    assert sorted(result.corrupt[["datagram", "offset", "remaining"]].tolist()) == sorted(corrupt)


def test_a_head_holds_the_fields_of_the_datagram() -> None:
    (row,) = heads(array(at(Transition.L1ACCEPT, 7, damage=32))).table
    assert (row["timestamp"], row["service"], row["damage"], row["env"]) == (1000 << 32 | 7, 12, 32, 12 << 24 | 1)


def test_a_whole_stream_is_found() -> None:
    check(WHOLE)


@pytest.mark.parametrize("cut", range(len(EVENTS) + 1))
def test_a_cut_costs_only_what_is_behind_it(cut: int) -> None:
    check(EVENTS[:cut])


@given(st.lists(st.tuples(st.integers(0, len(EVENTS) - 1), st.integers(0, 255)), min_size=1, max_size=8))
@settings(max_examples=300, deadline=None)
def test_mutated_bytes_are_walked_as_the_twin_does(changes: list[tuple[int, int]]) -> None:
    data = bytearray(EVENTS)
    for place, value in changes:
        data[place] = value
    check(bytes(data))


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_noise_inside_a_datagram_is_walked_as_the_twin_does(noise: bytes) -> None:
    check(noise)
    check(at(Transition.L1ACCEPT, 1, noise))
    check(at(Transition.L1ACCEPT, 1, xtc(kind=Kind.SHAPES_DATA, payload=noise)))


def test_a_corrupted_parent_is_not_entered_and_its_neighbour_is() -> None:
    data = array(at(Transition.L1ACCEPT, 1, parent(gmd(1), damage=Damage.CORRUPTED), gmd(2)))
    found = walk(data, np.array([0]), np.array([len(data)]))
    assert len(found.index) == len(found.corrupt) == 1


def test_a_corrupted_root_hides_everything() -> None:
    data = array(at(Transition.L1ACCEPT, 1, gmd(1), damage=Damage.CORRUPTED | Damage.TRUNCATED))
    assert len(walk(data, np.array([0]), np.array([len(data)])).index) == 0


def test_other_damage_hides_nothing() -> None:
    data = array(at(Transition.L1ACCEPT, 1, gmd(1, damage=Damage.CORRUPTED), damage=0xFFFF & ~Damage.CORRUPTED))
    assert walk(data, np.array([0]), np.array([len(data)])).index["damage"].tolist() == [Damage.CORRUPTED]


def test_damage_of_the_data_is_told_apart() -> None:
    values = {"energy": 1, "count": 2, "noise": 3}
    data = array(at(Transition.L1ACCEPT, 1, shapes_data(GMD, values, damage=4, data_damage=33)))
    (entry,) = walk(data, np.array([0]), np.array([len(data)])).index
    assert (entry["damage"], entry["data_damage"]) == (4, 33)


def test_nesting_may_be_deeper_than_any_stack() -> None:
    child = gmd(1)
    for _ in range(500):
        child = parent(child)
    data = array(at(Transition.L1ACCEPT, 1, child))
    assert len(walk(data, np.array([0]), np.array([len(data)])).index) == 1


def test_many_payloads_and_many_broken_ones_fit() -> None:
    broken = parent(xtc(kind=Kind.DATA)[:-1])
    check(b"".join(at(Transition.L1ACCEPT, i, *[camera(i), broken] * 50) for i in range(3)))


def test_datagrams_outside_the_buffer_are_not_read() -> None:
    data = array(at(Transition.L1ACCEPT, 1, gmd(1)))
    offsets, lengths = np.array([-40, 0, 60, 10**12, 2**62]), np.array([84, 10**9, 84, 84, 2**62])
    assert set(walk(data, offsets, lengths).index["datagram"].tolist()) <= {1, 2}


def test_reading_goes_on_where_it_stopped() -> None:
    data = array(WHOLE)
    parts = [heads(data, most=4)]
    while parts[-1].reason == Stop.FULL:
        parts.append(heads(data, parts[-1].stop, most=4))
    assert all(len(part.table) <= 4 for part in parts)
    assert np.concatenate([part.table for part in parts]).tolist() == heads(data).table.tolist()


def test_more_datagrams_than_one_round_of_the_kernel() -> None:
    found = heads(array(at(Transition.ENABLE, 1) * 10_000))
    assert (found.table["offset"] == 24 * np.arange(10_000)).all()
    assert found.reason == Stop.END
