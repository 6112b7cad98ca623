"""The cache gives the array of the text, whatever happened to it or to the text."""

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest

import monitor.calib.cache as cache
from monitor.calib.cache import cache_folder, read_array


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(cache, "LEAST_BYTES", 1)
    folder = tmp_path / "pedestals"
    folder.mkdir()
    (folder / "0-end.data").write_text("1 2\n3 4\n")
    return folder / "0-end.data"


def beside(file: Path) -> Path:
    return file.parent / ".0-end.data.cache"


def test_the_second_reading_does_not_parse(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, content = read_array(file)
    monkeypatch.delattr(cache, "parse")
    again, same = read_array(file)
    np.testing.assert_array_equal(again, first)
    assert content == same == hashlib.sha256(file.read_bytes()).hexdigest()


def test_another_text_of_the_same_size_and_time_is_read_anew(file: Path) -> None:
    read_array(file)
    before = file.stat()
    file.write_text("5 6\n7 8\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert read_array(file)[0].tolist() == [[5, 6], [7, 8]]


@pytest.mark.parametrize("cut", [0, 5, 40, 60, -1])
def test_a_cut_cache_is_ignored_and_made_anew(file: Path, cut: int) -> None:
    read_array(file)
    whole = beside(file).read_bytes()
    beside(file).write_bytes(whole[:cut])
    assert read_array(file)[0].tolist() == [[1, 2], [3, 4]]
    assert beside(file).read_bytes() == whole


@pytest.mark.parametrize("place", [9, 43, 50, -1])
def test_a_cache_with_a_flipped_byte_is_ignored(file: Path, place: int) -> None:
    read_array(file)
    data = bytearray(beside(file).read_bytes())
    data[place] ^= 0xFF
    beside(file).write_bytes(data)
    assert read_array(file)[0].tolist() == [[1, 2], [3, 4]]


def test_where_the_folder_cannot_be_written_the_users_cache_is_used(file: Path) -> None:
    beside(file).mkdir()
    assert read_array(file)[0].tolist() == [[1, 2], [3, 4]]
    (kept,) = cache_folder().glob("*.cache")
    assert kept.stem == hashlib.sha256(file.read_bytes()).hexdigest()
    kept.write_bytes(b"damaged")
    assert read_array(file)[0].tolist() == [[1, 2], [3, 4]]


def test_the_users_cache_drops_its_oldest_entries(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside(file).mkdir()
    monkeypatch.setattr(cache, "KEPT_BYTES", 400)
    for number in range(4):
        file.write_text(f"{number} 2\n3 4\n")
        read_array(file)
    kept = {path.stem for path in cache_folder().glob("*.cache")}
    assert hashlib.sha256(file.read_bytes()).hexdigest() in kept
    assert len(kept) == 2
