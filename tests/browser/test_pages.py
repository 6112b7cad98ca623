"""What a person sees is what was published, and what a person does has its effect."""

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import House, Opened
from tests.support.fake_service import TIME_ZERO_FS

pytestmark = pytest.mark.browser

NAMES = ["overview", "scalars", "images", "scan", "published"]

SOURCE = """
([column, least]) => {
  const models = [...Bokeh.documents[0]._all_models.values()];
  for (const model of models) {
    if (model.type !== "ColumnDataSource" || !(column in model.data)) continue;
    const values = model.data[column];
    if (values.length >= least) return Object.fromEntries(Object.entries(model.data).map(([k, v]) => [k, Array.from(v)]));
  }
  return null;
}
"""


def source(page: Page, column: str, least: int = 1) -> dict[str, list[Any]]:
    """Data of the first source in the browser that has so many values in a column of this name."""
    found = page.wait_for_function(SOURCE, arg=[column, least]).json_value()
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [1280, 1920])
def test_no_page_is_wider_than_its_window(opened: Opened, name: str, width: int) -> None:
    page = opened(name)
    page.set_viewport_size({"width": width, "height": 1000})
    page.wait_for_timeout(500)

    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate("[...document.querySelectorAll('.panel')].every(panel => panel.scrollWidth <= panel.clientWidth + 1)")


def test_every_page_leads_to_the_others(opened: Opened) -> None:
    page = opened("")
    expect(page).to_have_title("Overview · xtcmon")
    for title in ("Scalars", "Images", "Scan", "Overview"):
        page.get_by_role("link", name=title).click()
        expect(page).to_have_title(f"{title} · xtcmon")
        page.wait_for_selector("body[data-level=live]")
    expect(page.locator("#head-run")).to_have_text("98")


def test_the_overview_shows_what_the_service_says(opened: Opened, house: House) -> None:
    page = opened("overview")

    expect(page.locator("#head-rate")).to_have_text("240 Hz")
    expect(page.locator("#head-latency")).to_have_text("18 ms")
    expect(page.locator("#lost")).to_have_text("3")
    expect(page.locator("#late")).to_have_text("2")
    expect(page.locator("#damaged")).to_have_text("5")
    expect(page.locator("#restarts")).to_have_text("1")
    expect(page.locator("#workers tr")).to_have_count(2)
    expect(page.locator("#workers")).to_contain_text("worker-1")
    expect(page.locator("#trouble")).to_contain_text("user.py: division")
    before = int(re.sub(r"\D", "", page.locator("#processed").inner_text()))
    page.wait_for_function(f"parseInt(document.getElementById('processed').textContent.replace(/\\D/g, '')) > {before + 100}")
    assert before <= house.service.seq


def test_a_strip_chart_has_the_published_values_from_before_it_was_opened(opened: Opened, house: House) -> None:
    page = opened("scalars?fields=ebeam/charge&window=0")

    shown = source(page, "mean", least=100)

    size = round(shown["x"][1] - shown["x"][0])
    published = house.service.columns(0, size * 50)["ebeam/charge"].reshape(50, size)
    np.testing.assert_allclose(shown["mean"][:50], published.mean(axis=1))
    np.testing.assert_allclose(shown["high"][:50], published.max(axis=1))


def test_chosen_fields_survive_a_reload(opened: Opened) -> None:
    page = opened("scalars?fields=ebeam/charge~ipm3/sum&x=ipm2/sum&y=ipm3/sum&window=600")

    page.reload()

    expect(page.locator("#newest tr")).to_have_count(2)
    expect(page.locator("#newest")).to_contain_text("ebeam/charge")
    expect(page.locator("#shown-events")).to_have_text("600")
    assert "window=600" in page.url


def test_the_scan_page_finds_time_zero_and_better_with_the_correction(opened: Opened) -> None:
    page = opened("scan")
    pattern = re.compile(r"(-?[\d.]+) ± ([\d.]+) fs")
    for name in ("plain", "corrected"):
        expect(page.locator(f"#{name}-zero")).to_have_text(pattern)

    numbers = [pattern.search(page.locator(f"#{name}-zero").inner_text()) for name in ("plain", "corrected")]
    (plain, plain_error), (corrected, corrected_error) = ([float(text) for text in found.groups()] for found in numbers if found)

    assert abs(plain - TIME_ZERO_FS) < 3.5 * plain_error
    assert abs(corrected - TIME_ZERO_FS) < 3.5 * corrected_error
    assert corrected_error < plain_error


def test_a_silent_service_looks_stale_and_its_successor_live(opened: Opened, house: House) -> None:
    page = opened("overview")
    house.stop_service()
    expect(page.locator("#head-word")).to_have_text("no answer")
    assert "grayscale" in page.evaluate("getComputedStyle(document.querySelector('main')).filter")

    house.start_service()

    page.wait_for_selector("body[data-level=live]")
    expect(page.locator("#head-word")).to_have_text("running")
    page.wait_for_function("parseInt(document.getElementById('processed').textContent.replace(/\\D/g, '')) < 3000")


def test_a_service_without_events_is_told_from_one_that_is_gone(opened: Opened, house: House) -> None:
    page = opened("scalars")
    house.service.silent = True

    expect(page.locator("#head-word")).to_have_text("no events")
    expect(page.locator("#head-why")).to_contain_text("The service runs, but no event has come for")
    house.service.silent = False
    page.wait_for_selector("body[data-level=live]")
