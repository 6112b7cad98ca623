"""Rows of every golden XTC2 file have the values of its dump: each event, each undamaged number and array."""

from pathlib import Path

import pytest

from monitor.reader.sources.xtc2_files import Xtc2FileSource
from monitor.settings import Settings
from tests.conftest import golden_root
from tests.support.golden_xtc2 import dumps, original
from tests.support.xtc2_rows import rows_of
from tests.support.xtc2_truth import check_event, events_of, lines


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One case per dump of a big file that begins with a Configure."""
    root = golden_root(metafunc.config) / "xtc2"
    found = [path for path in dumps(root) if not is_small(path) and "config_from" not in lines(path)[0]["meta"]]
    skip = pytest.param(root, marks=pytest.mark.skip(reason=f"no XTC2 files in {root}; they are not part of the repository"))
    metafunc.parametrize("dump", found or [skip], ids=[str(path.relative_to(root)) for path in found] or ["none"])


def is_small(dump: Path) -> bool:
    """Whether a dump is of small data, by what is in it."""
    return any(block["det"] == "smdinfo" for line in lines(dump) for block in line.get("nameblocks", ()))


def test_every_number_and_array_of_every_event_is_in_its_row(dump: Path) -> None:
    source = Xtc2FileSource([original(dump)])
    rows = {int(row["timestamp"]): row for row in rows_of(source, Settings())}
    told = lines(dump)
    events = list(events_of(told))
    went_on = any(one["det"] == "chunkinfo" for line in told for one in line.get("data", ()))
    clocks = {line["timestamp"] for line, _ in events}
    assert clocks < set(rows) if went_on else clocks == set(rows)
    for line, kinds in events:
        check_event(line, kinds, rows[line["timestamp"]].get)
