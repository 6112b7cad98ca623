"""Mean curves, droplets and the presence of sources in a report, and links between reports."""

import re
from pathlib import Path

import h5py
import numpy as np
import pytest

from dashboards.report.drawing import Drawing
from dashboards.report.page import write_report
from tests.support.array_run import array_run


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Title, places and heights of each line and each histogram that is drawn."""
    found: list[tuple[str, np.ndarray, np.ndarray]] = []

    def line(self: Drawing, x: np.ndarray, y: np.ndarray, number: int = 0) -> Drawing:
        found.append((re.sub("<[^>]*>", "", self._parts[0]), x, y))
        return self

    def bars(self: Drawing, edges: np.ndarray, counts: np.ndarray) -> Drawing:
        found.append((re.sub("<[^>]*>", "", self._parts[0]), edges, counts))
        return self

    monkeypatch.setattr(Drawing, "line", line)
    monkeypatch.setattr(Drawing, "bars", bars)
    return found


def test_the_mean_curves_are_those_of_the_file(tmp_path: Path, drawn: list[tuple[str, np.ndarray, np.ndarray]]) -> None:
    path = array_run(tmp_path)

    write_report(path)

    on, off = (y for title, _, y in drawn if title.startswith("cspad/azav_azav, mean of 400 of 400"))
    with h5py.File(path) as file:
        values, laser = file["cspad/azav_azav"][()].mean(axis=1), file["lightStatus/laser"][()]
    np.testing.assert_allclose(on, values[laser == 1].mean(axis=0))
    np.testing.assert_allclose(off, values[laser == 0].mean(axis=0))


def test_the_peaks_of_each_event_are_counted(tmp_path: Path, drawn: list[tuple[str, np.ndarray, np.ndarray]]) -> None:
    path = array_run(tmp_path)

    page = write_report(path).read_text()

    with h5py.File(path) as file:
        lengths = file["cspad/var_peaks_len"][()]
    ((_, _, counts),) = (each for each in drawn if each[0] == "cspad/var_peaks: number per event")
    assert counts.sum() == 400
    assert f"cspad/var_peaks: {lengths.sum()} in 400 events; none is cut off." in page
    assert "cspad/var_peaks: where they are" in page


def test_a_report_leads_to_those_of_other_runs_that_are_there(tmp_path: Path) -> None:
    for run in (9, 10, 11):
        write_report(array_run(tmp_path, run))
    array_run(tmp_path, 12)

    page = write_report(tmp_path / "e81_Run0010.h5").read_text()

    assert '<a href="e81_Run0009_report.html">First: run 9</a>' in page
    assert '<a href="e81_Run0009_report.html">Previous: run 9</a>' in page
    assert '<a href="e81_Run0011_report.html">Next: run 11</a>' in page
    assert "Latest: run 11" in page
    assert "run 12" not in page


def test_a_report_with_curves_needs_nothing_from_anywhere(tmp_path: Path) -> None:
    page = write_report(array_run(tmp_path)).read_text()

    assert "http" not in page
    assert "<script" not in page
    assert all(source.startswith("data:image/png;base64,") for source in re.findall(r'(?:src|xlink:href)="([^"]*)"', page))
