"""Pages of detectors are held at an earlier moment, and what is not kept of it is said."""

import re
import time
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opened
from tests.browser.full_house import FullHouse, full_house
from tests.browser.test_past import hold
from tests.support.detector_service import peak_numbers

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FullHouse]:
    with full_house(tmp_path_factory.mktemp("house")) as house:
        house.service.opal_until = house.service.seq + 120
        deadline = time.monotonic() + 30
        while house.service.seq < house.service.opal_until + 200 and time.monotonic() < deadline:
            time.sleep(0.05)
        yield house


def at(opened: Opened, name: str, event: int) -> Page:
    """A page that stood at the present, led back to an event."""
    page = opened(name)
    assert hold(page) > event
    page.locator("#past input").fill(str(event))
    expect(page.locator("#past-at")).to_have_text(f"{event:,}".replace(",", "\u202f"))
    expect(page.locator("#head-why")).to_contain_text("Not live")
    return page


def test_hits_are_those_until_then(opened: Opened) -> None:
    page = at(opened, "hits?window=7200", 3801)

    hits, events = int((peak_numbers(np.arange(3802)) > 0).sum()), 3802
    said = f"{hits} hits in {events:,} of the last {events:,} events."
    expect(page.locator("#hits-state")).to_have_text(said.replace(",", "\u202f"))
    expect(page.locator("#last-state")).to_contain_text("Frames of earlier events are not kept.")
    expect(page.locator("#last-state")).to_contain_text("The last hit until then was event 3\u202f800")
    expect(page.locator("#last-age")).to_have_text("not kept")
    expect(page.locator("#limit-state")).to_contain_text("what you put in force holds for the present")


def test_positions_of_the_edge_are_those_until_then(opened: Opened, house: FullHouse) -> None:
    missing = house.service.opal_until
    page = at(opened, "timetool?window=0", missing + 10)

    said = f"{missing:,} of {missing + 11:,} events have a position; 100 % of these are within the limits."
    expect(page.locator("#timetool-state")).to_have_text(said.replace(",", "\u202f"))
    expect(page.locator("#edge-state")).to_contain_text("Frames of earlier events are not kept.")


@pytest.mark.parametrize(("after", "word"), [(-1, "good"), (60, "missing")])
def test_a_source_is_judged_as_it_was_then(opened: Opened, house: FullHouse, after: int, word: str) -> None:
    page = at(opened, "detectors", house.service.opal_until + after)

    line = page.locator("#sources tr").filter(has_text="opal")
    expect(line).to_contain_text(word)
    # What the reader counted until then, and how fast it went, is not known.
    expect(line.locator("td").last).to_have_text("not kept")
    expect(line.locator("td").nth(5)).to_have_text("–")
    expect(page.locator(".present")).to_have_attribute("data-then", "Frames of earlier events are not kept.")
    expect(page.locator("#frames")).to_be_hidden()


def test_the_contents_of_the_run_are_those_until_then(opened: Opened) -> None:
    page = at(opened, "run", 3900)

    expect(page.locator("#contents-events")).to_have_text("3\u202f901 events are kept here")
    expect(page.locator("#contents-scan")).to_have_text("what was set then is not kept")
    expect(page.locator("#setting-path")).to_be_hidden()
    expect(page.locator("#settings-age")).to_have_text(re.compile(r"[\d.]+ (s|min) old"))
