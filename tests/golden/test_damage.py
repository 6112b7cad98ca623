"""Damage of the golden events is counted by source and kind, as the dumps have it."""

import json
from collections import Counter
from pathlib import Path

import pytest

from monitor.model.damage import Damage
from monitor.reader.report import damage_text
from monitor.reader.sources.files import FileSource
from monitor.settings import Settings
from tests.conftest import golden_root


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One case per single XTC file with a dump beside it."""
    dumps = (golden_root(metafunc.config) / "xtc").glob("*.xtc.jsonl")
    found = sorted(path for path in dumps if path.with_suffix("").exists())
    metafunc.parametrize("dump", found, ids=[path.name for path in found])


def test_every_damaged_part_of_an_event_is_counted(dump: Path) -> None:
    expected: Counter[str] = Counter()
    service = ""
    for line in (json.loads(text) for text in dump.read_text().splitlines()):
        service = line.get("service_name", service)
        container = line.get("type_name") == "Xtc" and not line["damage"] & Damage.INCOMPLETE_CONTRIBUTION
        if line["k"] == "xtc" and service == "L1Accept" and line["damage"] and not container:
            expected[f"{line['src']}: {damage_text(line['damage'])}"] += 1
    source = FileSource([dump.with_suffix("")], Settings())
    while source.read(100):
        pass
    source.close()
    kinds = {damage_text(1 << bit) for bit in range(32)}
    found = {text: n for text, n in source.counts.items() if set(text.rpartition(": ")[2].split(", ")) <= kinds}
    assert {text: n for text, n in found.items() if not text.startswith("whole event")} == expected
