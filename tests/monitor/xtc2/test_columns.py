"""Columns by kernel against the plain decode, payload by payload."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.xtc2.columns import Located, gather, locate
from monitor.xtc2.fields import places
from monitor.xtc2.header import Kind, Transition
from monitor.xtc2.heads import heads
from monitor.xtc2.names import Names, table_of
from monitor.xtc2.walk import walk
from tests.support.xtc2_bytes import CAMERA, GMD, at, camera, configure, gmd

CONFIGURE = np.frombuffer(configure(), np.uint8)
BLOCKS = table_of(CONFIGURE, walk(CONFIGURE, np.array([0]), np.array([len(CONFIGURE)])).index).blocks


def located(data: bytes, names: Names) -> tuple[Located, np.ndarray, np.ndarray]:
    buffer = np.frombuffer(data, np.uint8)
    found = heads(buffer).table
    index = walk(buffer, found["offset"], found["length"]).index
    entries = index[(index["kind"] == Kind.SHAPES_DATA) & (index["names"] == names.names_id)]
    return locate(buffer, entries, names), entries, buffer


def check(data: bytes, names: Names) -> Located:
    """Each place is what the plain twin finds."""
    found, entries, buffer = located(data, names)
    for row, entry in enumerate(entries):
        start = int(entry["shapes"])
        shapes = buffer[start : start + int(entry["shapes_size"])]
        whole, _ = places(names, int(entry["data_size"]), shapes)
        expected = [(int(entry["data"]) + place.offset, place.size) for place in whole]
        expected += [(-1, 0)] * (len(names.fields) - len(whole))
        assert list(zip(found.offsets[:, row].tolist(), found.sizes[:, row].tolist(), strict=True)) == expected
    return found


def events(*children: bytes) -> bytes:
    return b"".join(at(Transition.L1ACCEPT, tick, child) for tick, child in enumerate(children))


def test_scalars_of_many_payloads_are_one_array() -> None:
    found = check(events(*[gmd(number) for number in range(100)]), BLOCKS[GMD.names_id])
    rows, energy = found.column(0)
    assert rows.tolist() == list(range(100))
    assert energy.tolist() == [number / 2 for number in range(100)]
    assert found.column(1)[1].tolist() == [-number for number in range(100)]
    assert found.column(2)[1].dtype == np.int16


def test_arrays_of_one_shape_are_one_array() -> None:
    found = check(events(*[camera(number, data_first=number % 2 == 1) for number in range(5)]), BLOCKS[CAMERA.names_id])
    assert found.shape(0) == (2, 3)
    assert found.column(0)[1].tolist() == [[[number] * 3] * 2 for number in range(5)]


def test_a_shape_that_changes_is_told_and_costs_no_other_field() -> None:
    found = check(events(*[camera(number, rows=number + 1) for number in range(4)]), BLOCKS[CAMERA.names_id])
    assert found.shape(0) is None
    with pytest.raises(ValueError, match="image has different shapes"):
        found.column(0)
    assert found.column(1)[1].tolist() == [0, 1, 2, 3]
    assert [found.payload(0, row).size for row in range(4)] == [3, 6, 9, 12]


def test_empty_arrays_have_their_shape() -> None:
    assert check(events(camera(1, rows=0), camera(2, rows=0)), BLOCKS[CAMERA.names_id]).column(0)[1].shape == (2, 1, 0)


def test_no_payloads_are_no_rows() -> None:
    rows, values = check(b"", BLOCKS[GMD.names_id]).column(0)
    assert len(rows) == len(values) == 0


def test_places_outside_the_buffer_are_not_read() -> None:
    data = events(gmd(1))
    found, entries, buffer = located(data, BLOCKS[GMD.names_id])
    for name, value in (("data", len(data) - 1), ("data", 2**40), ("shapes", 2**40), ("data_size", 2**32 - 1)):
        moved = entries.copy()
        moved[name] = value
        assert (locate(buffer, moved, found.names).offsets == -1).all()
    with pytest.raises(IndexError, match="not inside"):
        gather(buffer, np.array([len(buffer) - 3]), 4)
    with pytest.raises(IndexError, match="not inside"):
        gather(buffer, np.array([-1]), 4)


DATA = events(*[camera(number) for number in range(3)])


@given(st.lists(st.tuples(st.integers(0, len(DATA) - 1), st.sampled_from([0, 1, 2, 3, 127, 128, 255])), min_size=1, max_size=20))
@settings(max_examples=300, deadline=None)
def test_mutated_bytes_are_located_as_the_twin_does(changes: list[tuple[int, int]]) -> None:
    data: Any = bytearray(DATA)
    for place, value in changes:
        data[place] = value
    check(bytes(data), BLOCKS[CAMERA.names_id])


@pytest.mark.parametrize("shape", [(2**32 - 1, 2**32 - 1, 2**32 - 1), (0, 2**32 - 1, 2**32 - 1), (2**31, 2, 1), (1, 1, 7)])
def test_mad_shapes_are_located_as_the_twin_does(shape: tuple[int, int, int]) -> None:
    data = bytearray(DATA)
    start = data.index(np.array([2, 3], "<u4").tobytes())
    data[start : start + 12] = np.array(shape, "<u4").tobytes()
    check(bytes(data), BLOCKS[CAMERA.names_id])
