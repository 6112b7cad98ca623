from pathlib import Path

import numpy as np
import pytest

from monitor.errors import Unusable
from monitor.simulate.assemble import Block
from monitor.simulate.run_writer import RunWriter


def block(*texts: bytes) -> Block:
    data = np.frombuffer(b"".join(texts), np.uint8)
    return Block(data, np.cumsum([0, *(len(text) for text in texts)]))


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir())}


def test_transitions_go_to_all_streams_and_events_to_their_own(tmp_path: Path) -> None:
    with RunWriter(tmp_path, "e1-r0001", streams=2) as writer:
        writer.broadcast(block(b"T"))
        writer.distribute(block(b"a", b"bb", b"c"), np.array([0, 1, 0]))
    assert contents(tmp_path) == {"e1-r0001-s00-c00.xtc": b"Tac", "e1-r0001-s01-c00.xtc": b"Tbb"}


def test_a_file_has_its_final_name_only_when_it_is_whole(tmp_path: Path) -> None:
    with RunWriter(tmp_path, "e1-r0001", streams=1) as writer:
        writer.broadcast(block(b"T"))
        writer.flush()
        assert contents(tmp_path) == {"e1-r0001-s00-c00.xtc.inprogress": b"T"}


def test_only_full_recorders_change_files(tmp_path: Path) -> None:
    with RunWriter(tmp_path, "e1-r0001", streams=2, chunk_size=4) as writer:
        writer.distribute(block(b"aaaa", b"b"), np.array([0, 1]))
        assert writer.full
        writer.roll()
        assert not writer.full
        writer.broadcast(block(b"E"))
    assert contents(tmp_path) == {
        "e1-r0001-s00-c00.xtc": b"aaaa",
        "e1-r0001-s00-c01.xtc": b"E",
        "e1-r0001-s01-c00.xtc": b"bE",
    }


def test_a_run_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def run() -> None:
        with RunWriter(tmp_path, "e1-r0001", streams=2, chunk_size=1) as writer:
            writer.broadcast(block(b"T"))
            writer.roll()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()
    assert contents(tmp_path) == {}


def test_a_full_disk_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    def run() -> None:
        with RunWriter(tmp_path, "e1-r0001", streams=1):
            raise OSError(28, "No space left on device")

    with pytest.raises(Unusable, match="No space left"):
        run()
    assert contents(tmp_path) == {}


def test_an_older_run_of_the_same_name_is_not_mixed_in(tmp_path: Path) -> None:
    (tmp_path / "e1-r0001-s05-c03.xtc").write_bytes(b"old")
    with pytest.raises(Unusable, match=r"already holds e1-r0001-s05-c03\.xtc"):
        RunWriter(tmp_path, "e1-r0001", streams=1)
    assert contents(tmp_path) == {"e1-r0001-s05-c03.xtc": b"old"}


def test_overwriting_removes_the_older_run_whole(tmp_path: Path) -> None:
    for name in ("e1-r0001-s05-c03.xtc", "e1-r0002-s00-c00.xtc"):
        (tmp_path / name).write_bytes(b"old")
    with RunWriter(tmp_path, "e1-r0001", streams=1, overwrite=True) as writer:
        writer.broadcast(block(b"T"))
    assert contents(tmp_path) == {"e1-r0001-s00-c00.xtc": b"T", "e1-r0002-s00-c00.xtc": b"old"}


def test_a_directory_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(Unusable, match="taken cannot be written to"):
        RunWriter(tmp_path / "taken", "e1-r0001", streams=1)
