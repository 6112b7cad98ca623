"""What the rows of a golden XTC2 file must say, from its dump: every undamaged number and array of every event."""

import gzip
import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

NOT_ROWS = {"runinfo", "chunkinfo", "smdinfo", "epicsinfo", "scan", "epics"}
PACKED = {("hsd", "eventHeader"), ("ts", "data"), ("ttdet", "data")}
"""Detector types and fields by which payloads are known that are decoded instead of kept; their lists are those of the detector
interface."""
FRAMES = {("epix10ka", "raw"), ("jungfrau", "raw"), ("opal", "raw")}
LONGEST = 1 << 14

Row = Callable[[str], Any]
"""Value of a field in an event, None if it has none."""


def lines(dump: Path) -> list[dict[str, Any]]:
    """All lines of a dump."""
    return [json.loads(text) for text in gzip.decompress(dump.read_bytes()).splitlines()]


def events_of(told: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], Mapping[tuple[str, str], str]]]:
    """L1Accepts, with the type of each detector and algorithm by the Configure in force."""
    kinds: dict[tuple[str, str], str] = {}
    for line in told:
        if "nameblocks" in line:
            kinds = {(block["det"], block["alg"]): block["dettype"] for block in line["nameblocks"]}
        if line.get("service") == 12:
            yield line, kinds


def is_damaged(line: dict[str, Any]) -> bool:
    """Whether any payload of an event is; what is left of it is another test's matter."""
    return any(entry[1] in ("ShapesData", "Data") and entry[3] for entry in line["xtc"])


def is_packed(det_type: str, payload: dict[str, Any]) -> bool:
    """Whether the arrays of a payload are decoded instead of kept."""
    return any((det_type, field["name"]) in PACKED for field in payload["fields"])


def check_event(line: dict[str, Any], kinds: Mapping[tuple[str, str], str], row: Row) -> None:
    """Compare an event with its row."""
    for one in line["data"]:
        if one["det"] in NOT_ROWS or is_damaged(line):
            continue
        det_type, places = kinds[one["det"], one["alg"]], (one["det"], f"{one['det']}_{one['seg']}")
        prefix = "" if one["alg"] == "raw" else f"{one['alg']}_"
        for field in one["fields"]:
            name, shape = prefix + field["name"], field["shape"]
            is_frame = (det_type, one["alg"]) in FRAMES and len(shape) > 1
            if field["type"] == "CHARSTR":
                continue
            if not shape:
                (number,) = [value for place in places if (value := row(f"{place}/{name}")) is not None]
                assert same_number(number, field["value"]), (line["timestamp"], one["det"], name)
            elif not is_frame and not is_packed(det_type, one) and math.prod(shape) <= LONGEST:
                (array,) = [found for place in places if (found := array_of(row, place, name)) is not None]
                same = list(array.shape) == shape and crc32(np.ascontiguousarray(array).tobytes()) == field["crc32"]
                assert same, (line["timestamp"], one["det"], name)


def same_number(found: Any, told: Any) -> bool:
    """A number as lists have it: not-a-number and infinities are texts."""
    expected = float(told)
    return float(found) == expected or (math.isnan(expected) and math.isnan(float(found)))


def array_of(row: Row, place: str, name: str) -> np.ndarray | None:
    """An array kept in its own shape, or as so many elements with the shape beside it."""
    fixed = row(f"{place}/{name}")
    if fixed is not None:
        return np.asarray(fixed)
    loose = row(f"{place}/var_{name}/value")
    if loose is None:
        return None
    shape = row(f"{place}/{name}_shape")
    return np.asarray(loose) if shape is None else np.asarray(loose).reshape(shape)
