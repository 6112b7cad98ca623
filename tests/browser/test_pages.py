"""What a person sees is what was published, and what a person does has its effect."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LIVE, House, Opened

pytestmark = pytest.mark.browser

NAMES = ["overview", "scalars", "images", "scan", "run", "system", "published"]


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
        page.wait_for_selector(LIVE)
    expect(page.locator("#head-run")).to_have_text("98")


def test_the_overview_shows_what_the_service_says(opened: Opened, house: House) -> None:
    page = opened("overview")

    expect(page.locator("#head-rate")).to_have_text("240 Hz")
    expect(page.locator("#head-latency")).to_have_text("18 ms")
    expect(page.locator("#lost")).to_have_text("3")
    expect(page.locator("#late")).to_have_text("2")
    expect(page.locator("#damaged")).to_have_text("5")
    expect(page.locator("#restarts")).to_have_text("1")
    before = int(re.sub(r"\D", "", page.locator("#processed").inner_text()))
    page.wait_for_function(f"parseInt(document.getElementById('processed').textContent.replace(/\\D/g, '')) > {before + 100}")
    assert before <= house.service.seq


def test_a_silent_service_looks_stale_and_its_successor_live(opened: Opened, house: House) -> None:
    page = opened("overview")
    house.stop_service()
    expect(page.locator("#head-word")).to_have_text("no answer")
    assert "grayscale" in page.evaluate("getComputedStyle(document.querySelector('main')).filter")

    house.start_service()

    page.wait_for_selector(LIVE)
    expect(page.locator("#head-word")).to_have_text("running")
    page.wait_for_function("parseInt(document.getElementById('processed').textContent.replace(/\\D/g, '')) < 3000")


def test_a_service_without_events_is_told_from_one_that_is_gone(opened: Opened, house: House) -> None:
    page = opened("scalars")
    house.service.silent = True

    expect(page.locator("#head-word")).to_have_text("no events")
    expect(page.locator("#head-why")).to_contain_text("The service runs, but no event has come for")
    house.service.silent = False
    page.wait_for_selector(LIVE)
