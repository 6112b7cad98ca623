"""Overview, Run and System: what a shift asks first, what is in the run, how the monitor itself is."""

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LIVE, House, Opened
from tests.browser.reading import until
from tests.dashboards.test_recorded import EVENTS, written

pytestmark = pytest.mark.browser

ALARM = "too much charge"


@pytest.fixture
def house_settings() -> dict[str, Any]:
    return {"alarm": [{"name": ALARM, "value": "ebeam/charge * 1000", "above": 100.0, "severity": "warning"}]}


def test_the_overview_answers_with_the_published_values(opened: Opened, house: House) -> None:
    page = opened("overview")

    expect(page.locator("#answer-beam")).to_have_attribute("data-level", "good")
    expect(page.locator("#answer-beam-detail")).to_contain_text("ipm2/sum")
    # Half of the events are pumped, and those after time zero have 40 % more.
    expect(page.locator("#answer-signal-detail")).to_contain_text("σ over")
    expect(page.locator("#answer-scan-detail")).to_contain_text("of 100\u202f000 events")
    expect(page.locator("#answer-monitor-word")).to_have_text("keeps up")
    shown = float(page.locator("#answer-beam-value").inner_text().split()[0])
    seq = house.service.seq
    light = house.service.columns(seq - 2000, 2000)["ipm2/sum"]
    assert abs(shown - light.mean()) < 6 * light.std() / np.sqrt(240)


def test_an_alarm_is_on_every_page_until_it_is_acknowledged_by_somebody_with_a_name(opened: Opened) -> None:
    page, other = opened("overview"), opened("scan")
    for each in (page, other):
        expect(each.locator("#alarms")).to_contain_text(f"{ALARM}: ebeam/charge * 1000 above 100")
        assert each.evaluate("document.querySelector('#alarms p').dataset.level") == "warn"
    page.locator("#head-version").click()
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("Your name").press("Tab")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Acknowledge").click()

    expect(other.locator("#alarms")).to_contain_text("acknowledged by Ada")
    expect(other.get_by_role("button", name="Acknowledge")).to_have_count(0)
    expect(page.locator("#alarm-history")).to_contain_text("acknowledged")


def test_the_system_page_shows_the_way_of_the_events_and_what_is_lost_on_it(opened: Opened) -> None:
    page = opened("system")

    expect(page.locator("#flow-rate-in")).to_have_text("240 Hz")
    expect(page.locator("#flow-queue")).to_have_text("1 batches wait")
    expect(page.locator("#flow-busy")).to_have_text("2 at 35 %")
    expect(page.locator("#flow-lost")).to_have_text("lost 3")
    assert page.evaluate("document.getElementById('flow-reader').dataset.level") == "bad"
    expect(page.locator("#workers tr")).to_have_count(2)
    expect(page.locator("#workers")).to_contain_text("worker-1")
    expect(page.locator("#trouble")).to_contain_text("user.py: division")
    expect(page.locator("#latency")).to_contain_text("18 ms")


def test_the_log_can_be_narrowed_to_what_is_loud(opened: Opened) -> None:
    page = opened("system")
    expect(page.locator("#log-shown")).to_contain_text("from INFO on")

    page.get_by_label("Level").select_option("WARNING")

    expect(page.locator("#log-shown")).to_contain_text("from WARNING on")
    page.wait_for_function("location.search.includes('level=WARNING')")
    page.reload()
    expect(page.locator("#log-shown")).to_contain_text("from WARNING on")
    expect(page.get_by_label("Level")).to_have_value("WARNING")


def test_the_run_page_counts_the_events_of_each_source_and_shows_the_settings(opened: Opened, house: House) -> None:
    page = opened("run")

    row = page.locator("#sources tr", has_text="ipm3")
    expect(row.locator("td").nth(1)).to_have_text("5")
    expect(row.locator("td").nth(3)).to_have_text("100.0 %")
    # What is not in the stream any more is asked for, and comes a moment later.
    shown = until(page, lambda: int(re.sub(r"\D", "", row.locator("td").nth(2).inner_text()) or 0), lambda count: count >= 3720)
    assert shown <= house.service.seq
    expect(page.locator("#settings-text")).to_contain_text("image_ROI = [[20, 40], [30, 90]]")


def test_an_earlier_run_opens_with_the_same_pages_and_can_be_scrolled(opened: Opened, house: House) -> None:
    written(house.folder, run=7)
    page = opened("run")

    page.get_by_role("link", name="e81_Run0007").click()

    expect(page.locator("#head-word")).to_have_text("recorded")
    expect(page.locator("#head-run")).to_have_text("7")
    expect(page.locator("#past-at")).to_have_text(str(EVENTS - 1))
    page.locator("#past input").fill("5")
    expect(page.locator("#past-at")).to_have_text("5")
    page.wait_for_function("location.search.includes('at=5')")
    page.get_by_role("link", name="Run", exact=True).click()
    expect(page.locator("#head-word")).to_have_text("recorded")
    expect(page.locator("#contents-events")).to_have_text("6 events are kept here")
    page.get_by_role("link", name="back to the present").click()
    page.wait_for_selector(LIVE)


def test_a_layout_brings_back_what_was_chosen_on_a_page(opened: Opened) -> None:
    page = opened("system?level=ERROR")
    expect(page.locator("#log-shown")).to_contain_text("from ERROR on")
    page.wait_for_function("sessionStorage.getItem('xtcmon /system')")
    page.get_by_label("Layouts").first.click()
    page.get_by_label("Name", exact=True).fill("night shift")
    page.get_by_role("button", name="Save what is chosen now").click()
    expect(page.locator("#head-layout")).to_have_text("Saved as night shift.")

    other = opened("system?layout=night%20shift")

    expect(other.locator("#log-shown")).to_contain_text("from ERROR on")


def test_a_layout_that_is_not_there_changes_nothing(opened: Opened) -> None:
    expect(opened("system?layout=nothing").locator("#log-shown")).to_contain_text("from INFO on")


@pytest.mark.parametrize("width", [1280, 1920])
def test_a_recorded_page_is_not_wider_than_its_window(opened: Opened, house: House, width: int) -> None:
    written(house.folder, run=7)
    page = opened("run")
    page.set_viewport_size({"width": width, "height": 1000})

    page.goto(f"{house.dashboard.address}run/e81_Run0007/overview")

    expect(page.locator("#head-word")).to_have_text("recorded")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
