"""Files as a source: what is delivered, and what is said about files that are not as they should be."""

import os
from pathlib import Path

import numpy as np
import pytest

from monitor.errors import ConfigError, DamagedData, Unusable, XtcmonError
from monitor.model.place import FilePlace
from monitor.reader.block import EventBlock, TransitionBlock
from monitor.reader.report import flaws
from monitor.reader.sources.files import FileSource, count_events
from monitor.reader.sources.source import Source
from monitor.settings import Settings
from tests.support.xtc_bytes import ENABLE, END_RUN, IPM, L1ACCEPT, container, datagram, ipm, run_streams, xtc

SETTINGS = Settings()


def write_run(folder: Path, run: int = 12, **options: int) -> list[Path]:
    """A run as files of one chunk each."""
    paths = []
    for number, data in run_streams(**options).items():  # type: ignore[arg-type]
        paths.append(folder / f"xpptut15-r{run:04d}-s{number:02d}-c00.xtc")
        paths[-1].write_bytes(b"".join(data))
    return paths


def drained(source: FileSource, max_events: int = 100) -> list[EventBlock | TransitionBlock]:
    blocks = []
    while more := source.read(max_events):
        blocks += more
    assert source.finished
    source.close()
    return blocks


def vectors(blocks: list[EventBlock | TransitionBlock]) -> list[int]:
    return [int(v) for block in blocks if isinstance(block, EventBlock) for v in block.events["vector"]]


def test_all_events_come_in_order(tmp_path: Path) -> None:
    source: Source = FileSource(write_run(tmp_path, steps=3, events=10, daq=3), SETTINGS)
    assert source.total_events == 30
    assert vectors(drained(source)) == list(range(30))  # type: ignore[arg-type]
    assert source.counts == {}


def test_pieces_point_at_the_datagrams_in_the_files(tmp_path: Path) -> None:
    for block in drained(FileSource(write_run(tmp_path, daq=2), SETTINGS), 3):
        if isinstance(block, EventBlock):
            for piece in block.pieces:
                place = block.places[piece["place"]]
                assert isinstance(place, FilePlace)
                data = Path(place.path).read_bytes()[int(piece["offset"]) :][: int(piece["length"])]
                vector = int.from_bytes(data[12:16], "little") >> 17
                assert vector == block.events["vector"][piece["event"]]


def test_run_number_and_experiment_come_from_the_name(tmp_path: Path) -> None:
    blocks = drained(FileSource(write_run(tmp_path, run=98), SETTINGS))
    assert {(block.state.experiment, block.state.run) for block in blocks} == {("xpptut15", 98)}


def test_a_file_with_any_name_is_read_alone(tmp_path: Path) -> None:
    path = tmp_path / "copy.xtc"
    path.write_bytes(b"".join(run_streams(daq=1)[0]))
    blocks = drained(FileSource([path], SETTINGS))
    assert len(vectors(blocks)) == 16
    assert {block.state.run for block in blocks[1:]} == {7}


def test_chunks_are_read_one_behind_the_other(tmp_path: Path) -> None:
    data = run_streams(steps=2, events=8, daq=1)[0]
    paths = [tmp_path / f"xpptut15-r0012-s00-c{n:02d}.xtc" for n in range(3)]
    for path, part in zip(paths, (data[:7], data[7:9], data[9:]), strict=True):
        path.write_bytes(b"".join(part))
    assert vectors(drained(FileSource(reversed(paths), SETTINGS))) == list(range(16))


def test_runs_follow_each_other_with_growing_state_versions(tmp_path: Path) -> None:
    paths = write_run(tmp_path, run=13) + write_run(tmp_path, run=12)
    blocks = drained(FileSource(paths, SETTINGS))
    runs = [block.state.run for block in blocks]
    versions = [block.state.version for block in blocks]
    assert sorted(runs) == runs
    assert set(runs) == {12, 13}
    assert sorted(versions) == versions
    assert len(vectors(blocks)) == 32


def test_a_large_run_is_read_in_strides(tmp_path: Path) -> None:
    source = FileSource(write_run(tmp_path, steps=1, events=3000, daq=1), SETTINGS)
    blocks = source.read(10)
    assert vectors(blocks) == list(range(10))
    assert not source.finished
    assert len(vectors(drained(source))) == 2990


def test_a_cut_end_costs_the_last_event_and_is_named(tmp_path: Path) -> None:
    (path,) = write_run(tmp_path, steps=1, events=5, daq=1)
    whole = path.read_bytes()
    closing = sum(len(one) for one in run_streams(steps=1, events=5, daq=1)[0][-3:])
    path.write_bytes(whole[: -closing - 10])
    source = FileSource([path], SETTINGS)
    assert vectors(drained(source)) == [0, 1, 2, 3]
    (text,) = source.counts
    assert path.name in text
    assert "ends inside a datagram" in text


def test_a_corrupt_extent_keeps_what_was_before_it(tmp_path: Path) -> None:
    streams = run_streams(steps=1, events=6, daq=1)[0]
    at = sum(len(one) for one in streams[:7]) + 36
    data = bytearray(b"".join(streams))
    data[at : at + 4] = b"\xff\xff\xff\xff"
    path = tmp_path / "xpptut15-r0012-s00-c00.xtc"
    path.write_bytes(data)
    source = FileSource([path], SETTINGS)
    assert vectors(drained(source)) == [0, 1, 2]
    assert source.counts == {f"{path.name}: corrupt datagram, rest of the file lost at byte {at - 36}": 1}


def test_a_file_that_shrinks_while_it_is_read_ends_there(tmp_path: Path) -> None:
    (path,) = write_run(tmp_path, steps=1, events=2000, daq=1)
    source = FileSource([path], SETTINGS)
    blocks = source.read(5)
    os.truncate(path, path.stat().st_size // 2)
    blocks += drained(source)
    assert vectors(blocks) == list(range(len(vectors(blocks))))
    assert 5 < len(vectors(blocks)) < 2000
    assert sum("ends inside" in text for text in source.counts) == 1


def test_damage_is_counted_by_source_and_kind(tmp_path: Path) -> None:
    data = run_streams(steps=1, events=2, daq=1)[0]
    bad = datagram(L1ACCEPT, container(ipm(1, damage=2)), ipm(1, damage=1 << 12), time=(1_329_500_000, 999), fiducials=2000)
    strange = datagram(L1ACCEPT, xtc(IPM, 9 << 16 | 22, bytes(4)), time=(1_329_500_001, 5), fiducials=2009)
    path = tmp_path / "xpptut15-r0012-s00-c00.xtc"
    path.write_bytes(b"".join([*data[:4], bad, strange, *data[-3:]]))
    source = FileSource([path], SETTINGS)
    drained(source)
    assert source.counts == {
        "XppSb2Ipm-1|Ipimb-0: dropped": 1,
        "XppSb2Ipm-1|Ipimb-0: out of order": 1,
        "unknown type 22 version 9": 1,
    }


def test_damage_that_no_part_of_the_event_explains_is_counted_for_the_event(tmp_path: Path) -> None:
    data = run_streams(steps=1, events=2, daq=1)[0]
    whole = datagram(L1ACCEPT, ipm(1), time=(1_329_500_000, 999), fiducials=2000, damage=1 << 13)
    explained = datagram(L1ACCEPT, ipm(1, damage=1 << 13), time=(1_329_500_001, 5), fiducials=2009, damage=1 << 13)
    path = tmp_path / "xpptut15-r0012-s00-c00.xtc"
    path.write_bytes(b"".join([*data[:4], whole, explained, *data[-3:]]))
    source = FileSource([path], SETTINGS)
    assert len(vectors(drained(source))) == 2
    assert source.counts == {"whole event: out of synch": 1, "XppSb2Ipm-1|Ipimb-0: out of synch": 1}


def test_a_file_still_being_written_is_read_as_it_is(tmp_path: Path) -> None:
    data = b"".join(run_streams(steps=1, events=4, daq=1)[0][:7])
    path = tmp_path / "xpptut15-r0012-s00-c00.xtc.inprogress"
    path.write_bytes(data + bytes(20))
    assert vectors(drained(FileSource([path], SETTINGS))) == [0, 1, 2]


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"", DamagedData, "empty"),
        (b"hello", DamagedData, "not an XTC file"),
        (b"\x1f\x8b" + bytes(100), DamagedData, "gunzip"),
        (b"\x89HDF\r\n\x1a\n" + bytes(100), DamagedData, "HDF5"),
        (b"%PDF-1.4 " + bytes(range(200)), DamagedData, "not an XTC file"),
        (bytes(4096), DamagedData, "not an XTC file"),
        (datagram(END_RUN, ipm(1), time=(1, 1))[:-4], DamagedData, "inside its first datagram"),
    ],
)
def test_what_is_not_xtc_is_refused_at_once(tmp_path: Path, content: bytes, error: type[XtcmonError], words: str) -> None:
    path = tmp_path / "xpptut15-r0012-s00-c00.xtc"
    path.write_bytes(content)
    with pytest.raises(error, match=words) as caught:
        FileSource([path], SETTINGS)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match=r"nothing\.xtc: there is no such file"):
        FileSource([tmp_path / "nothing.xtc"], SETTINGS)


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="is a folder"):
        FileSource([tmp_path], SETTINGS)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(tmp_path: Path) -> None:
    (path,) = write_run(tmp_path, daq=1)
    path.chmod(0)
    with pytest.raises(Unusable, match="Permission denied"):
        FileSource([path], SETTINGS)


def test_files_that_do_not_fit_together_are_refused(tmp_path: Path) -> None:
    first, second = write_run(tmp_path, daq=2)
    for other, words in (
        (tmp_path / "copy" / first.name, "the same chunk"),
        (tmp_path / "other.xtc", "several files need names"),
        (tmp_path / "amo12345-r0012-s01-c00.xtc", "several experiments"),
        (tmp_path / "xpptut15-r0012-s01-c00.smd.xtc", "small-data files and full files"),
    ):
        other.parent.mkdir(exist_ok=True)
        other.write_bytes(second.read_bytes())
        with pytest.raises(ConfigError, match=words):
            FileSource([first, other], SETTINGS)
    with pytest.raises(ConfigError, match="no files"):
        FileSource([], SETTINGS)


def test_a_chunk_without_its_beginning_is_delivered(tmp_path: Path) -> None:
    data = run_streams(steps=1, events=6, daq=1)[0]
    path = tmp_path / "xpptut15-r0012-s00-c01.xtc"
    path.write_bytes(b"".join([datagram(ENABLE, time=(1_329_500_000, 1)), *data[6:]]))
    assert vectors(drained(FileSource([path], SETTINGS))) == [2, 3, 4, 5]


def test_events_can_be_counted_beforehand(tmp_path: Path) -> None:
    assert count_events(write_run(tmp_path, steps=2, events=5, daq=2, camera=True), SETTINGS) == 10


def test_the_first_camera_stream_is_a_setting(tmp_path: Path) -> None:
    paths = write_run(tmp_path, steps=1, events=4, daq=1, camera=True)
    paths.append(paths.pop().rename(tmp_path / "xpptut15-r0012-s40-c00.xtc"))
    settings = Settings.model_validate({"source": {"first_camera_stream": 40}})
    (block,) = (b for b in drained(FileSource(paths, settings)) if isinstance(b, EventBlock))
    assert np.bincount(block.pieces["event"]).tolist() == [1, 2, 1, 2]


def test_a_chunk_that_vanished_since_the_start_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    (whole,) = write_run(tmp_path, steps=2, events=10, daq=1)
    second = whole.with_name(whole.name.replace("-c00", "-c01"))
    second.write_bytes(whole.read_bytes())
    source = FileSource([whole, second], SETTINGS)
    second.unlink()
    assert source.total_events is None
    assert len(vectors(drained(source))) == 20
    (text,) = source.counts
    assert second.name in text
    assert "file gone" in text
    assert flaws(source.counts) == {text: 1}
