"""Small-data files of the golden data deliver the events of their big files."""

from pathlib import Path

import pytest

from monitor.reader.block import Block
from monitor.reader.sources.files import FileSource
from monitor.settings import Settings
from monitor.xtc.filename import big_file
from tests.conftest import golden_root
from tests.support.flat import flat


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One case per small-data file beside its big file."""
    smalls = sorted((golden_root(metafunc.config) / "xtc" / "smalldata").glob("*.smd.xtc"))
    metafunc.parametrize("small", [p for p in smalls if big_file(p).exists()], ids=lambda path: path.name)


def read(path: Path) -> tuple[list[Block], dict[str, int]]:
    source = FileSource([path], Settings())
    blocks = []
    while more := source.read(3):
        blocks += more
    source.close()
    return blocks, dict(source.counts)


def test_events_state_and_counts_are_those_of_the_big_file(small: Path) -> None:
    found, counts = read(small)
    expected, expected_counts = read(big_file(small))
    assert counts == expected_counts
    assert flat(found) == flat(expected)
