"""A growing file gives whole datagrams only, each once, wherever it was cut."""

from pathlib import Path

import numpy as np
import pytest

from monitor.errors import Unusable
from monitor.xtc.growing import GrowingFile, open_growing
from tests.support.xtc_bytes import L1ACCEPT, datagram, ipm

TIME = 1_329_500_000, 5
DATA = b"".join(datagram(L1ACCEPT, ipm(n), time=TIME, fiducials=n) for n in range(3))


def opened(path: Path) -> GrowingFile:
    file = open_growing(path)
    assert file is not None
    return file


def fiducials(file: GrowingFile, most: int = 10) -> list[int]:
    found: list[int] = file.next(most).table["fiducials"].tolist()
    return found


@pytest.mark.parametrize("cut", range(len(DATA) + 1))
def test_datagrams_do_not_depend_on_where_the_file_was_cut(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.xtc.inprogress"
    path.write_bytes(DATA[:cut])
    file = opened(path)
    first = fiducials(file)
    assert first == [0, 1, 2][: cut // (len(DATA) // 3)]
    assert fiducials(file) == []
    with path.open("ab") as writer:
        writer.write(DATA[cut:])
    assert first + fiducials(file) == [0, 1, 2]
    assert file.at == len(DATA)
    file.close()


def test_it_stays_readable_across_its_renaming(tmp_path: Path) -> None:
    path = tmp_path / "a.xtc.inprogress"
    path.write_bytes(DATA[:100])
    file = opened(path)
    assert file.path == tmp_path / "a.xtc"
    assert fiducials(file) == [0]
    path.rename(file.path)
    with file.path.open("ab") as writer:
        writer.write(DATA[100:])
    assert fiducials(file) == [1, 2]
    file.close()


def test_earlier_views_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.xtc"
    path.write_bytes(DATA[:84])
    file = opened(path)
    fiducials(file)
    early = file.data
    with path.open("ab") as writer:
        writer.write(DATA[84:])
    fiducials(file)
    np.testing.assert_array_equal(early, np.frombuffer(DATA[:84], np.uint8))
    file.close()


@pytest.mark.parametrize("most", [1, 2])
def test_at_most_as_many_as_wanted(tmp_path: Path, most: int) -> None:
    path = tmp_path / "a.xtc"
    path.write_bytes(DATA)
    file = opened(path)
    found = [fiducials(file, most) for _ in range(4)]
    assert max(map(len, found)) == most
    assert [n for part in found for n in part] == [0, 1, 2]
    file.close()


def test_what_cannot_be_a_datagram_is_corrupt_unless_it_is_not_there_yet(tmp_path: Path) -> None:
    path = tmp_path / "a.xtc"
    path.write_bytes(DATA + bytes(100))
    file = opened(path)
    assert fiducials(file) == [0, 1, 2]
    assert fiducials(file) == []
    assert not file.corrupt
    path.write_bytes(DATA + b"\xff" * 100)
    assert fiducials(file) == []
    assert file.corrupt
    file.close()


def test_a_file_that_became_shorter_gives_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.xtc"
    path.write_bytes(DATA)
    file = opened(path)
    assert fiducials(file, 2) == [0, 1]
    path.write_bytes(DATA[:10])
    assert fiducials(file) == []
    file.close()


def test_a_file_that_is_not_there_is_none_and_a_folder_is_an_error(tmp_path: Path) -> None:
    assert open_growing(tmp_path / "a.xtc") is None
    (tmp_path / "b.xtc").mkdir()
    with pytest.raises(Unusable, match=r"b\.xtc"):
        open_growing(tmp_path / "b.xtc")
