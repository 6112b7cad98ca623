"""Panels say how old they are, what is not there is said in a sentence, and what people write is never markup."""

import json
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import House, Opened
from tests.browser.reading import source

pytestmark = pytest.mark.browser

AGELESS = """() => [...document.querySelectorAll(".panel")].filter(panel => panel.checkVisibility())
  .filter(panel => !/old$/.test(panel.querySelector(".age")?.textContent)).map(panel => panel.querySelector("h2")?.textContent)"""

CONTROLS = {"Change a setting", "Alarms and their limits"}
"""Panels in which a person asks for something; they show no data."""


@pytest.mark.parametrize("name", ["run", "system"])
def test_every_panel_says_how_old_it_is_and_turns_grey(opened: Opened, house: House, name: str) -> None:
    page = opened(name)
    assert set(page.evaluate(AGELESS)) <= CONTROLS
    assert page.locator(".panel[data-stale]").count() == 0

    house.stop_service()

    expect(page.locator(".panel[data-stale]")).to_have_count(page.locator(".panel:has(.age)").count())
    assert "grayscale" in page.evaluate("getComputedStyle(document.querySelector('.panel[data-stale]')).filter")
    house.start_service()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("profiles", "This run has no field with more than four numbers per event."),
        ("hits", "This run has no field that says what a hit is"),
        ("scan?signal=%20", "This run has no scan variable or no signal yet"),
    ],
)
def test_where_there_is_nothing_to_draw_there_is_a_sentence_and_no_empty_axes(opened: Opened, name: str, sentence: str) -> None:
    page = opened(name)

    expect(page.locator("#nothing")).to_contain_text(sentence)
    expect(page.locator(".bk-Canvas >> visible=true")).to_have_count(0)


def test_plots_come_as_soon_as_there_is_something_to_draw(opened: Opened) -> None:
    page = opened("scan?signal=%20")
    expect(page.locator("#nothing")).to_be_visible()

    page.get_by_label("Signal").fill("ipm3/sum")
    page.get_by_label("Signal").press("Enter")

    expect(page.locator("#nothing")).to_be_hidden()
    expect(page.locator(".bk-Canvas >> visible=true").first).to_be_visible()


def test_markup_in_an_address_is_shown_as_text(opened: Opened) -> None:
    evil = "<img src=x onerror=window.evil=1>"
    page = opened("scalars?plots=" + quote(json.dumps([{"kind": "histogram", "y": [evil, "ipm2/sum"], "where": evil}])))

    expect(page.get_by_label(evil, exact=True)).to_be_checked()
    assert page.evaluate("window.evil") is None
    page.get_by_label(evil, exact=True).uncheck()
    expect(page.get_by_label(evil, exact=True)).to_have_count(0)
    expect(page.get_by_label("ipm2/sum", exact=True)).to_be_checked()


def test_a_field_is_added_by_a_part_of_its_name_and_taken_away_again(opened: Opened) -> None:
    page = opened("scalars?fields=ipm2/sum")
    page.get_by_label("Add a field").press_sequentially("charge")
    expect(page.locator(".bk-menu").filter(has_text="ebeam/charge").first).to_be_visible()
    page.get_by_label("Add a field").press("Enter")

    expect(page.get_by_label("ebeam/charge", exact=True)).to_be_checked()
    page.wait_for_function("location.search.includes('charge')")
    assert source(page, "mean", least=10)
    page.get_by_label("ebeam/charge", exact=True).uncheck()
    page.wait_for_function("!location.search.includes('charge')")


def test_the_first_numbers_are_in_the_page_itself(opened: Opened, browser: Browser, house: House) -> None:
    opened("overview")
    page = browser.new_page()
    page.route("**/static/js/**", lambda route: route.abort())
    page.goto(f"{house.dashboard.address}overview")

    expect(page.locator("#head-run")).to_have_text("98")
    expect(page.locator("#answer-beam-word")).to_have_text("beam")
    assert page.evaluate("window.Bokeh === undefined")
    page.close()
