import struct

import numpy as np

from monitor.xtc.index_file import CYCLE, EVENT, parse_index
from monitor.xtc.rewriting.index_file import HEADER, FileIndex
from monitor.xtc.walk import heads
from tests.support.xtc_bytes import BEGIN_CYCLE, L1ACCEPT, datagram, ipm, xtc

EVR = (1, 0x100)


def codes(*numbers: int) -> bytes:
    return xtc(EVR, 4 << 16 | 19, struct.pack("<I", len(numbers)) + b"".join(struct.pack("<3I", 7, 0, n) for n in numbers))


def event(second: int, *children: bytes, fiducials: int = 7, damage: int = 0) -> bytes:
    return datagram(L1ACCEPT, *children, time=(second, 5), fiducials=fiducials, damage=damage)


def segment(address: int, *children: bytes, damage: int = 0) -> bytes:
    return xtc((2, address), 1, b"".join(children), damage=damage)


def index(data: bytes, name: str = "x.xtc", parts: int = 1) -> tuple[np.void, np.ndarray, np.ndarray, bytes]:
    """Header, events, cycles, and the bytes behind them."""
    buffer = np.frombuffer(data, np.uint8)
    made = FileIndex(name)
    for part in np.array_split(heads(buffer).table, parts):
        made.add(buffer, part)
    result = made.data()
    header = np.frombuffer(result, HEADER, 1)[0]
    behind = HEADER.itemsize + int(header["events"]) * EVENT.itemsize
    events = np.frombuffer(result, EVENT, int(header["events"]), HEADER.itemsize)
    cycles = np.frombuffer(result, CYCLE, int(header["cycles"]), behind)
    return header, events, cycles, result[behind + cycles.nbytes :]


def test_the_sizes_are_those_of_the_format() -> None:
    assert (HEADER.itemsize, EVENT.itemsize, CYCLE.itemsize) == (60, 36, 20)


def test_events_lie_in_order_of_time_and_late_ones_are_counted() -> None:
    data = event(20, ipm(1)) + event(10, ipm(1)) + event(30, ipm(1))
    header, events, _, _ = index(data)
    assert events["seconds"].tolist() == [10, 20, 30]
    assert events["offset"].tolist() == [len(data) // 3, 0, 2 * len(data) // 3]
    assert header["out_of_order"] == 1


def test_masks_follow_the_lists_in_order_of_first_sight() -> None:
    data = event(1, segment(5, codes(140, 90)), segment(4, ipm(1)))
    data += event(2, segment(4, damage=2), segment(9, ipm(1)), segment(5, codes(41, 90)), damage=2)
    header, events, _, rest = index(data)
    assert rest[:3] == bytes([140, 90, 41])
    assert events["codes"].tolist() == [0b011, 0b110]
    assert events["damaged_segments"].tolist() == [0, 0b010]
    assert events["empty_segments"].tolist() == [0, 0b010]
    assert events["damage"].tolist() == [0, 2]
    assert (header["codes"], header["segments"]) == (3, 3)
    found = np.frombuffer(rest[3:], "<u4", 2)
    assert found.tolist() == [2 << 24 | 1234, 5]


def test_of_epics_values_the_first_stands_for_all() -> None:
    epics = xtc((1, 0x09000000), 1 << 16 | 13, bytes(32))
    _, _, _, rest = index(event(1, segment(5, ipm(1), epics, epics)))
    assert rest[8] == 2
    assert len(rest) == 8 + 1 + 2 * 8 + 2 * 4


def test_a_cycle_says_which_event_is_its_first_however_the_file_is_read() -> None:
    cycle = datagram(BEGIN_CYCLE, time=(0, 1))
    data = cycle + event(1, ipm(1)) + event(2, ipm(1)) + cycle + event(3, ipm(1))
    for parts in (1, 2, 5):
        header, events, cycles, _ = index(data, parts=parts)
        assert cycles["first"].tolist() == [0, 2]
        assert len(events) == 3
        assert header["cycles"] == 2


def test_events_without_a_fiducial_are_left_out() -> None:
    assert len(index(event(1, ipm(1), fiducials=0x1FFFF))[1]) == 0


def test_a_long_name_is_cut() -> None:
    assert index(event(1, ipm(1)), "e" * 40)[0]["file"] == b"e" * 31


def test_what_is_written_is_read_back() -> None:
    data = event(1, segment(5, codes(140, 90)), segment(4, ipm(1))) + event(2, segment(9, ipm(1)))
    buffer = np.frombuffer(data, np.uint8)
    made = FileIndex("run.xtc")
    made.add(buffer, heads(buffer).table)
    found = parse_index(made.data())
    assert found.file == "run.xtc"
    assert found.codes.tolist() == [140, 90]
    assert found.events["offset"].tolist() == [0, 40 + 20 + 48 + 20 + 44]
    assert [len(part.sources) for part in found.segments] == [1, 1, 1]
    assert found.segments[0].contains.tolist() == [4 << 16 | 19]
