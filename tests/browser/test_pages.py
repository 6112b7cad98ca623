"""What a person sees is what was published, and what a person does has its effect."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import House, Opened

pytestmark = pytest.mark.browser

NAMES = ["overview", "scalars", "images", "scan"]

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


def test_the_live_image_is_the_published_one(opened: Opened) -> None:
    page = opened("images")

    shown = source(page, "image")
    image = page.evaluate("""() => {
        const models = [...Bokeh.documents[0]._all_models.values()];
        const found = models.find(model => model.type === "ColumnDataSource" && "image" in model.data && model.data.image.length);
        const image = found.data.image[0];
        return {shape: image.shape ?? [image.length], corner: image[0], dead: Array.from(image).filter(v => !(v === v)).length};
    }""")

    assert (shown["dw"], shown["dh"]) == ([388], [185])
    assert image["shape"] == [185, 388]
    assert image["corner"] == pytest.approx(10.0)
    assert image["dead"] == 185
    expect(page.locator("#picture-state")).to_contain_text("event")


def test_a_region_drawn_with_the_mouse_changes_the_value(opened: Opened, house: House) -> None:
    page = opened("images")
    expect(page.locator("#region-value")).to_have_text("1200 keV")
    page.get_by_role("button", name="Draw the region").click()
    page.wait_for_timeout(500)
    box = page.locator(".bk-Canvas").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    page.mouse.move(x - 60, y - 40)
    page.mouse.down()
    page.mouse.move(x, y, steps=5)
    page.mouse.move(x + 60, y + 40, steps=5)
    page.mouse.up()

    expect(page.locator("#region-state")).to_have_text("In force since settings version 2.")
    (asked,) = house.service.controls
    (change,) = asked.header["changes"]
    (r0, r1), (c0, c1) = change["value"]
    assert change["path"] == "detector.cspad.feature.ROI_0.image_ROI"
    assert 0 <= r0 < r1 <= 185
    assert 0 <= c0 < c1 <= 388
    # The pixels are square, so the drawn rectangle keeps its shape.
    assert (c1 - c0) / (r1 - r0) == pytest.approx(120 / 80, rel=0.1)
    expect(page.locator("#region-value")).to_have_text(f"{(r1 - r0) * (c1 - c0):.4g} keV")
    expect(page.locator("#head-version")).to_have_text("2")


def test_a_refused_region_says_why(opened: Opened, house: House) -> None:
    house.service.refuse = "the region holds no pixel"
    page = opened("images")

    page.get_by_label("Rows, columns").fill("1:5, 2:9")
    page.get_by_label("Rows, columns").press("Enter")

    expect(page.locator("#region-state")).to_have_text("Refused: the region holds no pixel")
    expect(page.locator("#region-value")).to_have_text("1200 keV")


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
