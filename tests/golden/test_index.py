"""The walk of every golden file finds the datagrams, payloads and corrupt places of the original iterator."""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.xtc.walk import heads, walk
from tests.conftest import golden_root


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One case per XTC file with a dump beside it."""
    folder = golden_root(metafunc.config) / "xtc"
    dumps = sorted(path for path in folder.rglob("*.jsonl") if ".xtc" in path.name)
    metafunc.parametrize("dump", dumps, ids=[path.name.removesuffix(".jsonl") for path in dumps])


def lines(dump: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in dump.read_text().splitlines()]


def content(dump: Path) -> np.ndarray:
    path = dump.with_suffix("")
    packed = path.with_name(path.name + ".gz")
    return np.frombuffer(path.read_bytes() if path.exists() else gzip.decompress(packed.read_bytes()), np.uint8)


def test_datagrams_are_those_of_the_original(dump: Path) -> None:
    found = heads(content(dump))
    names = ["offset", "length", "seconds", "nanoseconds", "fiducials", "ticks", "vector", "control", "env", "damage"]
    keys = ["offset", "size", "seconds", "nanoseconds", "fiducials", "ticks", "vector", "control", "env"]
    *datagrams, end = (line for line in lines(dump) if line["k"] in ("dgram", "end"))
    assert found.table[names].tolist() == [(*(line[k] for k in keys), line["xtc"]["damage"]) for line in datagrams]
    assert found.stop == end["offset"]
    reasons = {"END": "eof", "HEADER": "truncated_header", "PAYLOAD": "truncated_payload", "EXTENT": "bad_extent"}
    assert reasons[found.reason.name] == end["reason"]


def test_payloads_are_those_of_the_original(dump: Path) -> None:
    data = content(dump)
    table = heads(data).table
    found = walk(data, table["offset"], table["length"])
    incomplete = 1 << 15
    expected = [
        (
            line["dg"],
            line["src_log"] >> 24,
            line["src_log"],
            line["src_phy"],
            line["contains"],
            line["damage"],
            line["offset"] + 20,
            0 if line["type"] == 1 else line["extent"] - 20,
        )
        for line in lines(dump)
        if line["k"] == "xtc" and (line["type"] != 1 or line["damage"] & incomplete)
    ]
    names = ["datagram", "level", "logical", "physical", "contains", "damage", "offset", "size"]
    assert found.index[names].tolist() == expected
    corrupt = [(line["dg"], line["offset"], line["extent"], line["remaining"]) for line in lines(dump) if line["k"] == "corrupt"]
    assert found.corrupt[["datagram", "offset", "extent", "remaining"]].tolist() == corrupt
