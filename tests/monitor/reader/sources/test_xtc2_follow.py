"""XTC2 files that grow: cut anywhere and continued, they tell what the finished files tell."""

from pathlib import Path

import pytest

from monitor.errors import ConfigError, DamagedData
from monitor.reader.block import Block
from monitor.reader.sources.choice import source_of
from monitor.reader.sources.xtc2_files import Xtc2FileSource
from monitor.reader.sources.xtc2_follow import Xtc2FollowSource
from monitor.settings import parse
from monitor.xtc2.header import Transition
from tests.monitor.reader.sources.test_listen_xtc2 import story
from tests.support.xtc2_bytes import at, stream

EVENTS = 12
NAMES = ("synth0001-r0007-s000-c000.xtc2", "synth0001-r0007-s001-c000.xtc2")


def contents() -> list[bytes]:
    """Two streams, of which the second has an event in four."""
    whole = stream(EVENTS)
    slow = [at(Transition(service), tick) for service, tick in ((2, 1), (4, 2), (6, 3), (8, 4), (10, 5))]
    slow += [at(Transition.L1ACCEPT, 10 + i) for i in range(0, EVENTS, 4)]
    return [b"".join(whole), b"".join([*slow, *whole[-3:]])]


def drained(source: Xtc2FileSource | Xtc2FollowSource) -> list[Block]:
    blocks: list[Block] = []
    while found := source.read(5):
        blocks += found
    return blocks


@pytest.fixture
def expected(tmp_path: Path) -> list[object]:
    folder = tmp_path / "whole"
    folder.mkdir()
    for name, data in zip(NAMES, contents(), strict=True):
        (folder / name).write_bytes(data)
    return story(drained(Xtc2FileSource([folder / name for name in NAMES])))


@pytest.mark.parametrize("step", [1, 100, 997, 100_000])
def test_growing_files_tell_what_finished_ones_tell(tmp_path: Path, expected: list[object], step: int) -> None:
    paths, data = [tmp_path / f"{name}.inprogress" for name in NAMES], contents()
    for path in paths:
        path.touch()
    source, told = Xtc2FollowSource(paths, 10.0, clock=lambda: 0.0), list[object]()
    longest = max(map(len, data))
    # Configure is long, and cutting it everywhere shows nothing new.
    for size in [*range(0, longest - 2000, max(step, 3000)), *range(longest - 2000, longest + step, step)]:
        for path, whole in zip(paths, data, strict=True):
            path.write_bytes(whole[:size])
        told += story(drained(source))
    for path in paths:
        path.rename(path.with_name(path.name.removesuffix(".inprogress")))
    told += story(drained(source))
    assert told == expected
    assert source.finished
    assert not source.counts


def test_a_writer_that_died_ends_the_run_and_is_named(tmp_path: Path) -> None:
    path, now = tmp_path / NAMES[0], [0.0]
    path.write_bytes(b"".join(stream(EVENTS)[:9]))
    source = Xtc2FollowSource([path], 10.0, clock=lambda: now[0])
    first = drained(source)
    assert not source.finished
    now[0] = 11.0
    assert drained(source) == []
    assert source.finished
    assert len([line for line in story(first) if len(line) > 5]) == 4  # type: ignore[arg-type]
    assert "its writer counts as dead" in next(iter(source.counts))


def test_a_further_chunk_is_awaited(tmp_path: Path, golden_dir: Path) -> None:
    folder = golden_dir / "xtc2" / "chunking"
    if not folder.is_dir():
        pytest.skip("no XTC2 files; they are not part of the repository")
    first, second = "xpptut15-r0014-s000-c000.xtc2", "data-r0001-s000-c001.xtc2"
    expected = story(drained(Xtc2FileSource([folder / first])))
    (tmp_path / first).write_bytes((folder / first).read_bytes())
    source = Xtc2FollowSource([tmp_path / first], 10.0, clock=lambda: 0.0)
    told = story(drained(source))
    assert not source.finished
    (tmp_path / second).write_bytes((folder / second).read_bytes())
    assert told + story(drained(source)) == expected
    assert source.finished


def test_settings_choose_it_by_bytes_or_by_name(tmp_path: Path) -> None:
    path = tmp_path / f"{NAMES[0]}.inprogress"
    path.touch()
    assert isinstance(source_of(parse({"source": {"files": [str(path)]}})), Xtc2FollowSource)
    path.write_bytes(contents()[0][:100])
    assert isinstance(source_of(parse({"source": {"files": [str(path)]}})), Xtc2FollowSource)
    dataset = f"exp=synth0001:run=7:dir={tmp_path}:live"
    assert isinstance(source_of(parse({"source": {"dataset": dataset}})), Xtc2FollowSource)


def test_what_is_no_xtc2_is_refused(tmp_path: Path) -> None:
    path = tmp_path / NAMES[0]
    path.write_bytes(bytes(1000))
    with pytest.raises(DamagedData, match="not an XTC2 file"):
        Xtc2FollowSource([path], 10.0).read(1)


def test_streams_of_several_runs_cannot_be_followed_together(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="streams of one run"):
        Xtc2FollowSource([tmp_path / NAMES[0], tmp_path / "synth0001-r0008-s001-c000.xtc2"], 10.0)
