"""A condition on recorded events chooses those that the dumps of the original classes show to fulfil it."""

import gzip
import json
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest

from monitor.tools.selection import select
from monitor.xtc.rewriting.where import Where
from tests.conftest import golden_root

USER, INCOMPLETE = 1 << 14, 1 << 15


def charges(dump: Path) -> list[tuple[int, float | None, set[int], dict[str, Any]]]:
    """Of each event its offset, its bunch charge if that can be used, its event codes, and the line of the datagram."""
    found: list[tuple[int, float | None, set[int], dict[str, Any]]] = []
    head: dict[str, Any] = {}
    for line in map(json.loads, dump.read_text().splitlines()):
        if line["k"] == "dgram":
            head = line
            if line["service_name"] == "L1Accept":
                found.append((line["offset"], None, set(), {**line, "payloads": 0}))
        elif line["k"] == "xtc" and head["service_name"] == "L1Accept":
            offset, charge, codes, event = found[-1]
            event["payloads"] += line["type_name"] not in ("Xtc", "Epics") or bool(line["damage"] & INCOMPLETE)
            data = line.get("data") or {}
            if line["type_name"] == "EvrData" and data and not line["damage"]:
                codes |= {code["eventCode"] for code in data["fifoEvents"] if code["timestampHigh"] == head["fiducials"]}
            if line["type_name"] == "EBeamBld" and line["src"] == "EBeam" and data:
                usable = not line["damage"] or (line["damage_bits"] == USER and data["damageMask"])
                charge = data["ebeamCharge"] if usable and not data["damageMask"] & 1 else None
            found[-1] = offset, charge, codes, event
        elif line["k"] == "corrupt" and head["service_name"] == "L1Accept":
            found[-1][3]["payloads"] += 1
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    folder = golden_root(metafunc.config) / "xtc"
    dumps = [
        dump
        for dump in sorted(folder.glob("*-s00-c00.xtc.jsonl"))
        if any(charge is not None for _, charge, _, _ in charges(dump))
    ]
    metafunc.parametrize("dump", dumps, ids=[dump.name.removesuffix(".jsonl") for dump in dumps])


def test_the_condition_chooses_the_events_that_fulfil_it(dump: Path, tmp_path: Path) -> None:
    events = charges(dump)
    limit = median(charge for _, charge, _, _ in events if charge is not None)
    code = max((code for _, _, codes, _ in events for code in codes), default=140)
    expected = [
        offset
        for offset, charge, codes, head in events
        if head["fiducials"] < 131040 and not head["l1env"]["trimmed"] and head["payloads"]
        if charge is not None and charge >= limit and code in codes
    ]
    path = dump.with_suffix("")
    if not path.exists():
        path = tmp_path / path.name
        path.write_bytes(gzip.decompress(dump.with_suffix(".gz").read_bytes()))
    chosen = select([path], Where(f"EBeam.ebeamCharge >= {limit!r} and evr({code})"), slice(None), lambda done, of: None)
    np.testing.assert_array_equal(chosen.offsets[path], expected)
