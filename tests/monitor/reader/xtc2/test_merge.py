"""The merge of XTC2 streams: events, transitions, run state and slow values, however the streams are fed."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.reader.block import Block, EventBlock, Memory, TransitionBlock
from monitor.reader.xtc2.merge import Merge
from monitor.xtc.header import Transition as Common
from monitor.xtc2.fields import EnumValue
from monitor.xtc2.header import Kind, Transition
from monitor.xtc2.heads import heads
from monitor.xtc2.run_names import scanned, tables_of, values_of
from tests.support.xtc2_bytes import GMD, at, configure, gmd, scan, slow, stream

FAST = [
    *stream(0)[:5],
    at(Transition.L1ACCEPT, 10, gmd(0)),
    at(Transition.L1ACCEPT, 11, gmd(1)),
    at(Transition.SLOW_UPDATE, 12, slow(2)),
    at(Transition.L1ACCEPT, 13, gmd(3)),
    at(Transition.DISABLE, 14),
    at(Transition.END_STEP, 15),
    at(Transition.BEGIN_STEP, 16, scan(1)),
    at(Transition.ENABLE, 17),
    at(Transition.L1ACCEPT, 18, gmd(4)),
    at(Transition.SLOW_UPDATE, 19, slow(5)),
    at(Transition.END_RUN, 20),
]
SLOW = [
    *[at(Transition(service), tick) for service, tick in ((2, 1), (4, 2), (6, 3), (8, 4), (10, 5))],
    at(Transition.L1ACCEPT, 11),
    *[at(Transition(service), tick) for service, tick in ((10, 12), (9, 14), (7, 15), (6, 16), (8, 17), (10, 19), (5, 20))],
]


def feed(merge: Merge, stream: int, datagrams: list[bytes]) -> None:
    buffer = np.frombuffer(b"".join(datagrams), np.uint8)
    table = heads(buffer).table
    big = np.stack([table["offset"], table["length"]], axis=1).astype(np.int64)
    merge.feed(stream, buffer, table, Memory(buffer), big)


def merged(*streams: list[bytes], step: int = 1000, max_events: int = 1000) -> list[Block]:
    """Blocks of streams that are fed so many datagrams at a time."""
    merge, left = Merge("name", 1, streams=range(len(streams))), [list(one) for one in streams]
    blocks: list[Block] = []
    while not merge.finished:
        for number in merge.hungry:
            if left[number]:
                feed(merge, number, left[number][:step])
                left[number] = left[number][step:]
            else:
                merge.end(number)
        while found := merge.take(max_events):
            blocks += found
    return blocks


def events(blocks: list[Block]) -> list[tuple[Any, ...]]:
    """Of each event: clock, streams, run, step, value of the slow variable."""
    found = []
    for block in blocks:
        if isinstance(block, EventBlock):
            values = block.epics_start.copy()
            for number, one in enumerate(block.events):
                changes = block.epics_changes[block.epics_changes["event"] == number]
                values[changes["pv"]] = changes["value"]
                streams = block.pieces["stream"][block.pieces["event"] == number].tolist()
                found.append((int(one["nanoseconds"]), streams, block.state.run, block.state.step, *values.tolist()))
    return found


EXPECTED = [(10, [0], 7, 0, 1.0), (11, [0, 1], 7, 0, 1.0), (13, [0], 7, 0, 2.0), (18, [0], 7, 1, 2.0)]


@pytest.mark.parametrize("max_events", [1, 2, 1000])
@pytest.mark.parametrize("step", [1, 2, 3, 1000])
def test_events_do_not_depend_on_how_the_streams_are_fed(step: int, max_events: int) -> None:
    blocks = merged(FAST, SLOW, step=step, max_events=max_events)
    assert events(blocks) == EXPECTED
    services = [(block.service, block.step) for block in blocks if isinstance(block, TransitionBlock)]
    names = ["CONFIGURE", "BEGIN_RUN", "BEGIN_CALIB_CYCLE", "END_CALIB_CYCLE", "BEGIN_CALIB_CYCLE", "END_RUN"]
    assert services == list(zip([Common[name] for name in names], [-1, -1, 0, 0, 1, 1], strict=True))


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(1, 4)), max_size=30))
@settings(max_examples=50, deadline=None)
def test_events_do_not_depend_on_the_order_of_feeding(turns: list[tuple[int, int]]) -> None:
    merge, left, blocks = Merge("name", 1, streams=(0, 1)), [list(FAST), list(SLOW)], []
    for number, count in [*turns, (0, 100), (1, 100)]:
        if left[number]:
            feed(merge, number, left[number][:count])
            left[number] = left[number][count:]
        blocks += merge.take(1000)
    merge.end(0)
    merge.end(1)
    blocks += merge.take(1000)
    assert events(blocks) == EXPECTED
    assert merge.finished
    assert merge.counts == {}


def test_pieces_lead_to_the_datagrams() -> None:
    for block in merged(FAST, SLOW):
        if isinstance(block, EventBlock):
            for piece in block.pieces:
                place = block.places[piece["place"]]
                assert isinstance(place, Memory)
                one = heads(place.data, int(piece["offset"]), most=1).table[0]
                event = block.events[piece["event"]]
                assert (one["length"], one["timestamp"]) == (
                    piece["length"],
                    int(event["seconds"]) - 631_152_000 << 32 | int(event["nanoseconds"]),
                )


def test_the_state_says_how_to_read_the_events_and_where_the_scan_stands() -> None:
    block = [block for block in merged(FAST, SLOW) if isinstance(block, EventBlock)][-1]
    assert tables_of(block.state)[0].blocks[GMD.names_id].identity == ("gmd", 0, "raw")
    values = values_of(block.state)
    assert values["scan", 0, "raw"].values == {"step_value": 1, "motor": 1.25, "step_docstring": '{"a": 1}'}
    assert scanned(block.state) == {"step_value": 1.0, "motor": 1.25}
    # The update of the first step has no dictionary; that of Configure holds.
    assert values["atm", 0, "config"].values == {"user.mode": EnumValue(0, {0: "off", 1: "on"}), "user.name": "front"}
    assert (block.state.experiment, block.state.run, block.state.format) == ("synth0001", 7, "xtc2")
    assert [(pv.pv, pv.alias) for pv in block.state.pvs] == [("XPP:MMS:01", "XPP:MMS:01")]


def test_a_later_configure_replaces_the_names_of_its_stream() -> None:
    again = [*FAST, at(Transition.CONFIGURE, 30), at(Transition.BEGIN_RUN, 31), at(Transition.L1ACCEPT, 32)]
    last = [block for block in merged(again) if isinstance(block, EventBlock)][-1]
    assert not any(key.contains == Kind.NAMES for key in last.state.configs)
    assert last.state.pvs == ()


def test_what_cannot_be_joined_is_counted_by_name() -> None:
    merge = Merge("name", 1, streams=(0, 1))
    feed(merge, 0, [configure(), at(Transition.L1ACCEPT, 5), at(Transition.L1ACCEPT, 5)])
    feed(
        merge,
        1,
        [at(Transition.CONFIGURE, 1), at(Transition.SLOW_UPDATE, 5), at(Transition.UNUSED, 6), at(Transition.END_RUN, 7)],
    )
    merge.end(0)
    merge.end(1)
    assert [one[0] for one in events(merge.take(10))] == [5]
    assert merge.counts == {
        "duplicate": 1,
        "datagram of another kind at the same time": 1,
        "unknown transition": 1,
        "END_RUN not in all streams": 1,
    }


@pytest.mark.parametrize("step", [1, 2, 1000])
def test_an_event_recorded_behind_a_later_one_is_an_event_and_is_told(step: int) -> None:
    late = [*FAST[:9], at(Transition.DISABLE, 14), at(Transition.L1ACCEPT, 12, gmd(9)), *FAST[10:]]
    found = [one[:4] for one in events(merged(late, SLOW, step=step))]
    assert found == [one[:4] for one in [*EXPECTED[:3], (12, [0], 7, 0), *EXPECTED[3:]]]


def test_a_damaged_event_is_counted() -> None:
    merge = Merge("name", 1, streams=(2,))
    feed(merge, 2, [configure(), at(Transition.L1ACCEPT, 5, damage=16)])
    merge.end(2)
    assert len(events(merge.take(10))) == 1
    assert merge.counts == {"stream 2: whole event with damage 0x10": 1}


WHOLE = b"".join(FAST)


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=8))
@settings(max_examples=200, deadline=None)
def test_mutated_streams_raise_nothing_and_end(changes: list[tuple[int, int]]) -> None:
    data = bytearray(WHOLE)
    for place, value in changes:
        data[place] = value
    merge = Merge("name", 1, streams=(0, 1))
    feed(merge, 0, [bytes(data)])
    feed(merge, 1, SLOW)
    merge.end(0)
    merge.end(1)
    count = len(events(merge.take(1000)))
    assert merge.finished
    assert count <= len(FAST) + len(SLOW)
