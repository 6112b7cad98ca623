"""Values of the fields: as written, in any order of the parts, and never from outside the payload."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.xtc2.decode import Decoded, decode
from monitor.xtc2.fields import EnumValue
from monitor.xtc2.header import Kind, Transition
from monitor.xtc2.heads import heads
from monitor.xtc2.names import FieldType, NamesTable, table_of
from monitor.xtc2.walk import walk
from monitor.xtc2.write import Layout, names, shapes_data, xtc
from tests.support.xtc2_bytes import CAMERA, CONFIG, CONFIG_UPDATE, EPICS, GMD, SETTING, at, camera, configure, gmd, slow, stream

ATM = ("atm", 0, "raw")


def read(*children: bytes, blocks: bytes = configure()) -> Decoded:
    data = np.frombuffer(at(Transition.L1ACCEPT, 1, *children), np.uint8)
    return decode(data, indexed(data), table(blocks))


def indexed(data: np.ndarray) -> np.ndarray:
    return walk(data, np.array([0]), np.array([len(data)])).index


def table(blocks: bytes) -> NamesTable:
    data = np.frombuffer(blocks, np.uint8)
    return table_of(data, indexed(data))


@pytest.mark.parametrize("data_first", [False, True])
def test_fields_are_read_in_either_order_of_data_and_shapes(data_first: bool) -> None:
    values = read(camera(5, data_first=data_first)).data[ATM].values
    assert values["image"].tolist() == [[5, 5, 5], [5, 5, 5]]
    assert values["image"].dtype == np.uint16
    assert values["number"] == 5
    assert values["peaks"].tolist() == [5.5, 5.5, 5.5]


def test_no_shapes_are_needed_without_arrays() -> None:
    assert read(gmd(4)).data["gmd", 0, "raw"].values == {"energy": 2.0, "count": -4, "noise": 7}


def test_a_dimension_of_zero_is_an_empty_array() -> None:
    values = read(camera(5, rows=0, peaks=0)).data[ATM].values
    assert values["image"].shape == (1, 0)
    assert values["peaks"].shape == (0,)
    assert values["number"] == 5


def test_texts_end_at_the_first_zero() -> None:
    assert read(slow(3)).data["epics", 0, "raw"].values["label"] == "n3"


def test_every_type_is_read_back() -> None:
    kinds = [kind for kind in FieldType if kind < FieldType.CHARSTR]
    layout = Layout(names_id=9, det_type="t", det_name="t", fields={kind.name: (kind, 0) for kind in kinds})
    values = {kind.name: 2**63 + 1 if kind == FieldType.UINT64 else 3 for kind in kinds}
    assert (
        read(shapes_data(layout, values), blocks=at(Transition.CONFIGURE, 1, names(layout))).data["t", 0, "raw"].values == values
    )


def test_an_enumeration_has_value_and_label() -> None:
    values = read(shapes_data(CONFIG, SETTING)).data["atm", 0, "config"].values
    assert values == {"user.mode": EnumValue(1, {0: "off", 1: "on"}), "user.name": "front"}
    assert values["user.mode"].label == "on"


def test_an_update_without_dictionary_has_no_label() -> None:
    value = read(shapes_data(CONFIG_UPDATE, {"user.mode:onOff": 7})).data["atm", 0, "config"].values["user.mode"]
    assert value == EnumValue(7, {})
    assert value.label is None


def test_of_two_payloads_of_one_identity_later_fields_win() -> None:
    first, second = shapes_data(CONFIG, SETTING, damage=1), shapes_data(CONFIG_UPDATE, {"user.mode:onOff": 0}, damage=2)
    found = read(first, second).data["atm", 0, "config"]
    assert found.values["user.mode"].value == 0
    assert found.values["user.name"] == "front"
    assert found.damage == 1


def test_a_payload_without_names_is_told_and_skipped() -> None:
    stranger = Layout(names_id=0x777, det_type="x", det_name="x", fields={"a": (FieldType.UINT8, 0)})
    found = read(shapes_data(stranger, {"a": 1}), gmd(1))
    assert found.unknown == (0x777,)
    assert list(found.data) == [("gmd", 0, "raw")]


def rebuilt(layout: Layout, shapes: Any, data: bytes) -> bytes:
    parts = xtc(kind=Kind.SHAPES, payload=np.asarray(shapes, "<u4").tobytes()) + xtc(kind=Kind.DATA, payload=data)
    return xtc(kind=Kind.SHAPES_DATA, payload=parts, src=layout.names_id)


def test_data_shorter_than_the_shapes_say_cost_the_fields_that_are_not_there() -> None:
    found = read(rebuilt(EPICS, [1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 2, 0, 0, 0, 0], bytes(4 + 8 + 3 + 7))).data["epics", 0, "raw"]
    assert list(found.values) == ["StaleFlags", "XPP:MMS:01", "label"]
    assert [field.name for field in found.missing] == ["wave"]


def test_absent_shapes_cost_the_arrays_and_what_is_behind() -> None:
    found = read(rebuilt(CAMERA, [], bytes(100))).data[ATM]
    assert found.values == {}
    assert len(found.missing) == 3


@pytest.mark.parametrize("shape", [(2**32 - 1, 2**32 - 1), (2**31, 2), (0, 2**32 - 1)])
def test_mad_shapes_allocate_nothing(shape: tuple[int, int]) -> None:
    found = read(rebuilt(CAMERA, [*shape, 9, 9, 9, 0, 9, 9, 9, 9], bytes(64))).data[ATM]
    assert "image" not in found.values


def test_more_shapes_and_data_than_needed_are_passed_over() -> None:
    found = read(rebuilt(GMD, [1, 2, 3], bytes(18 + 5))).data["gmd", 0, "raw"]
    assert len(found.values) == 3
    assert found.missing == []


WHOLE = b"".join(stream())


def everything(data: bytes) -> int:
    """Values that are found in these bytes."""
    buffer = np.frombuffer(data, np.uint8)
    names_in_force, count = NamesTable({}), 0
    for head in heads(buffer).table:
        index = walk(buffer, head["offset"][None], head["length"][None]).index
        if head["service"] == Transition.CONFIGURE:
            names_in_force = table_of(buffer, index)
        count += sum(len(one.values) for one in decode(buffer, index, names_in_force).data.values())
    return count


def test_cuts_lose_values_and_never_more() -> None:
    counts = [everything(WHOLE[:cut]) for cut in range(0, len(WHOLE) + 1, 7)]
    assert counts == sorted(counts)


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=12))
@settings(max_examples=300, deadline=None)
def test_mutated_bytes_raise_nothing(changes: list[tuple[int, int]]) -> None:
    data = bytearray(WHOLE)
    for place, value in changes:
        data[place] = value
    assert everything(bytes(data)) >= 0
