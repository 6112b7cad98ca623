"""The benchmark of the chains: every step is there, and the copy is what the others are measured in."""

import json

import pytest
from typer.testing import CliRunner

from monitor.tools.main import application
from workers import bench


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small frames, few batches, one look at each."""
    subjects = (
        bench.Subject("Epix100a", "epix100", (704, 768), "<u2", (4,)),
        bench.Subject("Jungfrau", "jungfrau", (1, 512, 1024), "<u2", (71,)),
    )
    monkeypatch.setattr(bench, "SUBJECTS", subjects)
    monkeypatch.setattr(bench, "BATCH_BYTES", 1)
    monkeypatch.setattr(bench, "BEYOND_CACHE", 8 << 20)
    monkeypatch.setattr(bench, "SHORTEST_S", 0.0)
    monkeypatch.setattr(bench, "FEWEST", 2)


@pytest.mark.usefixtures("short")
def test_the_command_tells_each_step_with_both_kinds_of_memory() -> None:
    done = CliRunner().invoke(application(), ["bench", "corrections", "--json"])
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)
    steps: dict[str, list[str]] = {}
    for row in rows:
        steps.setdefault(row["detector"], []).append(row["step"])
        assert row["ms/event"] > 0
        assert row["in cache: ms"] > 0
    halves = ["copy", "pedestal, gain, mask in one pass", "pedestal", "gain and mask"]
    assert steps == {
        "Epix100a": [*halves, "with common mode 4", "plain numpy, without common mode"],
        "Jungfrau, bright spots": [*halves, "with common mode 71", "plain numpy, without common mode"],
        "Jungfrau, switched pixels anywhere": [*halves, "with common mode 71"],
    }
    for row in rows:
        copy = next(other for other in rows if other["detector"] == row["detector"])
        assert row["of a copy"] == pytest.approx(row["ms/event"] / copy["ms/event"])
        assert row["of a copy there"] == pytest.approx(row["in cache: ms"] / copy["in cache: ms"])


@pytest.mark.usefixtures("short")
def test_only_the_detectors_that_are_asked_for_are_measured() -> None:
    lines = bench.bench_corrections(["epix"], plain=False)
    assert {line.detector for line in lines} == {"Epix100a"}
