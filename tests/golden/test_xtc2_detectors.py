"""Rows of golden XTC2 files have what psana2's detector interface gives, as the lists beside them say."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest

from monitor.reader.sources.xtc2_files import Xtc2FileSource
from monitor.settings import Settings
from tests.conftest import golden_root
from tests.support.xtc2_rows import results_of

SUFFIX = ".det.jsonl.gz"
Row = dict[str, Any]
RAW = Settings()
"""Without constants the sum of a single frame is the frame as recorded."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One case per list of a file that is there."""
    root = golden_root(metafunc.config) / "xtc2"
    found = [path for path in sorted(root.rglob(f"*{SUFFIX}")) if original(path).is_file()]
    skip = pytest.param(root, marks=pytest.mark.skip(reason=f"no XTC2 files in {root}; they are not part of the repository"))
    metafunc.parametrize("told", found or [skip], ids=[str(path.relative_to(root)) for path in found] or ["none"])


def original(told: Path) -> Path:
    return told.with_name(told.name.removesuffix(SUFFIX))


def events_of(told: Path) -> Iterator[dict[str, Any]]:
    """Lines that speak of an event."""
    return (line for line in map(json.loads, gzip.decompress(told.read_bytes()).splitlines()) if "event" in line)


def rows_by_clock(path: Path) -> dict[int, Row]:
    """Present values of each event by field, of a ragged field its elements; and raw frames by the name of their sum."""
    rows = {}
    for result in results_of(Xtc2FileSource([path]), RAW, max_events=1):
        row = {name: column.of_event(0) for name, column in result.rows.columns.items() if column.mask[0]}
        frames = {name: state.arrays["total"] for name, state in result.sums.items()}
        rows[int(row["timestamp"])] = row | frames
    return rows


def same(found: Any, expected: dict[str, Any]) -> bool:
    """Whether an array has the shape and the bytes that the list tells."""
    array = np.ascontiguousarray(found, expected["dtype"])
    return list(array.shape) == expected["shape"] and crc32(array.tobytes()) == expected["crc32"]


def group(row: Row, detector: str, segment: str) -> str:
    """Where a segment's columns are: behind a detector with several segments stands its number."""
    numbered = f"{detector}_{segment}"
    return numbered if any(name.startswith(f"{numbered}/") for name in row) else detector


def check_waveforms(row: Row, detector: str, value: Any, field: str) -> None:
    for segment, channels in (value or {}).items():
        (wave,) = [array for channel, array in channels.items() if channel != "times"]
        assert same(row[f"{group(row, detector, segment)}/{field}"], wave)
    if value is None:
        assert not any(name.startswith(detector) and name.endswith(f"/{field}") for name in row)


def check_peaks(row: Row, detector: str, value: Any) -> None:
    for segment, channels in (value or {}).items():
        ((starts, pieces),) = channels.values()
        at = group(row, detector, segment)
        sizes = row[f"{at}/var_peaks/size"]
        assert row[f"{at}/var_peaks/start"].tolist() == starts
        samples = np.split(row[f"{at}/var_samples/value"], np.cumsum(sizes)[:-1])
        assert all(same(piece, expected) for piece, expected in zip(samples, pieces, strict=True))


def check(row: Row, name: str, value: Any) -> bool:
    """Compare one entry of a list; whether it is one that has a place in rows."""
    detector, _, method = name.partition(".")
    if method.endswith(("waveforms", "padded")):
        check_waveforms(row, detector, value, "waveform" if method.endswith("waveforms") else "padded")
    elif method.endswith("peaks"):
        check_peaks(row, detector, value)
    elif method.endswith("eventcodes"):
        assert row[f"{detector}/eventcodes"].tolist() == value
    elif method == "__call__" and isinstance(value, int | float):
        assert row[f"scan/{detector}"] == value
    elif method == "raw.calib" and isinstance(value, dict):
        assert same(row[f"{detector}/var_calib/value"].reshape(row[f"{detector}/calib_shape"]), value)
    elif method == "raw.raw":
        assert same(row[f"{detector}_calib@rest"], value)
    elif method == "ttalg.image":
        assert (f"{detector}/image" in row) == (value is not None)
        assert value is None or same(row[f"{detector}/image"], value)
    else:
        return False
    return True


def test_rows_have_what_the_detector_interface_gives(told: Path) -> None:
    rows, checked = rows_by_clock(original(told)), 0
    for line in events_of(told):
        for name, value in line.items():
            if "." in name:
                checked += check(rows[line["timestamp"]], name, value)
    assert checked
