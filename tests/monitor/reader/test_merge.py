"""Event building: against a plain twin, in any order of arrival, and in each of the cases the rules name."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.reader.block import EventBlock, Memory, TransitionBlock
from monitor.reader.merge import Merge
from monitor.xtc.walk import heads
from tests.support import plain_merge
from tests.support.merged import blocks_of, feed, plain
from tests.support.xtc_bytes import (
    BEGIN_CYCLE,
    BEGIN_RUN,
    CAMERA,
    CONFIGURE,
    DISABLE,
    ENABLE,
    END_CYCLE,
    END_RUN,
    IPM,
    L1ACCEPT,
    Clock,
    container,
    datagram,
    epics_config,
    epics_ctrl,
    epics_time,
    ipm,
    run_streams,
    xtc,
)

Streams = dict[int, list[bytes]]
NAMES = container(epics_config({1: "one"}), epics_ctrl(1, "PV:ONE", 0.5))


def members(streams: Streams, seed: int | None = None) -> list[tuple[int, tuple[tuple[int, bytes], ...]]]:
    """Service and members of each group as the machine has it; of transitions, no members."""
    return [(row[0], row[2] if row[0] == L1ACCEPT else ()) for row in plain(blocks_of(streams, seed=seed)[0])]


def expected(streams: Streams) -> list[tuple[int, tuple[tuple[int, bytes], ...]]]:
    """The same by the twin."""
    return [
        (service, tuple((s, streams[s][n]) for s, n in group) if service == L1ACCEPT else ())
        for service, group in plain_merge.events(streams)
    ]


def one_stream(*events: bytes, step: bool = True) -> list[bytes]:
    """A run of one step around these events."""
    clock = Clock()
    opening = [datagram(CONFIGURE, NAMES, time=clock.tick()), datagram(BEGIN_RUN, time=clock.tick())]
    opening += [datagram(BEGIN_CYCLE, time=clock.tick()), datagram(ENABLE, time=clock.tick())] if step else []
    late = clock.seconds + 200, 0
    closing = [datagram(s, time=(late[0] + i, 0)) for i, s in enumerate((DISABLE, END_CYCLE, END_RUN))]
    return [*opening, *events, *(closing if step else closing[2:])]


def event(number: int, *children: bytes, seconds: int = 0, **words: int) -> bytes:
    """An event of pulse ``number``."""
    words.setdefault("fiducials", (2000 + 3 * number) % 131040)
    return datagram(L1ACCEPT, *children, time=(1_329_500_010 + seconds, 8_333_333 * number), **words)


def events_of(blocks: list[EventBlock | TransitionBlock]) -> np.ndarray:
    return np.concatenate([block.events for block in blocks if isinstance(block, EventBlock)])


@pytest.mark.parametrize("daq", [1, 2, 3])
@pytest.mark.parametrize("camera", [False, True])
@pytest.mark.parametrize("first_fiducial", [1000, 131_000])
def test_a_run_is_built_as_the_twin_does(daq: int, camera: bool, first_fiducial: int) -> None:
    streams = run_streams(steps=3, events=7, daq=daq, camera=camera, first_fiducial=first_fiducial)
    assert members(streams) == expected(streams)


@given(st.integers(0, 10**6), st.booleans(), st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_order_of_arrival_and_cuts_change_nothing(seed: int, camera: bool, daq: int) -> None:
    streams = run_streams(steps=2, events=9, daq=daq, camera=camera)
    assert plain(blocks_of(streams, seed=seed)[0]) == plain(blocks_of(streams)[0])


@given(st.integers(0, 10**6), st.data())
@settings(max_examples=60, deadline=None)
def test_disordered_and_thinned_streams_are_built_as_the_twin_does(seed: int, data: st.DataObject) -> None:
    streams = run_streams(steps=2, events=12, daq=2, camera=True)
    for number in streams:
        stream = streams[number]
        inside = [i for i in range(len(stream)) if stream[i][11] & 15 == L1ACCEPT]
        for _ in range(data.draw(st.integers(0, 4))):
            i = data.draw(st.sampled_from(inside))
            if i + 1 in inside:
                stream[i], stream[i + 1] = stream[i + 1], stream[i]
        gone = data.draw(st.sets(st.sampled_from(inside), max_size=3))
        streams[number] = [one for i, one in enumerate(stream) if i not in gone]
    assert members(streams, seed=seed) == expected(streams)


def test_an_event_is_in_one_daq_stream_and_all_of_them_are_delivered() -> None:
    blocks, _ = blocks_of(run_streams(steps=2, events=8, daq=3))
    ids = events_of(blocks)
    assert ids["vector"].tolist() == list(range(16))
    assert ids["streams"].tolist() == [1 << i % 3 for i in range(16)]


def test_a_camera_stream_joins_by_fiducial() -> None:
    blocks, _ = blocks_of(run_streams(steps=1, events=4, daq=1, camera=True))
    assert events_of(blocks)["streams"].tolist() == [1, 1 | 1 << 63, 1, 1 | 1 << 63]
    (block,) = (b for b in blocks if isinstance(b, EventBlock))
    assert block.pieces["stream"].tolist() == [0, 0, 80, 0, 0, 80]


def test_identity_comes_from_the_lowest_stream() -> None:
    blocks, _ = blocks_of(run_streams(steps=1, events=2, daq=1, camera=True))
    daq, with_camera = events_of(blocks)
    assert with_camera["seconds"] == daq["seconds"]
    assert with_camera["ticks"] == 1500


def test_a_camera_event_without_partner_is_an_event() -> None:
    streams = run_streams(steps=1, events=4, daq=1, camera=True)
    del streams[0][5]
    blocks, _ = blocks_of(streams)
    assert events_of(blocks)["streams"].tolist() == [1, 1 << 63, 1, 1 | 1 << 63]


def test_two_daq_events_are_never_one() -> None:
    streams = {n: one_stream(event(0, ipm(n)), event(1 + n, ipm(n))) for n in (0, 1)}
    blocks, _ = blocks_of(streams)
    assert events_of(blocks)["streams"].tolist() == [1, 2, 1, 2]


def test_a_camera_that_starts_in_the_middle_finds_its_place() -> None:
    streams = run_streams(steps=3, events=8, daq=1, camera=True)
    without_partner = [i for i, one in enumerate(streams[0]) if one[11] & 15 == L1ACCEPT][-1]
    del streams[0][without_partner]
    first = [i for i, one in enumerate(streams[80]) if one[11] & 15 == L1ACCEPT][2]
    streams[80] = streams[80][first:]
    blocks, _ = blocks_of(streams)
    masks = [b.events["streams"].tolist() for b in blocks if isinstance(b, EventBlock)]
    pair = [1, 1 | 1 << 63]
    assert masks == [[1, 1, 1, 1, *pair, *pair], pair * 4, [*pair * 3, 1, 1 << 63]]


def test_the_last_of_many_updates_in_an_event_holds() -> None:
    updates = container(*(epics_time(1, float(i)) for i in range(50)))
    blocks, _ = blocks_of({0: one_stream(event(0, ipm(0), updates), event(1, ipm(1)))})
    (block,) = (b for b in blocks if isinstance(b, EventBlock))
    assert block.epics_changes["value"].tolist() == [float(i) for i in range(50)]


def test_configuration_comes_from_the_lowest_daq_stream_and_the_cameras() -> None:
    configs = {0: b"low0", 1: b"high", 80: b"came"}
    when = 1_329_500_000, 1
    streams = {
        n: [datagram(CONFIGURE, xtc(IPM, 23, text), xtc(CAMERA, 1000 + n, text), time=when)] for n, text in configs.items()
    }
    (block,), _ = blocks_of(streams)
    assert {key.contains: value for key, value in block.state.configs.items()} == {23: b"low0", 1000: b"low0", 1080: b"came"}


def test_enable_and_disable_are_not_handed_on() -> None:
    blocks, _ = blocks_of(run_streams(steps=1, events=2))
    services = [block.service for block in blocks if isinstance(block, TransitionBlock)]
    assert services == [CONFIGURE, BEGIN_RUN, BEGIN_CYCLE, END_CYCLE, END_RUN]


def test_events_keep_their_order_across_the_end_of_the_fiducials() -> None:
    blocks, _ = blocks_of(run_streams(steps=1, events=12, daq=2, first_fiducial=131_020))
    fiducials = events_of(blocks)["fiducials"].tolist()
    first = (131_020 + 15) % 131_040
    assert fiducials == [(first + 3 * i) % 131_040 for i in range(12)]
    assert fiducials != sorted(fiducials)


def test_fiducials_beyond_the_last_are_dropped_and_counted() -> None:
    blocks, merge = blocks_of({0: one_stream(event(0), event(1, fiducials=131_040), event(2, fiducials=0x1FFFF))})
    assert len(events_of(blocks)) == 1
    assert merge.left_out == {"no fiducial": 2}


def test_a_trimmed_event_is_not_delivered_but_its_epics_hold() -> None:
    update = container(epics_time(1, 7.5))
    blocks, merge = blocks_of({0: one_stream(event(0, ipm(0)), event(1, update, env=1 << 31), event(2, ipm(2)))})
    (block,) = (b for b in blocks if isinstance(b, EventBlock))
    assert block.events["fiducials"].tolist() == [2000, 2006]
    assert block.epics_start.tolist() == [0.5]
    assert block.epics_changes.tolist() == [(1, 0, 7.5)]
    assert merge.left_out == {"trimmed": 1}


def test_a_trimmed_last_event_hands_its_epics_to_the_next_block() -> None:
    first = one_stream(event(0, ipm(0)), event(1, container(epics_time(1, 7.5)), env=1 << 31))
    second = [datagram(BEGIN_CYCLE, time=(1_329_500_300, 0)), event(0, ipm(3), seconds=300)]
    blocks, _ = blocks_of({0: [*first[:-1], *second]})
    first_block, *_, last = (b for b in blocks if isinstance(b, EventBlock))
    assert len(first_block.epics_changes) == 0
    assert last.epics_start.tolist() == [7.5]
    assert len(last.epics_changes) == 0


def test_an_event_with_epics_only_is_not_delivered() -> None:
    blocks, merge = blocks_of({0: one_stream(event(0, ipm(0)), event(1, container(epics_time(1, 1.0))), event(2))})
    assert events_of(blocks)["fiducials"].tolist() == [2000, 2006]
    assert merge.left_out == {"only EPICS": 1}


def test_the_same_event_twice_is_delivered_once() -> None:
    blocks, merge = blocks_of({0: one_stream(event(0), event(1), event(1), event(2))})
    assert events_of(blocks)["fiducials"].tolist() == [2000, 2003, 2006]
    assert merge.left_out == {"duplicate": 1}


def test_the_halves_of_a_split_event_stay_together() -> None:
    streams = {0: one_stream(event(0), event(1, ipm(1), damage=2), event(1, ipm(2), damage=2), event(2))}
    blocks, merge = blocks_of(streams)
    (block,) = (b for b in blocks if isinstance(b, EventBlock))
    assert block.pieces["event"].tolist() == [0, 1, 1, 2]
    assert merge.left_out == {}


def test_a_transition_sent_twice_comes_once() -> None:
    stream = one_stream(event(0))
    blocks, merge = blocks_of({0: [*stream[:3], stream[2], *stream[3:]]})
    assert [b.step for b in blocks if isinstance(b, TransitionBlock)] == [-1, -1, 0, 0, 0]
    assert merge.left_out == {"duplicate": 1}


def test_disorder_beyond_the_window_is_delivered_all_the_same() -> None:
    numbers = [*range(1, 40), 0, *range(40, 50)]
    blocks, _ = blocks_of({0: one_stream(*(event(n) for n in numbers))})
    assert sorted(events_of(blocks)["fiducials"].tolist()) == [2000 + 3 * n for n in range(50)]


def test_a_stream_without_its_end_does_not_hold_up_the_others() -> None:
    streams = run_streams(steps=3, events=8, daq=2)
    streams[1] = streams[1][:9]
    assert members(streams) == expected(streams)


def test_a_stream_that_starts_in_the_middle_finds_its_place() -> None:
    streams = run_streams(steps=3, events=8, daq=2)
    whole = plain(blocks_of(streams)[0])
    start = 14
    missing = {one for one in streams[1][:start] if one[11] & 15 == L1ACCEPT}
    streams[1] = streams[1][start:]
    part = [row[2] for row in plain(blocks_of(streams)[0]) if row[0] == L1ACCEPT]
    assert part == [row[2] for row in whole if row[0] == L1ACCEPT and row[2][0][1] not in missing]


def test_a_missing_end_of_a_step_is_taken_as_read() -> None:
    streams = run_streams(steps=3, events=8, daq=2)
    whole = members(streams)
    ends = [i for i, one in enumerate(streams[1]) if one[11] & 15 == END_CYCLE]
    del streams[1][ends[0]]
    assert members(streams) == whole


def test_nothing_is_handed_out_before_every_stream_has_said_something() -> None:
    streams = run_streams(daq=2)
    merge = Merge("test", 7, streams=streams)
    feed(merge, 0, b"".join(streams[0]))
    assert merge.take(100) == []
    assert merge.hungry == [1]


def test_a_silent_stream_is_given_up_when_patience_ends() -> None:
    streams = run_streams(steps=1, daq=2)
    merge = Merge("test", 7, streams=streams, patience_s=1.0, look_ahead=(0, 0))
    feed(merge, 0, b"".join(streams[0]))
    assert merge.take(100, now=10.0) == []
    assert merge.take(100, now=10.9) == []
    assert sum(b.count for b in merge.take(100, now=11.1) if isinstance(b, EventBlock)) == 4
    assert merge.left_out["gave up waiting"] == 1


def test_what_comes_after_its_time_is_left_out_and_counted() -> None:
    streams = run_streams(steps=2, events=8, daq=2)
    merge = Merge("test", 7, streams=streams, patience_s=1.0, look_ahead=(0, 0))
    half = len(streams[0]) // 2
    feed(merge, 0, b"".join(streams[0][:half]))
    merge.take(100, now=10.0)
    early = merge.take(100, now=12.0)
    feed(merge, 1, b"".join(streams[1]))
    feed(merge, 0, b"".join(streams[0][half:]))
    merge.end(0)
    merge.end(1)
    late = merge.take(100, now=12.0)
    ids = events_of([*early, *late])
    order = ids["seconds"].astype(np.int64) << 32 | ids["nanoseconds"]
    assert (np.diff(order) > 0).all()
    assert len(ids) + merge.left_out["late"] >= 16
    assert ids["vector"].tolist()[-8:] == list(range(8, 16))


def test_the_configuration_of_a_late_camera_is_taken_over() -> None:
    config = xtc(CAMERA, 1 << 16 | 105, bytes(20))
    daq, clock = one_stream(event(0), event(1), event(2)), Clock()
    merge = Merge("test", 7, streams=[0, 80], patience_s=1.0, look_ahead=(0, 0))
    feed(merge, 0, b"".join(daq[:5]))
    merge.take(10, now=0.0)
    merge.take(10, now=2.0)
    before = merge.state
    feed(merge, 80, datagram(CONFIGURE, container(config), time=clock.tick()))
    feed(merge, 0, b"".join(daq[5:]))
    merge.take(10, now=2.0)
    (new,) = set(merge.state.configs) - set(before.configs)
    assert (new.level, new.physical, new.contains) == (*CAMERA, 1 << 16 | 105)
    assert merge.state.version > before.version


def test_at_most_as_many_events_as_asked_for() -> None:
    streams = run_streams(steps=2, events=20)
    merge = Merge("test", 7, streams=streams)
    for number, data in streams.items():
        feed(merge, number, b"".join(data))
        merge.end(number)
    counts = []
    while blocks := merge.take(7):
        counts.append(sum(b.count for b in blocks if isinstance(b, EventBlock)))
    assert max(counts) <= 7
    assert sum(counts) == 40


def test_an_empty_run_has_no_blocks() -> None:
    merge = Merge("test", 7, streams=[0, 1])
    merge.end(0)
    merge.end(1)
    assert merge.take(10) == []
    assert merge.finished


def test_many_trimmed_events_do_not_stop_the_run() -> None:
    trimmed = [event(n, env=1 << 31) for n in range(100)]
    blocks, merge = blocks_of({0: one_stream(*trimmed, event(100))})
    assert len(events_of(blocks)) == 1
    assert merge.left_out == {"trimmed": 100}


@given(st.binary(min_size=1, max_size=400), st.integers(0, 3000))
@settings(max_examples=150, deadline=None)
def test_mutated_streams_end_without_an_error_of_ours(noise: bytes, at: int) -> None:
    streams = run_streams(steps=2, events=4, daq=2, camera=True)
    data = bytearray(b"".join(streams[0]))
    data[at : at + len(noise)] = noise
    merge = Merge("test", 7, streams=streams)
    feed(merge, 0, bytes(data))
    for number in (1, 80):
        feed(merge, number, b"".join(streams[number]))
    for number in streams:
        merge.end(number)
    for _ in range(1000):
        if not merge.take(50):
            break
    assert merge.finished


def test_the_halves_of_a_split_event_find_each_other_without_look_ahead() -> None:
    halves = [event(1, ipm(1), damage=2), event(1, ipm(2), damage=2)]
    stream = one_stream(event(0), *halves, event(2))
    merge = Merge("test", 7, streams=[0], look_ahead=(0, 0), settle_s=1.0)
    blocks = []
    for one in stream:
        feed(merge, 0, one, now=5.0)
        blocks += merge.take(10, now=5.0)
    merge.end(0)
    blocks += merge.take(10, now=5.0)
    pieces = [block.pieces["event"].tolist() for block in blocks if isinstance(block, EventBlock)]
    assert pieces == [[0], [0, 0], [0]]
    assert merge.left_out == {}


def test_half_an_event_waits_no_longer_than_it_has_to() -> None:
    merge = Merge("test", 7, streams=[0], look_ahead=(0, 0), settle_s=1.0)
    feed(merge, 0, b"".join(one_stream(event(0), event(1, ipm(1), damage=2))[:6]), now=5.0)
    assert len(events_of(merge.take(10, now=5.0))) == 1
    assert merge.take(10, now=5.9) == []
    assert len(events_of(merge.take(10, now=6.1))) == 1


def test_an_event_waits_for_earlier_ones_for_a_limited_time() -> None:
    merge = Merge("test", 7, streams=[0], settle_s=1.0)
    data = one_stream(*(event(n) for n in range(5)))
    feed(merge, 0, b"".join(data[:-3]), now=5.0)
    assert not any(isinstance(block, EventBlock) for block in merge.take(10, now=5.0))
    assert len(events_of(merge.take(10, now=6.1))) == 5


def test_a_stream_that_is_skipped_keeps_what_it_has() -> None:
    streams = run_streams(steps=1, events=8, daq=2)
    merge = Merge("test", 7, streams=streams)
    feed(merge, 0, b"".join(streams[0]))
    feed(merge, 1, b"".join(streams[1][:6]))
    merge.end(0)
    merge.skip(1)
    ids = events_of(merge.take(3))
    merge.skip(1)
    ids = np.concatenate([ids, events_of(merge.take(100))])
    assert ids["vector"].tolist() == [0, 1, 2, 3, 4, 6]


def live(streams: Streams, lag_s: dict[int, float]) -> tuple[list[float], np.ndarray, Merge]:
    """Plays a run live, 8.3 ms between events, each stream late by so much; delays of the events, and the events."""
    merge = Merge("test", 7, streams=streams, look_ahead=(0, 0), patience_s=0.5, least_patience_s=0.02)
    due = []
    for number, data in streams.items():
        for one in data:
            seconds, nanoseconds = int.from_bytes(one[4:8], "little"), int.from_bytes(one[:4], "little")
            taken = (seconds - 1_329_500_000 - 3 * (number == 80 and one[11] & 15 == L1ACCEPT)) + nanoseconds / 1e9
            due.append((taken + lag_s[number], number, one))
    due.sort(key=lambda item: item[0])
    delays, found, now = [], [], 0.0
    while due or not merge.finished:
        now += 0.004
        while due and due[0][0] <= now:
            _, number, one = due.pop(0)
            array = np.frombuffer(one, np.uint8)
            merge.feed(number, Memory(array), array, heads(array), now=now)
        if not due:
            for number in streams:
                merge.end(number)
        for block in merge.take(100, now):
            if isinstance(block, EventBlock):
                found.append(block.events)
                delays += (now - (block.events["seconds"] - 1_329_500_000.0) - block.events["nanoseconds"] / 1e9).tolist()
    return delays, np.concatenate(found), merge


def test_a_camera_that_fell_silent_costs_live_events_little() -> None:
    streams = run_streams(steps=1, events=3600, daq=1, camera=True)
    streams[80] = streams[80][:10]
    delays, ids, _ = live(streams, {0: 0.0, 80: 0.005})
    assert len(ids) == 3600
    assert np.median(delays[-600:]) <= 0.03
    assert max(delays) <= 0.51


def test_a_camera_that_is_late_now_and_then_keeps_its_events() -> None:
    streams = run_streams(steps=1, events=1200, daq=1, camera=True)
    events = [one for one in streams[80] if one[11] & 15 == L1ACCEPT]
    rare = set(events[::30])
    streams[80] = [one for one in streams[80] if one[11] & 15 != L1ACCEPT or one in rare]
    _, ids, merge = live(streams, {0: 0.0, 80: 0.1})
    assert merge.left_out == {}
    assert np.count_nonzero(ids["streams"] == 1 | 1 << 63) == len(rare)
    assert len(ids) == 1200


def test_streams_in_turn_wait_for_each_other_and_lose_nothing() -> None:
    delays, ids, merge = live(run_streams(steps=2, events=300, daq=3), {0: 0.0, 1: 0.004, 2: 0.05})
    assert ids["vector"].tolist() == list(range(600))
    assert merge.left_out == {}
    assert np.median(delays) < 0.1
