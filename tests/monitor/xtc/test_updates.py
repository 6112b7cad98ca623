"""EPICS values at their fixed places, names and aliases."""

import math
import struct

import numpy as np
import pytest

from monitor.xtc.updates import Updates, aliases, names, updates
from monitor.xtc.walk import heads, index
from tests.support.xtc_bytes import CONFIGURE, EPICS_ARCH, datagram, epics_config, epics_ctrl, epics_time, xtc

TYPE = 1 << 16 | 13
# DBR number, offset of the value and struct code, as in the format's table.
SCALARS = [
    (15, 22, "h", -7),
    (16, 20, "f", 1.5),
    (17, 22, "H", 65535),
    (18, 23, "B", 200),
    (19, 20, "i", -100_000),
    (20, 24, "d", 1e300),
    (29, 98, "h", -7),
    (30, 120, "f", 1.5),
    (31, 492, "H", 65535),
    (32, 91, "B", 200),
    (33, 116, "i", -100_000),
    (34, 152, "d", 1e300),
]


def read(*children: bytes) -> Updates:
    data = np.frombuffer(datagram(CONFIGURE, *children, time=(1, 1)), np.uint8)
    table = heads(data).table
    return updates(data, index(data, table["offset"], table["length"]))


def payload(dbr: int, offset: int, code: str, value: float, *, pv: int = 5, count: int = 1) -> bytes:
    head = struct.pack("<3h", pv, dbr, count)
    return (head + b"N").ljust(offset, b"\0") + struct.pack("<" + code, value)


@pytest.mark.parametrize(("dbr", "offset", "code", "value"), SCALARS)
def test_a_scalar_is_found_at_its_place(dbr: int, offset: int, code: str, value: float) -> None:
    found = read(xtc(EPICS_ARCH, TYPE, payload(dbr, offset, code, value)))
    assert found.value.tolist() == [value]
    assert found.key.tolist() == [EPICS_ARCH[1] << 16 | 5]


@pytest.mark.parametrize(("dbr", "offset", "code", "value"), SCALARS)
def test_a_scalar_that_is_cut_off_is_not_a_number(dbr: int, offset: int, code: str, value: float) -> None:
    whole = payload(dbr, offset, code, value)
    found = read(xtc(EPICS_ARCH, TYPE, whole[: offset - offset % 4]))
    assert math.isnan(found.value[0])


@pytest.mark.parametrize(("dbr", "count"), [(14, 1), (28, 1), (20, 2), (0, 1), (27, 1), (35, 1), (-1, 1), (20, -1), (20, 0)])
def test_strings_arrays_and_unknown_kinds_are_not_numbers(dbr: int, count: int) -> None:
    found = read(xtc(EPICS_ARCH, TYPE, struct.pack("<3h", 5, dbr, count) + bytes(600)))
    assert math.isnan(found.value[0])


def test_payloads_without_a_head_or_with_damage_are_left_out() -> None:
    good = xtc(EPICS_ARCH, TYPE, payload(20, 24, "d", 1.0))
    found = read(xtc(EPICS_ARCH, TYPE), xtc(EPICS_ARCH, TYPE, bytes(4)), xtc(EPICS_ARCH, TYPE, bytes(40), damage=2), good)
    assert found.value.tolist() == [1.0]
    assert found.entry.tolist() == [3]


def test_updates_keep_their_order() -> None:
    assert read(*(epics_time(1, float(i)) for i in range(5))).value.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_scalar_numbers_have_names_and_others_only_on_request() -> None:
    text = xtc(EPICS_ARCH, TYPE, struct.pack("<3h", 9, 28, 1) + b"PV:TEXT".ljust(64, b"\0") + bytes(80))
    data = np.frombuffer(datagram(CONFIGURE, epics_ctrl(-2, "PV:ONE", 1.0), text, time=(1, 1)), np.uint8)
    table = heads(data).table
    entries = index(data, table["offset"], table["length"])
    key = EPICS_ARCH[1] << 16
    assert names(data, entries) == {key | 0xFFFE: "PV:ONE"}
    assert names(data, entries, every=True) == {key | 0xFFFE: "PV:ONE", key | 9: "PV:TEXT"}


def config_payload(text: dict[int, str]) -> np.ndarray:
    return np.frombuffer(epics_config(text)[20:], np.uint8)


def test_aliases_are_found_by_number() -> None:
    assert aliases(3, config_payload({1: "one", 7: "seven"})) == {3 << 16 | 1: "one", 3 << 16 | 7: "seven"}


@pytest.mark.parametrize("count", [-1, 3, 2**31 - 1])
def test_a_wrong_number_of_aliases_reads_no_further_than_the_payload(count: int) -> None:
    broken = config_payload({1: "one", 7: "seven"}).copy()
    broken[:4] = np.frombuffer(struct.pack("<i", count), np.uint8)
    assert len(aliases(3, broken)) == (0 if count < 0 else 2)


@pytest.mark.parametrize("size", [0, 3, 4, 75])
def test_a_short_list_of_aliases_gives_what_it_holds(size: int) -> None:
    assert aliases(3, config_payload({1: "one"})[:size]) == {}
