"""Scans of the golden files: sizes of detectors, and counts equal to those of the dumps."""

import json
from collections import Counter
from pathlib import Path

import pytest

from monitor.xtc.scan import scan
from tests.conftest import golden_root


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One case per single XTC file with a dump beside it."""
    if "dump" in metafunc.fixturenames:
        dumps = sorted(
            path for path in (golden_root(metafunc.config) / "xtc").glob("*.xtc.jsonl") if path.with_suffix("").exists()
        )
        metafunc.parametrize("dump", dumps, ids=[path.name for path in dumps])


def test_counts_of_one_file_are_those_of_its_dump(dump: Path) -> None:
    expected: Counter[str] = Counter()
    datagrams, service = 0, ""
    for line in (json.loads(text) for text in dump.read_text().splitlines()):
        service = line.get("service_name", service)
        datagrams += line["k"] == "dgram" and service != "Disable"
        if line["k"] == "xtc" and line["type_name"] != "Xtc" and service != "Disable":
            version = line["contains"] >> 16 & 0x7FFF
            expected[line["type_name"] + (f"_V{version}" if version else "")] += 1
    found = scan([dump.with_suffix("")])
    counts: Counter[str] = Counter()
    for source in found.sources:
        counts.update({kind.name: kind.all for kind in source.types})
    assert counts == expected
    assert found.datagrams == datagrams


@pytest.mark.parametrize(
    ("name", "source", "words"),
    [
        ("amoi0010-r0056-s00-c00.xtc", "AmoETOF-0|Acqiris-0", "3 ch"),
        ("xpptut15-r0242-s00-c00.xtc", "XppEndstation-0|Opal1000-1", "1024x1024"),
    ],
)
def test_sizes_come_from_the_configuration(golden_dir: Path, name: str, source: str, words: str) -> None:
    path = golden_dir / "xtc" / name
    if not path.exists():
        pytest.skip("this golden data has no such file")
    found = {one.name: one.extra for one in scan([path]).sources}
    assert found[source] == words
