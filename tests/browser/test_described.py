"""Every plot and picture says in words what it shows, and the words are true."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import FIRST, Opened
from tests.browser.full_house import NAMES, FullHouse, full_house
from tests.browser.test_scalars import plots
from tests.support.detector_service import Q, azimuthal
from tests.support.fake_service import frame

pytestmark = pytest.mark.browser

DEEP = """const deep = (root) => [...root.querySelectorAll("*")].flatMap(e => e.shadowRoot ? [e, ...deep(e.shadowRoot)] : [e]);"""
PLOTS = f"""() => {{ {DEEP}
  const read = (e) => [e.getAttribute("role"), e.getAttribute("aria-label") ?? "", e.getAttribute("aria-description") ?? ""];
  return deep(document).filter(e => e.matches(".bk-Canvas") && e.checkVisibility()).map(canvas => ({{
    images: [...canvas.shadowRoot.querySelectorAll("canvas:not([aria-hidden=true])")].map(read),
    reached: [...canvas.shadowRoot.querySelectorAll("[tabindex='0'].bk-events")].map(read),
    live: [...canvas.shadowRoot.querySelectorAll("[aria-live]")].length,
  }}));
}}"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FullHouse]:
    with full_house(tmp_path_factory.mktemp("house")) as house:
        yield house


def described(page: Page) -> list[dict[str, Any]]:
    """What stands at each plot that is seen, when all of them have words."""
    ready = (
        f"() => {{ const found = ({PLOTS})(); return found.length && found.every(each => each.images[0]?.[1]) ? found : null; }}"
    )
    found: list[dict[str, Any]] = page.wait_for_function(ready).json_value()
    return found


def text_of(page: Page, name: str) -> str:
    """The description of the only plot with this name, made now."""
    described(page)
    page.evaluate("window.xtcmon.describe()")
    plot = page.get_by_role("img", name=name, exact=True)
    expect(plot).to_have_count(1)
    return plot.get_attribute("aria-description") or ""


@pytest.mark.parametrize("name", NAMES)
def test_every_plot_has_a_name_of_its_own_and_says_what_it_shows(opened: Opened, name: str) -> None:
    found = described(opened(name))

    for plot in found:
        # One picture for who reads on, and the same words where the keyboard arrives.
        assert [role for role, _, _ in plot["images"]] == ["img"]
        assert [role for role, _, _ in plot["reached"]] == ["group"]
        assert plot["images"][0][1:] == plot["reached"][0][1:]
        assert re.search(r"Horizontal: .+; vertical: .+\.$", plot["images"][0][2])
        assert not re.search(r"undefined|NaN|null|Infinity|\[object", "".join(plot["images"][0][1:]))
        assert plot["live"] == 0
    names = [plot["images"][0][1] for plot in found]
    assert len(set(names)) == len(names)


def test_a_curve_is_told_by_its_range_and_last_value(opened: Opened) -> None:
    page = opened("profiles?row=0&lines=live")

    said = text_of(page, "cspad/azav_azav, plot")

    event = re.match(r"event ([\d\u202f]+)\. newest event: 30 points, ", said)
    assert event is not None
    curve = azimuthal(np.array([int(event[1].replace("\u202f", ""))]))[0, 0]
    low, high, last, at = (f"{value:.4g}" for value in (curve.min(), curve.max(), curve[-1], Q[-1]))
    assert f"from {low} to {high}, last {last} at {at}." in said
    assert "Horizontal: q (1/Å) from" in said
    assert "vertical: keV from" in said


def test_a_scan_is_told_with_the_laser_on_and_off(opened: Opened, house: FullHouse) -> None:
    page = opened("scan")
    house.service.silent = True
    expect(page.locator("#head-word")).to_have_text("no events")

    said = text_of(page, "As set, plot")

    rows = house.service.columns(0, house.service.seq)
    for name, laser in (("laser on", 1), ("laser off", 0)):
        here = (rows["scan/delay"] == 1500) & (rows["lightStatus/laser"] == laser)
        ratio = rows["ipm3/sum"][here].sum() / rows["ipm2/sum"][here].sum()
        found = re.search(name + r": 31 points, from [\d.]+ to [\d.]+, last ([\d.]+) at 1500", said)
        assert found is not None
        assert float(found[1]) == pytest.approx(ratio, rel=6e-4)
    house.service.silent = False


def test_a_picture_is_told_with_detector_event_and_ends_of_its_colours(opened: Opened) -> None:
    page = opened("images?limits=0")
    page.wait_for_function("window.xtcmon.picture?.count() > 0")

    said = text_of(page, "picture of cspad")

    values = frame(FIRST)
    assert re.match(r"live frame: event [\d\u202f]+.*; 185 rows and 388 columns, colours from ", said)
    low, high = (f"{value(values):.4g}" for value in (np.nanmin, np.nanmax))
    assert f"colours from {low} to {high} keV; marked: ROI_0." in said


def test_a_histogram_and_a_map_tell_where_most_is(opened: Opened) -> None:
    page = opened("hits")

    bars = text_of(page, "Peaks per event: events against cspad/peaks_nPeaks, histogram")
    where = text_of(page, "Where peaks were: row (pixel) against column (pixel), map")

    # Three of four events have no peak.
    assert re.search(r"6 bars, largest \d+ between -0.5 and 0.5\.", bars)
    assert re.search(r"picture of \d+ rows and \d+ columns, from 0 to \d+ peaks", where)


def test_a_correlation_matrix_tells_its_strongest_pair(opened: Opened) -> None:
    page = opened(plots({"kind": "matrix", "window": "run"}))

    assert re.search(r"\d+ cells, from -?[\d.]+ to 1\.", text_of(page, "correlation matrix"))
    assert "pairs, strongest ipm2/sum ~ ipm3/channels" in text_of(page, "correlations by strength")


CHANGES = """() => {
  if (window.reworded?.length >= 3) return window.reworded;
  if (window.reworded) return null;
  const deep = (root) => [...root.querySelectorAll("*")].flatMap(e => e.shadowRoot ? [e, ...deep(e.shadowRoot)] : [e]);
  const canvas = deep(document).find(e => e.matches("canvas[role=img]"));
  if (!canvas) return null;
  window.reworded = [];
  new MutationObserver(() => window.reworded.push(performance.now())).observe(canvas, {attributeFilter: ["aria-description"]});
  return null;
}"""


def test_the_words_change_only_every_few_seconds(opened: Opened) -> None:
    moments = opened("scalars").wait_for_function(CHANGES).json_value()

    assert min(np.diff(moments)) > 4000
