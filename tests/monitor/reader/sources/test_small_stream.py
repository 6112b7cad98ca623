"""Reading through small-data files gives the events of the big files, to the byte."""

import random
import struct
from pathlib import Path

import pytest

from monitor.errors import DamagedData, Unusable
from monitor.reader.block import Block, EventBlock
from monitor.reader.sources.files import FileSource
from monitor.settings import Settings
from tests.support.flat import flat
from tests.support.small_data import small_data
from tests.support.xtc_bytes import CAMERA, L1ACCEPT, container, datagram, epics_time, ipm, run_streams, xtc

SETTINGS = Settings()
TRIMMED = 1 << 31


def write(folder: Path, streams: dict[int, list[bytes]]) -> tuple[list[Path], list[Path]]:
    """A run in big files and its small-data files."""
    (folder / "smalldata").mkdir(exist_ok=True)
    big, small = [], []
    for number, data in streams.items():
        big.append(folder / f"xpptut15-r0012-s{number:02d}-c00.xtc")
        small.append(folder / "smalldata" / f"xpptut15-r0012-s{number:02d}-c00.smd.xtc")
        big[-1].write_bytes(b"".join(data))
        small[-1].write_bytes(small_data(data))
    return big, small


def read(paths: list[Path], max_events: int = 7) -> tuple[list[Block], dict[str, int]]:
    source = FileSource(paths, SETTINGS)
    blocks = []
    while more := source.read(max_events):
        blocks += more
    source.close()
    return blocks, dict(source.counts)


def assert_same(found: list[Block], expected: list[Block]) -> None:
    assert flat(found) == flat(expected)


def with_strange_events(streams: dict[int, list[bytes]], chance: random.Random) -> dict[int, list[bytes]]:
    """Some events emptied, trimmed, damaged, with EPICS only, or with a large frame."""
    result: dict[int, list[bytes]] = {}
    for number, data in streams.items():
        result[number] = []
        for one in data:
            if one[11] & 15 == L1ACCEPT and chance.random() < 0.5:
                children = chance.choice(
                    [b"", container(ipm(1, damage=2)), container(epics_time(1, 2.5)), container(xtc(CAMERA, 2, bytes(5000)))]
                )
                env = TRIMMED if chance.random() < 0.2 else 1
                one = one[:16] + struct.pack("<I", env) + one[20:36] + struct.pack("<I", 20 + len(children)) + children
            result[number].append(one)
    return result


@pytest.mark.parametrize("seed", range(6))
def test_events_are_those_of_the_big_files(tmp_path: Path, seed: int) -> None:
    streams = with_strange_events(run_streams(steps=4, events=60, daq=2, camera=True), random.Random(seed))
    big, small = write(tmp_path, streams)
    found, expected = read(small), read(big)
    assert_same(found[0], expected[0])
    assert found[1] == expected[1]
    assert sum(b.count for b in found[0] if isinstance(b, EventBlock)) > 100


def test_a_small_file_that_was_cut_costs_nothing(tmp_path: Path) -> None:
    big, small = write(tmp_path, run_streams(steps=2, events=30, daq=1))
    small[0].write_bytes(small[0].read_bytes()[:-1000])
    blocks, counts = read(small)
    assert_same(blocks, read(big)[0])
    assert [text for text in counts if "ends inside a datagram" in text]


def test_a_big_file_that_was_cut_costs_the_events_behind_its_end(tmp_path: Path) -> None:
    big, small = write(tmp_path, run_streams(steps=1, events=30, daq=1))
    whole = big[0].read_bytes()
    big[0].write_bytes(whole[: len(whole) // 2])
    events = sum(b.count for b in read(big)[0] if isinstance(b, EventBlock))
    blocks, counts = read(small)
    assert sum(b.count for b in blocks if isinstance(b, EventBlock)) == events
    assert counts == {f"{small[0].name}: event that is not in the big file": 30 - events}


def test_only_the_small_file_and_no_payload_of_the_big_one_is_needed(tmp_path: Path) -> None:
    big, small = write(tmp_path, run_streams(steps=1, events=8, daq=1))
    expected = read(big)[0]
    data = bytearray(big[0].read_bytes())
    first = next(b for b in expected if isinstance(b, EventBlock)).pieces[0]
    data[int(first["offset"]) + 40 :] = bytes(len(data) - int(first["offset"]) - 40)
    big[0].write_bytes(data)
    assert_same(read(small)[0], expected)


def test_small_data_of_another_file_is_refused(tmp_path: Path) -> None:
    big, small = write(tmp_path, run_streams(steps=1, events=8, daq=1))
    big[0].write_bytes(b"".join(run_streams(steps=1, events=8, daq=1, first_fiducial=5000)[0]))
    with pytest.raises(DamagedData, match="not the small data of"):
        FileSource(small, SETTINGS)


def test_a_missing_big_file_is_named(tmp_path: Path) -> None:
    big, small = write(tmp_path, run_streams(daq=1))
    big[0].unlink()
    with pytest.raises(Unusable, match=rf"{big[0].name}: there is no such file"):
        FileSource(small, SETTINGS)


@pytest.mark.parametrize("offset", [-1, 0, 40, 1 << 40, (1 << 63) - 1, -(1 << 63)])
def test_places_that_cannot_be_are_no_harm(tmp_path: Path, offset: int) -> None:
    big, small = write(tmp_path, run_streams(steps=1, events=8, daq=1))
    data = bytearray(small[0].read_bytes())
    third = [i for i in range(len(data) - 4) if data[i : i + 4] == struct.pack("<I", 1 << 16 | 90)][3]
    data[third + 8 : third + 16] = struct.pack("<q", offset)
    small[0].write_bytes(data)
    blocks, counts = read(small)
    size = big[0].stat().st_size
    for block in blocks:
        if isinstance(block, EventBlock):
            assert (block.pieces["offset"] + block.pieces["length"] <= size).all()
    if not 0 <= offset < size:
        assert counts[f"{small[0].name}: event that is not in the big file"] == 1


def test_a_chunk_of_events_without_anything_is_read_from_the_big_file(tmp_path: Path) -> None:
    data = run_streams(steps=1, events=4, daq=1)[0]
    empty = [datagram(L1ACCEPT, time=(1_329_500_000, 100 + n), fiducials=500 + n) for n in range(9000)]
    big, small = write(tmp_path, {0: [*data[:4], *empty, *data[-3:]]})
    found, expected = read(small, 1000), read(big, 1000)
    assert sum(b.count for b in found[0] if isinstance(b, EventBlock)) == 9000
    assert_same(found[0], expected[0])
