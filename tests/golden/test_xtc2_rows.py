"""Rows of every golden XTC2 file have the values of its dump: each event, each undamaged scalar, scan and slow numbers."""

import gzip
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.reader.sources.xtc2_files import Xtc2FileSource
from monitor.settings import Settings
from tests.conftest import golden_root
from tests.support.golden_xtc2 import dumps, original
from tests.support.xtc2_rows import rows_of

NOT_ROWS = {"runinfo", "chunkinfo", "smdinfo", "epicsinfo", "scan", "epics"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One case per dump of a big file that begins with a Configure."""
    root = golden_root(metafunc.config) / "xtc2"
    found = [path for path in dumps(root) if ".smd." not in path.name and "config_from" not in lines(path)[0]["meta"]]
    skip = pytest.param(root, marks=pytest.mark.skip(reason=f"no XTC2 files in {root}; they are not part of the repository"))
    metafunc.parametrize("dump", found or [skip], ids=[str(path.relative_to(root)) for path in found] or ["none"])


def lines(dump: Path) -> list[dict[str, Any]]:
    return [json.loads(text) for text in gzip.decompress(dump.read_bytes()).splitlines()]


def scalars(line: dict[str, Any]) -> dict[tuple[str, int, str, str], float]:
    """Numbers of an event in payloads without damage, by detector, segment, algorithm and field."""
    damaged = {(entry[2] & 0xFFFFFFF) for entry in line["xtc"] if entry[1] == "ShapesData" and entry[3]}
    found = {}
    for one in line["data"]:
        for field in one["fields"]:
            number = ("value" in field and not isinstance(field["value"], str)) or field.get("value") in ("nan", "inf", "-inf")
            if one["det"] not in NOT_ROWS and not one["damage"] and number and field["type"] != "CHARSTR" and not damaged:
                found[one["det"], one["seg"], one["alg"], field["name"]] = float(field["value"])
    return found


def test_every_scalar_of_every_event_is_in_its_row(dump: Path) -> None:
    source = Xtc2FileSource([original(dump)])
    rows = {int(row["timestamp"]): row for row in rows_of(source, Settings())}
    events = [line for line in lines(dump) if line.get("service") == 12]
    went_on = any(one["det"] == "chunkinfo" for line in lines(dump) for one in line.get("data", ()))
    clocks = {line["timestamp"] for line in events}
    assert clocks < set(rows) if went_on else clocks == set(rows)
    for line in events:
        row = rows[line["timestamp"]]
        for (det, segment, algorithm, name), expected in scalars(line).items():
            short = f"{name}" if algorithm == "raw" else f"{algorithm}_{name}"
            found = [row[path] for path in (f"{det}/{short}", f"{det}_{segment}/{short}") if path in row]
            assert len(found) == 1, (det, segment, algorithm, name)
            assert float(found[0]) == expected or (math.isnan(expected) and np.isnan(found[0]))
