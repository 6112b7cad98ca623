"""The dump of every golden XTC file equals what the original classes printed, line by line."""

import json
from itertools import zip_longest
from pathlib import Path

import pytest

from monitor.xtc.dump import dump_lines
from tests.conftest import golden_root
from tests.support.golden_xtc import golden_files


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    files = golden_files(golden_root(metafunc.config) / "xtc")
    metafunc.parametrize("file", files, ids=[path.name for path in files])


def test_the_dump_equals_the_original_line_by_line(file: Path) -> None:
    expected = file.with_name(file.name.removesuffix(".gz") + ".jsonl").read_text().splitlines()
    for number, (line, original) in enumerate(zip_longest(dump_lines(file), expected), 1):
        assert line == (json.loads(original) if original else None), f"line {number}"
