import errno
import os
from pathlib import Path

import h5py
import numpy as np
import pytest

from monitor.store.new_file import filled
from monitor.store.sink import Sink


def fill_the_disk(sink: Sink) -> None:
    full = os.open("/dev/full", os.O_RDWR)
    os.dup2(full, sink.fileno())
    os.close(full)


def test_what_is_written_is_in_the_file(tmp_path: Path) -> None:
    sink = Sink(tmp_path / "a")
    sink.write(b"abcdef")
    sink.seek(2)
    sink.write(b"XY")
    sink.check()
    sink.close()
    assert (tmp_path / "a").read_bytes() == b"abXYef"


def test_what_the_disk_refused_can_be_read_back_and_is_told(tmp_path: Path) -> None:
    sink = Sink(tmp_path / "a")
    fill_the_disk(sink)
    sink.seek(4)
    sink.write(b"12345678")
    sink.seek(6)
    sink.write(b"ab")
    sink.seek(3)
    read = bytearray(10)
    assert sink.readinto(read) == 10
    assert read == b"\x0012ab5678\0"
    assert sink.seek(0, os.SEEK_END) == 12
    with pytest.raises(OSError, match="No space left") as told:
        sink.check()
    assert told.value.errno == errno.ENOSPC
    sink.close()


def test_the_library_survives_a_disk_that_fills_up_while_it_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sinks: list[Sink] = []

    def remembered(path: Path) -> Sink:
        sinks.append(Sink(path))
        return sinks[-1]

    monkeypatch.setattr("monitor.store.new_file.Sink", remembered)

    def write() -> None:
        with filled(tmp_path / "a.h5", sync=True) as (file, _):
            file["before"] = np.arange(1000)
            fill_the_disk(sinks[-1])
            for name in range(200):
                file[f"group/{name}"] = np.arange(1000)

    for _ in range(3):
        with pytest.raises(OSError, match="No space left"):
            write()
        assert not (tmp_path / "a.h5").exists()
    monkeypatch.undo()
    with filled(tmp_path / "a.h5", sync=True) as (file, check):
        file["x"] = 1
        check()
    with h5py.File(tmp_path / "a.h5") as file:
        assert file["x"][()] == 1
