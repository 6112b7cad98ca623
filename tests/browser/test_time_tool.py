"""The time tool's page in front of the real service, with the simulated camera: what it says is what was published."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, expect

from monitor.client import Monitor
from monitor.store import open_run
from tests.browser.test_real_service import opened, served
from tests.support.command import PATIENCE_S, Command, command

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(5 * PATIENCE_S)]

POSITION, AMPLITUDE, TIME = "opal_tt/ttRaw_pos", "opal_tt/ttRaw_amp", "opal_tt/ttRaw_pos_ps"
REFERENCE = "opal_tt/ttRaw_reference"
DEMO = ("demo", "--scenario", "time-tool-calibration", "--steps", "7", "--events", "200", "--rate", "20", "--no-open", "-j", "1")
LEFT = 16
IN_FORCE = re.compile(r"In force since settings version \d+\.")
PATIENCE_MS = 1000 * PATIENCE_S

SOURCES = """() => [...Bokeh.documents[0]._all_models.values()].filter(m => m.type === "ColumnDataSource")
    .map(m => Object.fromEntries(Object.entries(m.data).filter(([k, v]) => k !== "image").map(([k, v]) => [k, Array.from(v)])))"""


@pytest.fixture
def xtcmon() -> Iterator[Command]:
    with command() as found:
        yield found


def whole(text: str) -> int:
    """A number with thin spaces between thousands."""
    return int(re.sub(r"\D", "", text))


def sources(page: Page, length: int, *names: str) -> list[dict[str, NDArray[np.float64]]]:
    """Everything drawn in the browser that has these columns and so many values."""
    found = [source for source in page.evaluate(SOURCES) if all(len(source.get(name, ())) == length for name in names)]
    return [{name: np.array(source[name], np.float64) for name in names} for source in found]


def test_the_page_tells_what_was_published_and_puts_reference_and_calibration_in_force(
    browser: Browser, xtcmon: Command, tmp_path: Path
) -> None:
    errors: list[str] = []
    with xtcmon.started(*DEMO, "--port", "0", "--stream", "tcp://127.0.0.1:0", "-o", tmp_path):
        _, addresses = served(xtcmon)
        page = opened(browser, addresses.dashboard + "timetool?order=1", errors)
        # Frames are made only while somebody looks; with a frame the trace is that of the same event.
        shown = re.compile(r"Frame: event (\S+), edge in column (\S+)\. Trace: event \1, edge at (\S+)\.")
        expect(page.locator("#edge-state")).to_have_text(shown, timeout=PATIENCE_MS)
        match = shown.search(page.locator("#edge-state").inner_text())
        assert match is not None
        seq, column, edge = whole(match[1]), float(match[2]), float(match[3])
        expect(page.locator("#reference-state")).to_have_text(re.compile(r"The newest [1-9]\d shots"), timeout=PATIENCE_MS)
        expect(page.locator("#calibration-terms")).to_have_text(re.compile("t = .*pixel"), timeout=PATIENCE_MS)
        page.get_by_role("button", name="Divide by the new mean").click()
        expect(page.locator("#reference-text")).to_have_text(IN_FORCE, timeout=PATIENCE_MS)
        expect(page.locator("#reference-used")).to_have_text("Divided by the reference of the settings.")
        page.get_by_role("button", name="Put in force").click()
        expect(page.locator("#calibration-text")).to_have_text(IN_FORCE, timeout=PATIENCE_MS)
        with Monitor(addresses.stream) as monitor:
            (feature,) = monitor.latest("pipeline").header["settings"]["detector"][0]["feature"]
        expect(page.locator("#head-why")).to_contain_text("The source has ended", timeout=PATIENCE_MS)
        with open_run(next(tmp_path.glob("*.h5"))) as rows:
            position, traces, amplitude, delay, time = (rows[name] for name in (POSITION, REFERENCE, AMPLITUDE, "scan/lxt", TIME))
            lost = {seq for gap in rows.lost for seq in range(gap.first, gap.stop)}
        at = float(position[seq - sum(other < seq for other in lost)])
        assert edge == pytest.approx(at, rel=1e-3)
        assert column == pytest.approx(at + LEFT, rel=1e-3)
        there = int(np.isfinite(position).sum())
        expect(page.locator("#timetool-state")).to_contain_text(
            re.compile(rf"^{spaced(there)} of {spaced(len(position))} events")
        )
        check_calibration(page, position, delay)
        check_rows(page, position, amplitude)
        # What is in force is the mean of shots that were published, and a straight line that the newest rows follow.
        shots = traces[np.isfinite(traces).all(axis=1)]
        means = np.cumsum(shots, axis=0) / np.arange(1, len(shots) + 1)[:, None]
        assert np.isclose(means, feature["reference_file"], rtol=1e-5).all(axis=1).any()
        last = np.flatnonzero(np.isfinite(position))[-1]
        expected = feature["ttCalib"][0] + feature["ttCalib"][1] * position[last]
        assert time[last] == pytest.approx(expected)
    assert errors == []


def spaced(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")


def check_calibration(page: Page, position: NDArray[np.float64], delay: NDArray[np.float64]) -> None:
    """Points are medians of the steps; terms are those of a straight line through them, weighted by their errors."""
    levels = np.unique(delay)
    parts = [position[(delay == level) & np.isfinite(position)] for level in levels]
    medians = np.array([np.median(part) for part in parts])
    drawn = [source for source in sources(page, len(levels), "x", "y", "low") if np.allclose(source["x"], levels / 1000)]
    assert any(np.allclose(source["y"], medians, rtol=1e-6) for source in drawn)
    wide = np.array([np.subtract(*np.percentile(part, (84, 16))) / 2 for part in parts])
    error = np.sqrt(np.pi / 2) * wide / np.sqrt([len(part) for part in parts])
    slope, constant = np.polyfit(medians, levels / 1000, 1, w=1 / error)
    expect(page.locator("#calibration-terms")).to_have_text(f"t = {constant:.6g} ps + {slope:.6g} ps/pixel · x")
    expect(page.locator("#calibration-settings")).to_contain_text(f"ttCalib = [{constant:.9g}, {slope:.9g}]")
    residual = 1000 * (levels / 1000 - np.polyval((slope, constant), medians))
    assert any(np.allclose(source["y"], residual, atol=1e-3) for source in drawn)


def check_rows(page: Page, position: NDArray[np.float64], amplitude: NDArray[np.float64]) -> None:
    """The histogram counts every position once; the correlation is numpy's."""
    good = np.isfinite(position)
    (bars,) = sources(page, 80, "left", "right", "count")
    counts, _ = np.histogram(position[good], np.append(bars["left"], bars["right"][-1]))
    np.testing.assert_array_equal(bars["count"], counts)
    assert counts.sum() > 0.95 * good.sum()
    correlation = np.corrcoef(position[good], amplitude[good])[0, 1]
    titles = page.evaluate("() => [...Bokeh.documents[0]._all_models.values()].filter(m => m.type === 'Title').map(m => m.text)")
    (told,) = [title for title in titles if ", r = " in title]
    assert float(told.rpartition("= ")[2]) == pytest.approx(correlation, rel=1e-3, abs=1e-6)
