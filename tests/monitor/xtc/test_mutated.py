"""Broken files through everything that reads them, the short form; ``tests/support/hostile.py`` has the long one."""

from pathlib import Path

import numpy as np
import pytest
from numpy.random import default_rng

from monitor.reader.intake import MOST_SOURCES
from monitor.reader.sources.files import FileSource
from monitor.settings import Settings
from monitor.xtc.scan import scan
from monitor.xtc.walk import Stop, heads, walk
from tests.support.any_reader import KEPT, read_any
from tests.support.golden_xtc import COMMITTED, contents
from tests.support.hostile import broken_files, endure
from tests.support.merged import blocks_of, plain
from tests.support.xtc_bytes import L1ACCEPT, container, datagram, ipm, run_streams, xtc


@pytest.mark.parametrize("seed", range(4))
def test_mutated_files_give_nothing_but_our_own_errors(seed: int) -> None:
    met = sum((endure(data, beside) for data, beside in broken_files(COMMITTED, 60, seed)), start=endure(np.empty(0, np.uint8)))
    assert met["end"] == 61
    assert min(met["events"], met["decoded"], met["damaged"], met["corrupt"]) > 0


@pytest.mark.parametrize("name", ["xpptut15-r0300-s00-c00.xtc", "xpptut15-r0054-s00-c01.xtc", "xcs70313-r0230-s80-c00.xtc"])
def test_a_file_cut_anywhere_in_its_first_datagrams_is_read_up_to_the_cut(name: str) -> None:
    data = contents(COMMITTED / name)
    whole = heads(data).table
    ends = (whole["offset"] + whole["length"]).astype(np.int64)
    for cut in range(min(int(ends[2]), 5000)):
        found = heads(data[:cut])
        complete = int(np.searchsorted(ends, cut, side="right"))
        at = int(ends[complete - 1]) if complete else 0
        assert found.table.tolist() == whole[:complete].tolist()
        assert found.stop == at
        assert found.reason == (Stop.END if cut == at else Stop.HEADER if cut - at < 40 else Stop.PAYLOAD)


@pytest.mark.parametrize("seed", range(6))
def test_damage_inside_an_event_costs_no_other_event(seed: int) -> None:
    streams = run_streams(steps=2, events=10, daq=2, camera=True)
    chance = default_rng(seed)
    stream = int(chance.choice([0, 1]))
    events = [n for n, data in enumerate(streams[stream]) if data[11] & 15 == L1ACCEPT]
    victim = int(chance.choice(events))
    whole = streams[stream][victim]
    # The header and the extent of the root stay; all else of this event is noise.
    broken = whole[:40] + chance.integers(0, 256, len(whole) - 40, np.uint8).tobytes()
    before = plain(blocks_of(streams)[0])
    after = plain(blocks_of({**streams, stream: [*streams[stream][:victim], broken, *streams[stream][victim + 1 :]]})[0])
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a[:3] != b[:3]]
    assert all((stream, whole) in a[2] for a, _ in changed)
    assert len(changed) <= 1


def test_events_behind_a_corrupt_container_are_delivered(tmp_path: Path) -> None:
    event = [datagram(L1ACCEPT, container(ipm(n)), time=(100, n), fiducials=3 * n) for n in range(3)]
    event[1] = datagram(L1ACCEPT, container(xtc((1, 1), 22, extent=3)), container(ipm(7)), time=(100, 1), fiducials=3)
    path = tmp_path / "e1-r0001-s00-c00.xtc"
    path.write_bytes(b"".join(event))
    source = FileSource([path], Settings())
    assert sum(block.count for block in source.read(100)) == 3  # type: ignore[union-attr]
    assert source.counts == {"NoDetector-0|NoDevice-1: corrupt container": 1}
    source.close()


def test_corrupt_containers_are_counted_by_source_as_far_as_any_run_has_sources(tmp_path: Path) -> None:
    wrong = [xtc((1, number), 22, extent=3) for number in range(2 * MOST_SOURCES)]
    events = [datagram(L1ACCEPT, *(container(one) for one in wrong), xtc((1, 1), 22)[:16], time=(100, 1), fiducials=3)]
    path = tmp_path / "e1-r0001-s00-c00.xtc"
    path.write_bytes(b"".join(events))
    source = FileSource([path], Settings())
    source.read(100)
    counts = {text: n for text, n in source.counts.items() if "corrupt container" in text}
    assert len(counts) == MOST_SOURCES
    assert sum(counts.values()) == 2 * MOST_SOURCES + 1
    assert counts["corrupt container"] == MOST_SOURCES + 2
    source.close()


@pytest.mark.parametrize("file", sorted(KEPT.iterdir()), ids=lambda path: path.name)
def test_what_was_once_found_nasty_is_read_or_refused(file: Path) -> None:
    read_any(file.read_bytes())


def test_millions_of_sources_cannot_stop_a_scan(tmp_path: Path) -> None:
    count = 60_000
    table = np.zeros((count, 5), "<u4")
    table[:, 1], table[:, 2], table[:, 3], table[:, 4] = 1 << 24, np.arange(count), 22, 20
    path = tmp_path / "e1-r0001-s00-c00.xtc"
    path.write_bytes(datagram(L1ACCEPT, table.tobytes(), time=(1, 1), fiducials=3))
    result = scan([path])
    assert result.payloads == count
    assert sum(kind.all for source in result.sources for kind in source.types) + result.unlisted == count
    assert result.unlisted > 0


def test_containers_that_nest_without_end_are_walked_once() -> None:
    depth = 20_000
    table = np.zeros((depth, 5), "<u4")
    table[:, 1], table[:, 3], table[:, 4] = 2 << 24, 1, np.arange(depth, 0, -1) * 20
    data = np.frombuffer(datagram(L1ACCEPT, table.tobytes(), time=(1, 1), fiducials=3), np.uint8)
    found = heads(data)
    walked = walk(data, found.table["offset"], found.table["length"])
    assert (len(walked.index), len(walked.corrupt)) == (0, 0)
    assert endure(data)["xtc"] == depth
