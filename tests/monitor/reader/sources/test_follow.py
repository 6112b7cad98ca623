"""Following runs while they are written: every event once, whatever the recorders do, and in time."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.errors import ConfigError, DamagedData, Unusable
from monitor.model.place import FilePlace
from monitor.net.places import Places
from monitor.reader.block import Block, EventBlock
from monitor.reader.sources.follow import GATHER_S, SETTLE_S, FollowSource, WatchedRun, watched
from monitor.reader.sources.source import Source
from monitor.settings import Settings
from tests.support.recorder import Recorder, Time
from tests.support.xtc_bytes import datagram, run_streams

SETTINGS = Settings()
TIMEOUT_S = SETTINGS.source.follow_timeout
OPEN: list[FollowSource] = []
"""Sources of the test at work."""


def vectors(blocks: list[Block]) -> list[int]:
    return [int(v) for block in blocks if isinstance(block, EventBlock) for v in block.events["vector"]]


@pytest.fixture(autouse=True)
def closing() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().close()


def opened(runs: list[WatchedRun], clock: Time) -> FollowSource:
    OPEN.append(FollowSource(runs, SETTINGS, clock=clock))
    return OPEN[-1]


def follow(folder: Path, clock: Time) -> FollowSource:
    """Follow the files that are there."""
    return opened(watched(sorted(folder.iterdir())), clock)


def in_folder(folder: Path, clock: Time) -> FollowSource:
    """Follow run 12 as it appears."""
    return opened([WatchedRun(experiment="xpptut15", run=12, paths={}, folder=folder)], clock)


def read_all(source: FollowSource, clock: Time, seconds: float = 0.3) -> list[Block]:
    """What a reader that asks every 10 ms gets in some time."""
    blocks: list[Block] = []
    for _ in range(round(seconds / 0.01)):
        clock.now += 0.01
        while more := source.read(50):
            blocks += more
    return blocks


def recorders(folder: Path, **options: int) -> dict[int, Recorder]:
    return {n: Recorder(folder, n, data) for n, data in run_streams(**options).items()}


def test_events_come_while_the_files_grow_and_each_once(tmp_path: Path) -> None:
    streams = recorders(tmp_path, steps=3, events=40, daq=2, camera=True)
    clock, chance = Time(), random.Random(5)
    source: Source = in_folder(tmp_path, clock)
    for one in streams.values():
        one.open()
    clock.now += GATHER_S
    blocks = source.read(10)
    clock.now += GATHER_S
    while any(one.left for one in streams.values()):
        one = chance.choice(list(streams.values()))
        one.write(chance.randint(1, 6), but=chance.choice([0, 0, 1, 30]))
        if not one.torn and chance.random() < 0.1:
            one.close()
            one.open()
        clock.now += 0.004
        while more := source.read(20):
            blocks += more
    for one in streams.values():
        one.close()
    blocks += read_all(source, clock)  # type: ignore[arg-type]
    assert vectors(blocks) == list(range(120))
    assert source.finished
    assert source.counts == {}


def test_an_event_is_out_soon_after_the_slowest_stream_is_past_it(tmp_path: Path) -> None:
    streams = recorders(tmp_path, steps=1, events=40, daq=2)
    clock = Time()
    for one in streams.values():
        one.open()
        one.write(10)
    source = follow(tmp_path, clock)
    assert vectors(read_all(source, clock, 3 * SETTLE_S)) == list(range(11))


def test_the_slowest_stream_is_waited_for(tmp_path: Path) -> None:
    streams = recorders(tmp_path, steps=1, events=40, daq=2)
    clock = Time()
    for one in streams.values():
        one.open()
    source = follow(tmp_path, clock)
    streams[0].write(1000)
    assert vectors(read_all(source, clock, 2.0)) == []
    streams[1].write(1000)
    assert vectors(read_all(source, clock)) == list(range(40))


def test_a_stream_that_is_ahead_is_not_read_further_than_needed(tmp_path: Path) -> None:
    streams = recorders(tmp_path, steps=1, events=3000, daq=2)
    clock = Time()
    for one in streams.values():
        one.open()
    streams[0].write(5000)
    source = follow(tmp_path, clock)
    read_all(source, clock)
    assert source._merge.tally.datagrams == 64
    streams[1].write(5000)
    assert vectors(read_all(source, clock)) == list(range(3000))


def test_disorder_in_a_stream_is_put_right(tmp_path: Path) -> None:
    data = run_streams(steps=1, events=30, daq=1)[0]
    data[10], data[11] = data[11], data[10]
    one = Recorder(tmp_path, 0, data)
    one.open()
    clock = Time()
    source = follow(tmp_path, clock)
    blocks = []
    while one.left:
        one.write(2)
        clock.now += 0.001
        blocks += source.read(100)
    assert vectors([*blocks, *read_all(source, clock)]) == list(range(30))


def test_places_have_the_final_name_and_are_found_before_and_after_the_renaming(tmp_path: Path) -> None:
    (one,) = recorders(tmp_path, steps=1, events=10, daq=1).values()
    one.open()
    one.write(1000)
    clock = Time()
    source = follow(tmp_path, clock)
    (block,) = (b for b in read_all(source, clock) if isinstance(b, EventBlock))
    assert block.places == (FilePlace(str(one.final)),)
    whole = one.final.with_name(one.final.name + ".inprogress").read_bytes()
    end = int((block.pieces["offset"] + block.pieces["length"]).max())
    assert Places()._file(str(one.final), end).tobytes() == whole
    one.close()
    assert Places()._file(str(one.final), end).tobytes() == whole


def test_the_next_chunk_is_awaited_and_found(tmp_path: Path) -> None:
    (one,) = recorders(tmp_path, steps=1, events=20, daq=1).values()
    one.open()
    one.write(10)
    clock = Time()
    source = follow(tmp_path, clock)
    first = read_all(source, clock)
    one.close()
    assert read_all(source, clock) == []
    assert not source.finished
    one.open()
    one.write(1000)
    assert vectors([*first, *read_all(source, clock)]) == list(range(20))
    assert source.finished


def test_files_that_have_their_final_name_from_the_start_are_followed(tmp_path: Path) -> None:
    one = Recorder(tmp_path, 0, run_streams(steps=1, events=20, daq=1)[0], rename_at_once=True)
    one.open()
    one.write(7, but=11)
    clock = Time()
    source = in_folder(tmp_path, clock)
    blocks = read_all(source, clock, GATHER_S + 0.2)
    one.write(4)
    one.open()
    one.write(1000)
    assert vectors([*blocks, *read_all(source, clock)]) == list(range(20))


def test_a_run_that_has_not_begun_is_awaited(tmp_path: Path) -> None:
    clock = Time()
    source = in_folder(tmp_path, clock)
    assert read_all(source, clock, 5.0) == []
    assert not source.finished
    (one,) = recorders(tmp_path, steps=1, events=5, daq=1).values()
    one.open()
    one.write(1000)
    assert vectors(read_all(source, clock, GATHER_S + 0.3)) == list(range(5))


def test_a_run_that_never_begins_is_an_error_that_names_it(tmp_path: Path) -> None:
    clock = Time()
    source = in_folder(tmp_path, clock)
    source.read(1)
    clock.now += TIMEOUT_S + 1
    with pytest.raises(Unusable, match=r"no file of xpptut15 run 12 appeared in .* for 120 s"):
        source.read(1)


def test_a_stream_whose_file_appears_a_little_later_loses_nothing(tmp_path: Path) -> None:
    streams = recorders(tmp_path, steps=1, events=20, daq=2)
    clock = Time()
    source = in_folder(tmp_path, clock)
    streams[0].open()
    streams[0].write(1000)
    blocks = read_all(source, clock, 0.6 * GATHER_S)
    streams[1].open()
    streams[1].write(1000)
    assert vectors([*blocks, *read_all(source, clock, GATHER_S)]) == list(range(20))


def test_runs_follow_each_other(tmp_path: Path) -> None:
    clock = Time()
    runs = [WatchedRun(experiment="xpptut15", run=n, paths={}, folder=tmp_path) for n in (12, 13)]
    source = opened(runs, clock)
    blocks = []
    for number in (12, 13):
        one = Recorder(tmp_path, 0, run_streams(steps=1, events=5, daq=1)[0], run=number)
        one.open()
        one.write(1000)
        blocks += read_all(source, clock, GATHER_S + 0.3)
    assert [b.state.run for b in blocks if isinstance(b, EventBlock)] == [12, 13]
    assert source.finished


def test_a_dead_writer_ends_the_run_when_time_is_up_and_is_named(tmp_path: Path) -> None:
    streams = recorders(tmp_path, steps=1, events=20, daq=2)
    for one in streams.values():
        one.open()
    streams[0].write(1000)
    streams[1].write(8, but=5)
    clock = Time()
    source = follow(tmp_path, clock)
    blocks = read_all(source, clock)
    clock.now += TIMEOUT_S - 1
    blocks += read_all(source, clock)
    assert vectors(blocks) == [0, 1, 2, 3, 4, 5]
    clock.now += 1
    blocks += read_all(source, clock)
    assert vectors(blocks) == [0, 1, 2, 3, 4, 5, 6, *range(8, 20, 2)]
    assert source.finished
    assert set(source.counts) == {
        "gave up waiting",
        f"{streams[1].final.name}: file ends inside a datagram at byte {sum(map(len, run_streams(steps=1, events=20)[1][:7]))}",
        f"{streams[1].final.name}: no EndRun, and nothing more for 120 s; its writer counts as dead",
    }


def test_what_dead_writers_left_is_read_to_its_end(tmp_path: Path) -> None:
    streams = recorders(tmp_path, steps=1, events=400, daq=2)
    for one in streams.values():
        one.open()
    streams[0].write(1000)
    streams[1].write(8)
    clock = Time()
    source = follow(tmp_path, clock)
    blocks = source.read(1000)
    clock.now += TIMEOUT_S
    blocks += read_all(source, clock)
    assert vectors(blocks) == [0, 1, 2, 3, 4, 5, 6, 7, *range(8, 400, 2)]
    assert source.finished
    assert not any("inside a datagram" in text for text in source.counts)


def test_a_stream_that_waited_for_a_slow_one_is_not_given_up_for_that(tmp_path: Path) -> None:
    streams = recorders(tmp_path, steps=1, events=60, daq=3)
    for one in streams.values():
        one.open()
        one.write(4)
    clock = Time()
    source = follow(tmp_path, clock)
    blocks = read_all(source, clock)
    for quick in (streams[2], streams[1]):
        quick.write(1)
        blocks += read_all(source, clock)
        quick.write(1000)
    for count in (1, 1, 1, 1000):
        clock.now += TIMEOUT_S - 10
        streams[0].write(count)
        blocks += read_all(source, clock)
    assert vectors(blocks) == list(range(60))
    assert source.counts == {}


def test_a_writer_that_was_only_slow_is_not_dead(tmp_path: Path) -> None:
    (one,) = recorders(tmp_path, steps=1, events=20, daq=1).values()
    one.open()
    clock = Time()
    source = follow(tmp_path, clock)
    blocks = []
    while one.left:
        one.write(4)
        clock.now += TIMEOUT_S - 5
        blocks += read_all(source, clock, 0.1)
    assert vectors(blocks) == list(range(20))
    assert source.counts == {}


def test_a_chunk_that_ends_inside_a_datagram_costs_that_event(tmp_path: Path) -> None:
    data = run_streams(steps=1, events=20, daq=1)[0]
    one = Recorder(tmp_path, 0, data)
    one.open()
    one.write(9, but=10)
    del one.left[0]
    one.close()
    one.open()
    one.write(1000)
    clock = Time()
    source = opened(watched([tmp_path / "xpptut15-r0012-s00-c00.xtc"]), clock)
    assert vectors(read_all(source, clock, 3.0)) == [n for n in range(20) if n != 4]
    (text,) = source.counts
    assert text.startswith("xpptut15-r0012-s00-c00.xtc: file ends inside a datagram")


def test_zeros_that_have_not_arrived_yet_are_waited_for(tmp_path: Path) -> None:
    data = b"".join(run_streams(steps=1, events=20, daq=1)[0])
    path = tmp_path / "xpptut15-r0012-s00-c00.xtc.inprogress"
    half = sum(len(one) for one in run_streams(steps=1, events=20, daq=1)[0][:9])
    path.write_bytes(data[:half] + bytes(len(data) - half))
    clock = Time()
    source = opened(watched([path]), clock)
    blocks = read_all(source, clock)
    with path.open("r+b") as file:
        file.write(data)
    assert vectors([*blocks, *read_all(source, clock)]) == list(range(20))


def test_a_corrupt_datagram_does_not_hold_up_the_others(tmp_path: Path) -> None:
    streams = recorders(tmp_path, steps=1, events=20, daq=2)
    for one in streams.values():
        one.open()
    streams[0].write(1000)
    streams[1].write(6)
    streams[1].left[0] = streams[1].left[0][:36] + b"\xff\xff\xff\xff" + streams[1].left[0][40:]
    streams[1].write(1000)
    clock = Time()
    source = follow(tmp_path, clock)
    blocks = read_all(source, clock)
    assert vectors(blocks) == [0, 1, 2, 3, *range(4, 20, 2)]
    clock.now += TIMEOUT_S
    read_all(source, clock)
    assert source.finished
    assert any("corrupt datagram, rest of the file lost" in text for text in source.counts)


def test_descriptors_are_given_back(tmp_path: Path) -> None:
    (one,) = recorders(tmp_path, steps=1, events=20, daq=1).values()
    one.open()
    one.write(5)
    clock = Time()
    before = len(list(Path("/proc/self/fd").iterdir()))
    source = follow(tmp_path, clock)
    for _ in range(5):
        one.write(2)
        one.close()
        one.open()
        read_all(source, clock, 0.1)
    source.close()
    source.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize("size", [0, 10, 39])
def test_a_file_that_has_hardly_begun_is_no_error(tmp_path: Path, size: int) -> None:
    data = run_streams(steps=1, events=2, daq=1)[0]
    path = tmp_path / "xpptut15-r0012-s00-c00.xtc.inprogress"
    path.write_bytes(data[0][:size])
    clock = Time()
    source = opened(watched([path]), clock)
    assert read_all(source, clock) == []
    path.write_bytes(b"".join(data))
    assert vectors(read_all(source, clock)) == [0, 1]


def test_what_cannot_be_followed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "xpptut15-r0012-s00-c00.xtc.inprogress"
    with pytest.raises(Unusable, match="no such file"):
        watched([path])
    path.write_bytes(b"hello, this is no recording of anything at all")
    with pytest.raises(DamagedData, match="not an XTC file"):
        watched([path])
    with pytest.raises(ConfigError, match="no files"):
        watched([])
    with pytest.raises(Unusable, match="give the folder with dir="):
        in_folder(tmp_path / "none", Time()).read(1)


def test_transitions_behind_the_end_of_the_run_do_not_keep_it_open(tmp_path: Path) -> None:
    unconfigure = datagram(5, time=(1_329_500_900, 0))
    one = Recorder(tmp_path, 0, [*run_streams(steps=1, events=4, daq=1)[0], unconfigure])
    one.open()
    one.write(1000)
    clock = Time()
    source = follow(tmp_path, clock)
    assert vectors(read_all(source, clock)) == [0, 1, 2, 3]
    assert source.finished
