"""The example notebook runs as it stands against a stream."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.tools.stage import Stage, some_rows
from monitor.wire.rows import Reduced

NOTEBOOK = Path(__file__).resolve().parents[2] / "docs" / "example.ipynb"


class Source:
    """Ten events every 20 ms."""

    def __init__(self) -> None:
        self._first, self._next = 0, 0.0

    def __call__(self, now: float) -> Reduced | None:
        if now < self._next:
            return None
        self._next, self._first = now + 0.02, self._first + 10
        return some_rows(self._first, 10, 3, now)


@pytest.mark.processes
def test_the_cells_of_the_example_run_one_after_the_other(tmp_path: Path) -> None:
    cells = [cell for cell in json.loads(NOTEBOOK.read_text())["cells"] if cell["cell_type"] == "code"]
    script = tmp_path / "example.py"
    script.write_text("\n".join("".join(cell["source"]) for cell in cells))
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in cells), "it is kept without outputs"
    with Stage(Source()) as stage:
        environment = {**os.environ, "XTCMON_STREAM": stage.stream.address, "PYTHONPATH": str(NOTEBOOK.parents[1])}
        done = subprocess.run([sys.executable, str(script)], env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        assert stage.machine.joiner.counts["notebook"]["joined"] == 0
        assert set(stage.machine.joiner.counts) == {"notebook"}
    assert stage.failure is None
