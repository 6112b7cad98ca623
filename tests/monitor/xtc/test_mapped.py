"""A mapped file, read in strides."""

import os
from pathlib import Path

import pytest

from monitor.xtc.mapped import check, open_mapped
from monitor.xtc.walk import Stop, index
from tests.support.xtc_bytes import CAMERA, L1ACCEPT, container, datagram, ipm, xtc

TIME = 1_329_500_000, 5
DATA = b"".join(datagram(L1ACCEPT, ipm(n), time=TIME, fiducials=n) for n in range(3))


def strides(path: Path, most: int, most_bytes: int) -> tuple[list[list[int]], Stop | None]:
    """Fiducials of each stride, and how the file ended."""
    file = open_mapped(path)
    found = []
    while file.ended is None:
        found.append(file.next(most, most_bytes).table["fiducials"].tolist())
    file.close()
    return [stride for stride in found if stride], file.ended


@pytest.mark.parametrize(
    ("most", "most_bytes", "expected"),
    [
        (10, 1 << 20, [[0, 1, 2]]),
        (2, 1 << 20, [[0, 1], [2]]),
        (10, 168, [[0, 1], [2]]),
        (10, 200, [[0, 1], [2]]),
        (10, 84, [[0], [1], [2]]),
        (10, 10, [[0], [1], [2]]),
        (10, 60, [[0], [1], [2]]),
    ],
)
def test_a_stride_is_limited_in_number_and_bytes(tmp_path: Path, most: int, most_bytes: int, expected: list[list[int]]) -> None:
    path = tmp_path / "a.xtc"
    path.write_bytes(DATA)
    assert strides(path, most, most_bytes) == (expected, Stop.END)


@pytest.mark.parametrize("most_bytes", [10, 100, 200, 1000])
@pytest.mark.parametrize(
    ("tail", "reason"), [(b"", Stop.END), (DATA[:30], Stop.HEADER), (DATA[:60], Stop.PAYLOAD), (bytes(400), Stop.EXTENT)]
)
def test_the_end_is_the_same_for_every_stride(tmp_path: Path, most_bytes: int, tail: bytes, reason: Stop) -> None:
    path = tmp_path / "a.xtc"
    path.write_bytes(DATA + tail)
    found, ended = strides(path, 10, most_bytes)
    assert [n for stride in found for n in stride] == [0, 1, 2]
    assert ended == reason


def test_an_empty_growing_file_is_no_error_and_has_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.xtc.inprogress"
    path.touch()
    assert check(path, growing=True) == 0
    assert strides(path, 10, 1000) == ([], Stop.END)


def test_a_growing_file_may_end_in_its_first_header(tmp_path: Path) -> None:
    path = tmp_path / "a.xtc.inprogress"
    path.write_bytes(DATA[:30])
    assert check(path, growing=True) == 30


def mapped_in() -> int:
    """Bytes of files that are mapped into this process now."""
    (line,) = (one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("RssFile"))
    return int(line.split()[1]) << 10


def test_memory_does_not_grow_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.xtc.mapped.KEPT_BYTES", 1 << 20)
    path = tmp_path / "a.xtc"
    path.write_bytes(DATA * ((32 << 20) // len(DATA)))
    before, most, count = mapped_in(), 0, 0
    file = open_mapped(path)
    while file.ended is None:
        count += len(file.next(4096).table)
        most = max(most, mapped_in())
    file.close()
    assert count == 3 * ((32 << 20) // len(DATA))
    assert most - before < 8 << 20


def resident_bytes(path: Path) -> int:
    """Bytes of a mapped file that this process has touched, with what the machine mapped around them."""
    rows = Path("/proc/self/smaps").read_text().splitlines()
    starts = [number for number, row in enumerate(rows) if row.endswith(str(path))]
    sizes = [next(row for row in rows[start:] if row.startswith("Rss:")) for start in starts]
    return sum(1024 * int(row.split()[1]) for row in sizes)


def test_walking_a_mapped_file_touches_headers_and_no_payloads(tmp_path: Path) -> None:
    frame = xtc(CAMERA, 1 << 16 | 2, bytes(8 << 20))
    path = tmp_path / "e1-r0001-s00-c00.xtc"
    with path.open("wb") as out:
        out.write(b"".join(datagram(L1ACCEPT, container(frame), time=(100, n), fiducials=3 * n) for n in range(8)))
        out.flush()
        # What is cached in large pieces is mapped in large pieces, whatever is touched of it.
        os.fsync(out.fileno())
        os.posix_fadvise(out.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    file = open_mapped(path)
    before = resident_bytes(path)
    found = file.next(1000, 1 << 30).table
    assert len(index(file.data, found["offset"], found["length"])) == 8
    touched = resident_bytes(path)
    assert before == 0
    assert 0 < touched < 0.25 * path.stat().st_size
    assert int(file.data.max()) > 0
    assert resident_bytes(path) > 0.9 * path.stat().st_size
    file.close()
