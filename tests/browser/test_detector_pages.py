"""Profiles, time tool, hits and detectors: what a person sees is what was published."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from dashboards.kept import KEPT
from dashboards.link import ServiceLink
from dashboards.server import Dashboard
from monitor.settings import parse
from tests.browser.conftest import FIRST, House, Opened, opened_house
from tests.browser.reading import until
from tests.support.detector_service import CENTRE, PS_PER_PIXEL, DetectorService, Q, azimuthal

pytestmark = pytest.mark.browser

IN_FORCE = re.compile(r"In force since settings version \d+\.")

NAMES = ["profiles", "timetool", "hits", "detectors"]

SOURCES = """
(column) => {
  const models = [...Bokeh.documents[0]._all_models.values()];
  const has = models.filter(model => model.type === "ColumnDataSource" && column in model.data && model.data[column].length);
  return has.length ? has.map(model => Object.fromEntries(Object.entries(model.data).map(([k, v]) => [k, Array.from(v)]))) : null;
}
"""

IMAGE = """
() => {
  const models = [...Bokeh.documents[0]._all_models.values()];
  const found = models.filter(model => model.type === "ColumnDataSource" && "image" in model.data && model.data.image.length);
  return found.map(model => {
    const image = model.data.image[0];
    return {shape: image.shape, values: Array.from(image).map(value => value === value ? value : null)};
  });
}
"""


class DetectorHouse(House):
    """A house whose service has detectors."""

    def __init__(self) -> None:
        self.service: DetectorService = DetectorService(first=FIRST, rate=120)
        self.service.__enter__()
        self.dashboard = Dashboard(parse({}), ServiceLink(lambda: self.service.endpoints), port=0)


@pytest.fixture(scope="module")
def house() -> Iterator[DetectorHouse]:
    house = DetectorHouse()
    with opened_house(house):
        yield house


def sources(page: Page, column: str) -> list[dict[str, list[Any]]]:
    """Data of all sources in the browser that have values in a column of this name."""
    found = page.wait_for_function(SOURCES, arg=column).json_value()
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_no_page_is_wider_than_its_window(opened: Opened, name: str) -> None:
    page = opened(name)
    for width in (1280, 1920):
        page.set_viewport_size({"width": width, "height": 1000})
        page.wait_for_timeout(400)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert page.evaluate("[...document.querySelectorAll('.panel')].every(p => p.scrollWidth <= p.clientWidth + 1)")


def test_a_profile_is_the_published_one_over_its_momentum_transfer(opened: Opened) -> None:
    page = opened("profiles?field=cspad/azav_azav&row=1&lines=live&falls=mean")
    expect(page.locator("#profile-state")).to_have_text(re.compile("Mean of 120 of the .* events that are kept."))

    said = """() => { const models = [...Bokeh.documents[0]._all_models.values()];
        const title = models.find(m => m.type === "Title" && m.text.startsWith("cspad/azav_azav"));
        const lines = models.filter(m => m.type === "ColumnDataSource" && "low" in m.data && m.data.x.length === 30);
        return title && lines.length ? [title.text, lines.map(m => [Array.from(m.data.x), Array.from(m.data.y)])] : null; }"""

    def agree(found: Any) -> bool:
        """The page moves on while it is looked at, but title and line are of one event."""
        text, curves = found
        match = re.search(r"event ([\d\u202f]+)", text)
        assert match is not None
        published = azimuthal(np.array([int(match[1].replace("\u202f", ""))]))[0, 1]
        return any(np.allclose(x, Q) and np.allclose(y, published) for x, y in curves)

    until(page, lambda: page.wait_for_function(said).json_value(), agree)


def test_cursors_read_the_mean_and_their_difference(opened: Opened) -> None:
    page = opened("profiles?field=cspad/azav_azav&row=0&a=0.5&b=2.0")

    # The flat part is at 10, the ring 5 higher; half of the events have 10 % more.
    ring = 1.05 * 5
    expect(page.locator("#cursor-a")).to_have_text(re.compile(r"^0\.5 → 10\.\d+$"))
    expect(page.locator("#cursor-difference")).to_have_text(re.compile(rf"^1\.5 → {str(ring)[:3]}\d*$"))
    assert "a=0.5" in page.url


def test_the_difference_of_laser_on_and_off_is_there_with_its_band(opened: Opened) -> None:
    page = opened("profiles?field=cspad/azav_azav&row=0&window=7200")

    said = """() => { const models = [...Bokeh.documents[0]._all_models.values()];
        const lines = models.filter(m => m.type === "ColumnDataSource" && "low" in m.data && m.data.y.length === 30);
        const found = lines.find(m => Math.max(...m.data.y) < 3);
        return found ? [Array.from(found.data.y), Array.from(found.data.low)] : null; }"""
    y, low = (np.array(values) for values in page.wait_for_function(said).json_value())

    np.testing.assert_allclose(y, 0.1 * (10 + 5 * np.exp(-(((Q - 2) / 0.2) ** 2))), rtol=0.06)
    assert (low < y).all()


def test_a_reference_is_kept_for_every_browser(opened: Opened) -> None:
    page = opened("profiles?field=cspad/azav_azav")
    expect(page.locator("#profile-state")).to_contain_text("Mean of")
    page.get_by_role("button", name="Keep the mean as reference").click()
    page.wait_for_function("new URLSearchParams(location.search).has('reference')")

    other = opened("profiles?" + page.url.partition("?")[2])

    name = other.evaluate("new URLSearchParams(location.search).get('reference')")
    kept = KEPT.get(name)
    assert kept is not None
    said = """(first) => [...Bokeh.documents[0]._all_models.values()].some(
        m => m.type === "ColumnDataSource" && "low" in m.data && Math.abs(m.data.y[0] - first) < 1e-9)"""
    other.wait_for_function(said, arg=float(kept.numbers["mean"]["y"][0]))


def test_hits_of_a_waveform_stand_on_its_pulse(opened: Opened) -> None:
    page = opened("profiles?field=acq/wave&lines=live")

    said = """() => { const models = [...Bokeh.documents[0]._all_models.values()];
        const marks = models.find(m => m.type === "ColumnDataSource" &&
            !("low" in m.data) && m.data.x?.length === 1 && m.data.y?.[0]);
        return marks ? Array.from(marks.data.y) : null; }"""

    assert page.wait_for_function(said).json_value() == [1.0]


def test_the_calibration_of_the_scan_is_put_in_force_and_taken_back(opened: Opened, house: DetectorHouse) -> None:
    page = opened("timetool")
    expect(page.locator("#timetool-state")).to_contain_text("100 % of these are within the limits")
    # The edge scatters evenly around a line through pixel 150 in the middle of the scan.
    expect(page.locator("#calibration-terms")).to_have_text(
        f"t = {-CENTRE * PS_PER_PIXEL:.6g} ps + {PS_PER_PIXEL:.6g} ps/pixel · x"
    )

    page.get_by_role("button", name="Put in force").click()

    expect(page.locator("#calibration-text")).to_have_text(IN_FORCE)
    asked = house.service.controls[-1]
    (change,) = asked.header["changes"]
    assert change["path"] == "detector.opal.feature.ttEdge.ttCalib"
    assert change["value"] == pytest.approx([-CENTRE * PS_PER_PIXEL, PS_PER_PIXEL])


def test_cuts_leave_out_events_and_stay_in_the_address(opened: Opened) -> None:
    page = opened("timetool?amp_min=1.45")

    # The amplitude takes ten values from 1.0 to 1.9, one after the other.
    expect(page.locator("#timetool-state")).to_contain_text("; 50 % of these are within the limits")
    assert "amp_min=1.45" in page.url


def test_the_hit_rate_and_the_peaks_are_the_published_ones(opened: Opened) -> None:
    page = opened("hits")

    expect(page.locator("#hits-share")).to_have_text("25 %")
    expect(page.locator("#map-state")).to_have_text(re.compile(r"peaks of .* events, 3 x 3 pixels per point"))
    # Rows 20, 30 ... 60 and columns 30, 40, 50, in blocks of 3 x 3; they come one after the other.
    wanted = {(row // 3, column // 3) for row in range(20, 61, 10) for column in (30, 40, 50)}

    def lit() -> set[tuple[int, int]]:
        maps = [np.array(image["values"]) for image in page.evaluate(IMAGE) if image["shape"][0] == 62]
        return {(int(i) // 130, int(i) % 130) for values in maps for i in np.flatnonzero(values > 0)}

    until(page, lit, lambda found: found == wanted)


def test_the_last_hit_has_its_peaks_marked(opened: Opened) -> None:
    page = opened("hits")

    expect(page.locator("#last-state")).to_have_text(re.compile(r"event [\d\u202f]+, [1-5] peaks? marked"), timeout=20_000)


def test_another_limit_is_asked_for(opened: Opened, house: DetectorHouse) -> None:
    page = opened("hits?limit=detector.cspad.feature.peaks.min_peaks")
    expect(page.locator("#limit-state")).to_have_text("min_peaks is 1.")
    page.get_by_label("Value").fill("4")
    page.get_by_label("Value").press("Enter")
    page.get_by_role("button", name="Put in force").click()

    expect(page.locator("#limit-state")).to_have_text(IN_FORCE)
    asked = house.service.controls[-1]
    assert asked.header["changes"] == [{"path": "detector.cspad.feature.peaks.min_peaks", "value": 4}]


def test_a_source_that_stops_is_named_first(opened: Opened, house: DetectorHouse) -> None:
    page = opened("detectors")
    expect(page.locator("#sources-state")).to_have_text("All 3 sources are good.")
    expect(page.locator("#sources tr")).to_have_count(3)
    expect(page.locator("#frames tr td").first).to_have_text("cspad")
    expect(page.locator("#readings")).to_contain_text(re.compile(r"cspad_env/temperature2\d\.\d+ degC"))

    house.service.opal_until = house.service.seq

    expect(page.locator("#sources-state")).to_have_text("opal: missing")
    expect(page.locator("#sources tr td").first).to_have_text("opal")
    house.service.opal_until = 1 << 60
