import errno
from io import BytesIO
from pathlib import Path

import pytest

from monitor.errors import Unusable
from monitor.xtc.rewriting.chunk_writer import ChunkWriter


def test_a_file_has_its_name_only_when_it_is_complete(tmp_path: Path) -> None:
    with ChunkWriter(tmp_path / "new") as writer:
        writer.begin("a.xtc")
        writer.write(b"1234")
        assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.xtc.inprogress"]
        assert writer.finish().read_bytes() == b"1234"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.xtc"]


def test_an_error_leaves_nothing_behind(tmp_path: Path) -> None:
    def interrupted() -> None:
        with ChunkWriter(tmp_path) as writer:
            writer.begin("a.xtc")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_replaced_only_if_that_was_said(tmp_path: Path) -> None:
    (tmp_path / "a.xtc").write_bytes(b"old")
    with pytest.raises(Unusable, match="--overwrite"):
        ChunkWriter(tmp_path).begin("a.xtc")
    with ChunkWriter(tmp_path, overwrite=True) as writer:
        writer.begin("a.xtc")
        writer.finish()
    assert (tmp_path / "a.xtc").read_bytes() == b""


def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unusable, match="file"):
        ChunkWriter(tmp_path / "file").begin("a.xtc")


class Full(BytesIO):
    def write(self, data: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "open", lambda *_: Full())
    writer = ChunkWriter(tmp_path)
    writer.begin("a.xtc")
    with pytest.raises(Unusable, match="make room"):
        writer.write(b"1234")
