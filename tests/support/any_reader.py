"""Bytes for every reader of bytes there is; the first one says for which. Nasty ones are kept in ``tests/data/hostile``."""

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from monitor.errors import XtcmonError
from monitor.reader.sources.chosen import ChosenSource
from monitor.reader.sources.files import FileSource
from monitor.reader.sources.source import Source
from monitor.reader.sources.xtc2_files import Xtc2FileSource
from monitor.settings import Settings
from monitor.xtc.compression import decompress
from monitor.xtc.decode import decode, decode_epics
from monitor.xtc.index_file import parse_index
from monitor.xtc.types import TYPES
from monitor.xtc2.dump import dump_lines
from monitor.xtc2.scan import scan as scan_xtc2
from tests.support.hostile import Bytes, endure
from tests.support.index_file import index_bytes
from tests.support.small_data import small_data
from tests.support.xtc2_bytes import short_stream
from tests.support.xtc2_rows import results_of
from tests.support.xtc_bytes import run_streams
from workers.pipeline import Result

KEPT = Path(__file__).resolve().parent.parent / "data" / "hostile"
NAME = "xpptut15-r0012-s00-c00"
KINDS = tuple(TYPES.values())
RUN = run_streams(steps=2, events=4, daq=1, payloads=40)[0]
"""The big file behind small data and indexes."""
MOST_TURNS = 10_000


def _xtc(data: Bytes) -> None:
    endure(data)


def _compressed(data: Bytes) -> None:
    decompress(data)


def _payload(data: Bytes) -> None:
    """The first two bytes choose the type."""
    if len(data) > 2:
        decode(KINDS[(int(data[0]) << 8 | int(data[1])) % len(KINDS)], data[2:])


def _epics(data: Bytes) -> None:
    decode_epics(data)


def _index(data: Bytes) -> None:
    """An index of a file that is as it should be, read and used for a jump."""
    parse_index(data.tobytes())
    with tempfile.TemporaryDirectory() as folder:
        file = _written(Path(folder) / f"{NAME}.xtc", b"".join(RUN))
        _written(Path(folder) / "index" / f"{NAME}.xtc.idx", data.tobytes())
        _exhaust(ChosenSource([file], Settings.model_validate({"source": {"events": "5:7"}}), index=True))


def _small_data(data: Bytes) -> None:
    """Small data of a big file that is as it should be."""
    with tempfile.TemporaryDirectory() as folder:
        _written(Path(folder) / f"{NAME}.xtc", b"".join(RUN))
        file = _written(Path(folder) / "smalldata" / f"{NAME}.smd.xtc", data.tobytes())
        _exhaust(FileSource([file], Settings()))


def _xtc2(data: Bytes) -> None:
    """A file of LCLS-II: its dump, its summary, its events, and their rows."""
    with tempfile.TemporaryDirectory() as folder:
        file = _written(Path(folder) / "synth0001-r0007-s000-c000.xtc2", data.tobytes())
        for read in (dump_lines, lambda path: [scan_xtc2([path])], _rows_of_xtc2):
            try:
                for _ in read(file):
                    pass
            except XtcmonError:
                continue


def _rows_of_xtc2(file: Path) -> Iterator[Result]:
    """Rows; an exception of what reads a detector, which is counted under its type, is one here."""
    source = Xtc2FileSource([file])
    for result in results_of(source, Settings(), 64):
        wrong = [text for text in result.trouble if re.search(r"\b\w+(Error|Exception)\b", text)]
        assert not wrong, wrong
        yield result
    assert source.finished


READERS: tuple[Callable[[Bytes], None], ...] = (_xtc, _compressed, _payload, _epics, _index, _small_data, _xtc2)


def read_any(data: bytes) -> None:
    """Read bytes with the reader that the first one names; what comes out is nothing, or an error that must not be."""
    if not data:
        return
    try:
        READERS[data[0] % len(READERS)](np.frombuffer(data, np.uint8)[1:])
    except XtcmonError:
        return


def beginnings(files: Iterable[Bytes]) -> list[bytes]:
    """Inputs to begin with: the first bytes of these files, and well-formed ones for the other readers."""
    found = [b"\0" + data[:2000].tobytes() for data in files]
    found += [bytes([1]) + _block(engine, bytes(range(64))) for engine in (0, 1, 2)]
    found += [bytes([2, number >> 8, number & 0xFF]) + bytes(200) for number in range(0, len(KINDS), 5)]
    found += [bytes([3, 1, 0, dbr, 0, 1, 0]) + bytes(200) for dbr in range(14, 35)]
    found.append(bytes([4]) + index_bytes(RUN, NAME))
    found.append(bytes([5]) + small_data(RUN))
    found.append(bytes([6]) + b"".join(short_stream(4)))
    return found


def _block(engine: int, data: bytes) -> bytes:
    """A block of compressed data with a header of 16 bytes; what is in it is up to the engine."""
    words = (16, *(0,) * 4, engine, 0, len(data), len(data))
    return np.array(words, "<u4").tobytes() + data


def _written(path: Path, data: bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def _exhaust(source: Source) -> None:
    """Read to the end, which must come."""
    try:
        turns = 0
        while not source.finished:
            source.read(64)
            turns += 1
            assert turns < MOST_TURNS, "the source does not end"
    finally:
        source.close()
