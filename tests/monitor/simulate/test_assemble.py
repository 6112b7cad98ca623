"""Columns of datagrams against the plain writer, which makes them one by one."""

import numpy as np
import pytest

from monitor.model.damage import Damage
from monitor.simulate.assemble import EVENT_BUILDER, TICKS, assemble, event_heads, transition_head
from monitor.simulate.contribution import Contribution, Group, Source, contribution, process, single
from monitor.xtc.header import Level, Transition
from monitor.xtc.write import container, datagram, xtc

SEGMENT = process(Level.SEGMENT, 4000, (172, 21, 10, 10))
DIODE = Source(Level.SOURCE << 24 | 41, 0x11010800)
BEAM = Source(Level.REPORTER << 24, 2)
DROPPED = int(Damage.DROPPED_CONTRIBUTION)


def column(source: Source, contains: int, rows: list[list[int]]) -> Contribution:
    return contribution(source, contains, np.array(rows, np.uint8))


def plain(source: Source, contains: int, payload: list[int], damage: int = 0) -> bytes:
    return xtc(
        level=0, logical=source.logical, physical=source.physical, contains=contains, payload=bytes(payload), damage=damage
    )


def plain_event(number: int, children: list[bytes], damage: int = 0) -> bytes:
    return datagram(
        service=12,
        seconds=5,
        nanoseconds=number,
        fiducials=100 + number,
        vector=number,
        ticks=TICKS,
        env=1,
        children=children,
        process_id=EVENT_BUILDER.logical & 0xFFFFFF,
        physical=EVENT_BUILDER.physical,
        damage=damage,
    )


def segment(children: list[bytes], damage: int = 0) -> bytes:
    return container(level=2, process_id=4000, physical=SEGMENT.physical, children=children, damage=damage)


def heads(count: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.void]]":
    numbers = np.arange(count)
    return event_heads(5_000_000_000 + numbers, 100 + numbers, numbers)


def test_events_equal_those_of_the_plain_writer() -> None:
    diode = column(DIODE, 0x10016, [[1, 2, 3, 4], [5, 6, 7, 8]])
    gas = column(BEAM, 14, [[9] * 8, [10] * 8])
    block = assemble(heads(2), [Group(SEGMENT, [diode, gas])])
    wanted = [
        plain_event(0, [segment([plain(DIODE, 0x10016, [1, 2, 3, 4]), plain(BEAM, 14, [9] * 8)])]),
        plain_event(1, [segment([plain(DIODE, 0x10016, [5, 6, 7, 8]), plain(BEAM, 14, [10] * 8)])]),
    ]
    assert block.data.tobytes() == b"".join(wanted)
    assert block.offsets.tolist() == [0, len(wanted[0]), len(wanted[0]) + len(wanted[1])]


def test_payloads_may_differ_in_size_share_rows_and_be_left_out() -> None:
    rows = np.arange(16, dtype=np.uint8).reshape(2, 8)
    codes = contribution(DIODE, 0x30013, rows, which=np.array([1, -1, 1]), sizes=np.array([4, 8, 8]))
    block = assemble(heads(3), [Group(SEGMENT, [codes])])
    wanted = [
        plain_event(0, [segment([plain(DIODE, 0x30013, [8, 9, 10, 11])])]),
        plain_event(1, []),
        plain_event(2, [segment([plain(DIODE, 0x30013, [8, 9, 10, 11, 12, 13, 14, 15])])]),
    ]
    assert block.data.tobytes() == b"".join(wanted)


def test_a_missing_payload_leaves_a_marker_and_its_bit_goes_up() -> None:
    gas = column(BEAM, 14, [[9] * 8])
    gas.absent[0] = True
    block = assemble(heads(1), [Group(SEGMENT, [gas])])
    assert block.data.tobytes() == plain_event(0, [segment([plain(BEAM, 0, [], DROPPED)], DROPPED)], DROPPED)


def test_a_torn_segment_has_bit_15_and_the_root_bit_16() -> None:
    diode = column(DIODE, 0x10016, [[1, 2, 3, 4]])
    block = assemble(heads(1), [Group(SEGMENT, [diode], np.array([True]))])
    wanted = plain_event(0, [segment([plain(DIODE, 0x10016, [1, 2, 3, 4])], 1 << 15)], 1 << 16)
    assert block.data.tobytes() == wanted


def test_whole_xtcs_are_written_as_they_are() -> None:
    inner = plain(DIODE, 0x1000D, [1, 2, 3, 4])
    updates = contribution(DIODE, 0x1000D, np.frombuffer(inner + inner, np.uint8).reshape(1, -1), holds=2)
    block = assemble(heads(1), [Group(SEGMENT, [updates])])
    assert block.data.tobytes() == plain_event(0, [segment([inner, inner])])


def test_a_transition_has_no_fiducial_and_content_directly_under_the_root() -> None:
    control = process(Level.CONTROL, 2222, (172, 21, 10, 5))
    block = assemble(
        transition_head(Transition.BEGIN_CALIB_CYCLE, 7_000_000_001), [Group(None, [single(control, 0x1000A, b"abcde")])]
    )
    wanted = datagram(
        service=8,
        seconds=7,
        nanoseconds=1,
        children=[plain(control, 0x1000A, list(b"abcde"))],
        process_id=EVENT_BUILDER.logical & 0xFFFFFF,
        physical=EVENT_BUILDER.physical,
    )
    assert block.data.tobytes() == wanted


def test_a_payload_that_is_not_padded_is_refused() -> None:
    with pytest.raises(ValueError, match="multiples of 4"):
        column(DIODE, 0x10016, [[1, 2, 3]])


def test_a_row_that_does_not_exist_is_never_copied() -> None:
    part = contribution(DIODE, 0x10016, np.zeros((2, 4), np.uint8), which=np.array([2]))
    with pytest.raises(IndexError, match="shorter"):
        assemble(heads(1), [Group(SEGMENT, [part])])
