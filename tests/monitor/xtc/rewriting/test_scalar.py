import struct

import numpy as np
import pytest

from monitor.errors import ConfigError
from monitor.xtc.rewriting.scalar import FieldReader, Stretch, has_code
from monitor.xtc.rewriting.where import FieldOf
from monitor.xtc.walk import heads, walk
from tests.support.xtc_bytes import EBEAM, IPM, L1ACCEPT, container, datagram, xtc

USER = 1 << 14
NAN = np.nan


def stretch(*events: list[bytes]) -> list[Stretch]:
    data = b"".join(datagram(L1ACCEPT, container(*children), time=(1, n), fiducials=n) for n, children in enumerate(events))
    buffer = np.frombuffer(data, np.uint8)
    table = heads(buffer).table
    index = walk(buffer, table["offset"], table["length"]).index
    return [Stretch(buffer, index, index["datagram"].astype(np.int64))]


def values(source: str, *path: str | int, events: list[list[bytes]]) -> list[float]:
    reader = FieldReader(FieldOf(source, path), lambda level, physical: {})
    found = reader.read(stretch(*events), len(events)).tolist()
    reader.check()
    return found


def ebeam(charge: float, energy: float, *, mask: int = 0, damage: int = 0) -> bytes:
    return xtc(EBEAM, 15, struct.pack("<I6d", mask, charge, energy, 0, 0, 0, 0), damage=damage)


def fex(*channels: float, damage: int = 0) -> bytes:
    return xtc(IPM, 1 << 16 | 31, struct.pack("<7f", *channels, sum(channels), 0, 0), damage=damage)


def same(found: list[float], expected: list[float]) -> bool:
    return np.array_equal(found, expected, equal_nan=True)


def test_an_event_without_the_payload_has_no_value() -> None:
    assert same(values("EBeam", "ebeamCharge", events=[[ebeam(0.5, 1)], [], [ebeam(0.7, 1)]]), [0.5, NAN, 0.7])


def test_of_a_damaged_beam_the_values_that_its_mask_names_are_missing() -> None:
    events = [
        [ebeam(1, 2, mask=1, damage=USER)],
        [ebeam(1, 2, damage=USER)],
        [ebeam(1, 2, mask=2)],
        [ebeam(1, 2, damage=2 | USER)],
    ]
    assert same(values("EBeam", "ebeamCharge", events=events), [NAN, NAN, 1, NAN])
    assert same(values("EBeam", "ebeamL3Energy", events=events), [2, NAN, NAN, NAN])


def test_a_position_picks_an_element_of_an_array() -> None:
    assert values("XppSb2Ipm", "channel", 2, events=[[fex(1, 2, 3, 4)], [fex(5, 6, 7, 8)]]) == [3, 7]


def test_damaged_and_short_payloads_have_no_value() -> None:
    short = xtc(IPM, 1 << 16 | 31, bytes(8))
    assert same(values("XppSb2Ipm", "sum", events=[[fex(1, 2, 3, 4, damage=2)], [short], [fex(1, 0, 0, 0)]]), [NAN, NAN, 1])


def test_accessors_are_computed() -> None:
    data = np.zeros(1, "<u8,<u2,<u2,<u2,8<u2,<u2")
    data["f0"], data["f4"][0, 1] = 1 << 48, 65535
    payload = xtc(IPM, 2 << 16 | 22, data.tobytes())
    assert values("|Ipimb", "channel1Volts", events=[[payload]]) == [5.0]
    assert values("|Ipimb", "triggerCounter", events=[[payload]]) == [1.0]


@pytest.mark.parametrize(
    ("path", "words"), [(("channel",), "not one number"), (("channel", 4), "no position 4"), (("nothing",), "has no 'nothing'")]
)
def test_what_is_no_number_is_refused(path: tuple[str | int, ...], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        values("XppSb2Ipm", *path, events=[[fex(1, 2, 3, 4)]])


def test_a_name_of_two_sources_is_refused() -> None:
    other = xtc((1, IPM[1] + 1), 1 << 16 | 31, bytes(28))
    with pytest.raises(ConfigError, match=r"XppSb2Ipm-1\|Ipimb-0 and XppSb2Ipm-1\|Ipimb-1"):
        values("XppSb2Ipm", "sum", events=[[fex(1, 2, 3, 4)], [other]])


def test_a_code_counts_with_the_events_own_fiducial_only() -> None:
    def codes(*pairs: tuple[int, int], damage: int = 0) -> bytes:
        data = struct.pack("<I", len(pairs)) + b"".join(struct.pack("<3I", fiducial, 0, code) for fiducial, code in pairs)
        return xtc((1, 0x100), 4 << 16 | 19, data, damage=damage)

    lying = xtc((1, 0x100), 4 << 16 | 19, struct.pack("<4I", 1000, 3, 0, 90))
    events = [[codes((0, 90))], [codes((0, 90), (1, 40))], [codes((2, 90), damage=2)], [lying], [codes((4, 40), (4, 90))]]
    assert has_code(stretch(*events), np.arange(5), 90).tolist() == [1, 0, 0, 0, 1]
