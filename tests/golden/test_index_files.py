"""Index files of the golden data say what the original tool read in them, and lead to the datagrams of the dumps."""

import json
from pathlib import Path

import numpy as np
import pytest

from monitor.xtc.index_file import parse_index
from tests.conftest import golden_root


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One case per index with its listing."""
    found = sorted((golden_root(metafunc.config) / "xtc" / "index").glob("*.idx"))
    metafunc.parametrize("index", [p for p in found if p.with_name(p.name + ".json").exists()], ids=lambda path: path.name)


def test_an_index_says_what_the_original_reads(index: Path) -> None:
    found = parse_index(index.read_bytes())
    listing = json.loads(index.with_name(index.name + ".json").read_text())
    assert found.file == listing["xtc_file"][:32]
    names = {
        "seconds": "seconds",
        "nanoseconds": "nanoseconds",
        "fiducials": "fiducial",
        "offset": "offset",
        "damage": "damage",
        "damaged_segments": "mask_det_damage",
        "empty_segments": "mask_det_data",
        "codes": "mask_evr",
    }
    for name, key in names.items():
        np.testing.assert_array_equal(found.events[name], [event[key] for event in listing["l1"]])
    for name, key in {"offset": "offset", "first": "first_event", "seconds": "seconds", "nanoseconds": "nanoseconds"}.items():
        np.testing.assert_array_equal(found.cycles[name], [cycle[key] for cycle in listing["calib"]])
    assert found.codes.tolist() == listing["evr"]
    assert [segment.contains.tolist() for segment in found.segments] == [
        [source["contains"] for source in segment["sources"]] for segment in listing["segments"]
    ]
    assert [int(segment.source["physical"]) for segment in found.segments] == [one["phy"] for one in listing["segments"]]
