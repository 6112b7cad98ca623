"""Damaged and corrupt recordings: every event still has its row, and what was lost is named (golden/xtc/README.md)."""

import json
from pathlib import Path

import pytest

from monitor.settings import Settings
from tests.golden.test_smalldata_rows import recording, run

HOSTILE = ["xpptut15-r0300-s00-c00", "xpptut15-r0301-s00-c00", "xpptut15-r0302-s00-c00", "zoo12345-r0001-s00-c00"]


@pytest.mark.parametrize("name", HOSTILE)
def test_every_whole_event_has_a_row(golden_dir: Path, tmp_path: Path, name: str) -> None:
    dump = (golden_dir / "xtc" / f"{name}.xtc.jsonl").read_text().splitlines()
    events = [e for e in map(json.loads, dump) if e["k"] == "dgram" and e["service_name"] == "L1Accept"]
    whole = [e for e in events if e["size"] + e["offset"] <= recording(golden_dir, name, tmp_path).stat().st_size]
    results = run([recording(golden_dir, name, tmp_path)], Settings())
    assert sum(result.rows.count for result in results) == len(whole)


def test_what_was_lost_is_named(golden_dir: Path, tmp_path: Path) -> None:
    name = HOSTILE[0]
    dump = (golden_dir / "xtc" / f"{name}.xtc.jsonl").read_text().splitlines()
    lines = [json.loads(line) for line in dump]
    events = {e["dg"] for e in lines if e["k"] == "dgram" and e["service_name"] == "L1Accept"}
    payloads = [e for e in lines if e["k"] == "xtc" and e["dg"] in events and e["type"] not in (0, 1, 13)]
    trouble = dict(run([recording(golden_dir, name, tmp_path)], Settings())[0].trouble)
    for entry in payloads:
        usable = entry["type_name"] == "EBeamBld" and entry["damage"] & ~0xFF000000 == 1 << 14
        if entry["damage"] and not usable:
            assert f"damaged {entry['src']} {entry['type_name']}" in trouble
    unknown = [text for text in trouble if text.startswith("unknown type")]
    assert unknown


def test_corrupt_extents_inside_events_are_counted(golden_dir: Path, tmp_path: Path) -> None:
    name = HOSTILE[1]
    dump = (golden_dir / "xtc" / f"{name}.xtc.jsonl").read_text().splitlines()
    corrupt = [e for e in map(json.loads, dump) if e["k"] == "corrupt"]
    results = run([recording(golden_dir, name, tmp_path)], Settings())
    assert sum(result.trouble.get("corrupt extent inside an event", 0) for result in results) == len(corrupt) > 0
