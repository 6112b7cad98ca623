"""Limits of the alarms are changed on a page: the same in two browsers, with who and when, taken back, kept."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboards.alarms.book import AlarmBook
from monitor.settings import Alarm
from tests.browser.conftest import House, Opened

pytestmark = pytest.mark.browser

NAME = "much charge"


@pytest.fixture
def house_settings() -> dict[str, Any]:
    return {"alarm": [{"name": NAME, "value": "ebeam/charge * 1000", "above": 100000.0, "severity": "warning"}]}


def form(page: Page) -> None:
    """Open the form, as somebody with a name."""
    page.locator("#head-version").click()
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("Your name").press("Tab")
    page.keyboard.press("Escape")
    page.get_by_text("Change a limit, or make an alarm").click()
    expect(page.get_by_label("Expression or field")).to_have_value("ebeam/charge * 1000")


def put(page: Page, label: str, text: str) -> None:
    page.get_by_label(label, exact=True).fill(text)
    page.get_by_label(label, exact=True).press("Tab")


def press(page: Page, name: str) -> None:
    page.locator("#limits").get_by_role("button", name=name).click()


def test_a_limit_is_put_in_force_in_both_browsers_and_taken_back(opened: Opened, house: House) -> None:
    page, other = opened("system"), opened("system")
    form(page)
    expect(page.locator("#alarm-limits")).to_contain_text("ebeam/charge * 1000 above 100000")
    put(page, "Limit", "100")

    press(page, "Put in force")

    for each in (page, other):
        expect(each.locator("#alarm-limits")).to_contain_text("ebeam/charge * 1000 above 100")
        expect(each.locator("#alarm-limits")).to_contain_text("Ada, ")
        expect(each.locator("#alarms")).to_contain_text(f"{NAME}: ebeam/charge * 1000 above 100")
    kept = AlarmBook([Alarm(name=NAME, value="x", above=1.0)], str(house.folder))
    assert (kept.limits[0].alarm.above, kept.limits[0].author) == (100.0, "Ada")
    press(page, "Undo the last change")
    expect(other.locator("#alarm-limits")).to_contain_text("ebeam/charge * 1000 above 100000")
    expect(other.locator("#alarms")).to_have_text("")


def test_a_wrong_expression_is_refused_with_the_sentence(opened: Opened) -> None:
    page = opened("system")
    form(page)
    put(page, "Expression or field", "ebeam/chargee")

    press(page, "Put in force")

    said = "Refused: there is no field 'ebeam/chargee' in this run (did you mean 'ebeam/charge'?)"
    expect(page.locator("#alarm-said")).to_have_text(said)
    expect(page.locator("#alarm-limits")).to_contain_text("ebeam/charge * 1000 above 100000")


def test_an_alarm_is_switched_off_and_a_new_one_made(opened: Opened) -> None:
    page = opened("system")
    form(page)
    page.get_by_label("State").select_option("off")
    press(page, "Put in force")
    expect(page.locator("#alarm-limits tr", has_text=NAME)).to_contain_text("off")

    page.get_by_label("Alarm", exact=True).select_option("a new one")
    put(page, "Its name", "bright")
    page.get_by_label("State").select_option("on")
    put(page, "Expression or field", "ipm2/sum")
    put(page, "Limit", "50")
    put(page, "For seconds", "2")
    press(page, "Put in force")

    expect(page.locator("#alarm-limits tr", has_text="bright")).to_contain_text("ipm2/sum above 50")
    expect(page.locator("#alarm-limits tr", has_text="bright")).to_contain_text("2 s")


@pytest.mark.parametrize("width", [1280, 1920])
def test_the_form_is_not_wider_than_its_window(opened: Opened, width: int) -> None:
    page = opened("system")
    page.set_viewport_size({"width": width, "height": 1000})
    form(page)

    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate("[...document.querySelectorAll('.panel')].every(p => p.scrollWidth <= p.clientWidth + 1)")
