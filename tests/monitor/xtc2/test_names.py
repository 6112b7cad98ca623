"""Blocks of names: what was written is read; what cannot be is named and costs that block alone."""

import numpy as np
import pytest

from monitor.errors import DamagedData
from monitor.xtc2.names import BLOCK, RECORD, FieldType, NamesTable, parse, table_of
from monitor.xtc2.walk import walk
from monitor.xtc2.write import Layout, datagram, names
from tests.support.xtc2_bytes import CAMERA, CONFIG, GMD

HEADER = 12


def table(*blocks: bytes) -> NamesTable:
    data = np.frombuffer(datagram(*blocks, service=2, seconds=1, nanoseconds=1), np.uint8)
    return table_of(data, walk(data, np.array([0]), np.array([len(data)])).index)


def test_a_block_says_what_was_written() -> None:
    found = table(names(CAMERA)).blocks[0x102]
    assert found.identity == ("atm", 0, "raw")
    assert (found.det_type, found.det_id, found.version, found.arrays) == ("opal", "sn-1", (2, 0, 0), 2)
    assert [(field.name, field.type, field.rank) for field in found.fields] == [
        ("image", FieldType.UINT16, 2),
        ("number", FieldType.UINT8, 0),
        ("peaks", FieldType.FLOAT, 1),
    ]
    assert found.interface == "opal_raw_2_0_0"
    assert (found.node, found.index) == (1, 2)


def test_enumerations_are_shown_without_their_dictionary() -> None:
    off, on, mode, name = table(names(CONFIG)).blocks[0x103].fields
    assert (mode.shown, mode.dictionary, off.is_label, on.is_label) == ("user.mode", "onOff", True, True)
    assert name.shown == "user.name"


def test_a_colon_in_other_names_is_an_ordinary_character() -> None:
    layout = Layout(names_id=1, det_type="epics", det_name="epics", fields={"XPP:MMS:01": (FieldType.DOUBLE, 0)})
    assert table(names(layout)).blocks[1].fields[0].shown == "XPP:MMS:01"


def test_what_stands_behind_a_text_is_garbage() -> None:
    block = bytearray(names(GMD))
    place = HEADER + BLOCK.fields["det_name"][1]
    block[place + 4 : place + 256] = b"\xff" * 252
    assert table(bytes(block)).blocks[GMD.names_id].det_name == "gmd"


def test_of_two_blocks_with_one_key_the_first_counts() -> None:
    other = Layout(names_id=GMD.names_id, det_type="x", det_name="x", fields={})
    found = table(names(GMD), names(other), names(CAMERA))
    assert found.blocks[GMD.names_id].det_name == "gmd"
    assert found.problems == ("names block 0x101 comes twice",)
    assert CAMERA.names_id in found.blocks


@pytest.mark.parametrize("size", [0, 1035, 1037, 1036 + 523])
def test_a_block_holds_whole_records(size: int) -> None:
    with pytest.raises(DamagedData, match="no whole number of fields"):
        parse(1, bytes(size))


@pytest.mark.parametrize(("name", "value"), [("type", 13), ("rank", 6), ("type", 2**32 - 1), ("rank", 2**32 - 1)])
def test_a_type_or_rank_that_does_not_exist_costs_the_block(name: str, value: int) -> None:
    block = bytearray(names(GMD))
    place = HEADER + BLOCK.itemsize + RECORD.fields[name][1]
    block[place : place + 4] = np.uint32(value).tobytes()
    found = table(bytes(block), names(CAMERA))
    assert list(found.blocks) == [CAMERA.names_id]
    assert len(found.problems) == 1
    assert "energy" in found.problems[0]
