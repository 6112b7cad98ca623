"""Child processes share the cores with each other: none has threads of its own for linear algebra unless somebody says so."""

import os
import sys
from pathlib import Path

import pytest

from monitor.supervisor.child import Child

NAME = "OPENBLAS_NUM_THREADS"


def told_to_a_child(log: Path) -> str:
    """What a child finds in its environment."""
    child = Child([sys.executable, "-c", f"import os; print(os.environ[{NAME!r}], end='')"], log)
    try:
        child._process.wait(30)
    finally:
        child.kill()
    return log.read_text()


def test_linear_algebra_has_one_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)
    assert told_to_a_child(tmp_path / "log") == "1"
    assert NAME not in os.environ


def test_what_the_environment_says_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "3")
    assert told_to_a_child(tmp_path / "log") == "3"
