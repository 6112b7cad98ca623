"""Tables of measurements lose no digit, however narrow the terminal."""

import io

import pytest
from rich.console import Console

from monitor.tools import bench_tables
from monitor.tools.bench_tables import show

ROWS = [{"viewers": viewers, "pictures a second, slowest": 12.03, "age ms, median": 6.5, "lost": "-"} for viewers in (1, 3, 20)]


@pytest.mark.parametrize("width", [42, 200])
def test_no_number_is_cut(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    said = io.StringIO()
    monkeypatch.setattr(bench_tables, "out", Console(file=said, width=width, highlight=False))
    show("pictures", ROWS, as_json=False)
    lines = said.getvalue().splitlines()
    assert said.getvalue().count("12.03") == said.getvalue().count("6.5") == len(ROWS)
    assert max(len(line) for line in lines) <= width
    aside = [line.split() for line in lines if line.split()[0] == "viewers"]
    assert aside == ([["viewers", "1", "3", "20"]] if width == 42 else [lines[1].split()])
