"""The Scan page against the truth that is in the published run."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import House, Opened
from tests.browser.reading import source, until
from tests.support.fake_service import STEPS, TIME_ZERO_FS

pytestmark = pytest.mark.browser

ZERO = re.compile(r"(-?[\d.]+) ± ([\d.]+) fs")


def zero(page: Page, name: str) -> tuple[float, float]:
    expect(page.locator(f"#{name}-zero")).to_have_text(ZERO)
    found = ZERO.search(page.locator(f"#{name}-zero").inner_text())
    assert found is not None
    return float(found[1]), float(found[2])


def test_it_finds_time_zero_and_better_with_the_correction(opened: Opened) -> None:
    page = opened("scan")

    (plain, plain_error), (corrected, corrected_error) = zero(page, "plain"), zero(page, "corrected")

    assert abs(plain - TIME_ZERO_FS) < 3.5 * plain_error
    assert abs(corrected - TIME_ZERO_FS) < 3.5 * corrected_error
    assert corrected_error < plain_error
    expect(page.locator("#corrected-width")).to_contain_text("time zero is at")
    expect(page.locator("#scan-fits tr")).to_have_count(5)


def test_on_over_off_starts_at_one_and_is_kept_in_the_address(opened: Opened) -> None:
    page = opened("scan")
    page.get_by_label("Curves").select_option(label="on / off")
    page.wait_for_function("document.location.search.includes('light=ratio')")

    def is_ratio(shown: dict[str, list[Any]]) -> bool:
        """Nothing has moved before time zero, and the signal has risen by 0.4 behind it."""
        return [shown["y"][0], shown["y"][-1]] == pytest.approx([1, 1.4], abs=0.05)

    until(page, lambda: source(page, "low", least=STEPS), is_ratio)
    page.reload()
    expect(page.get_by_label("Curves").locator("option:checked")).to_have_text("on / off")


def test_a_second_variable_makes_a_map(opened: Opened) -> None:
    page = opened("scan?second=lightStatus/laser")

    shown = source(page, "bottom", least=STEPS)

    assert len(shown["value"]) == STEPS
    assert set(shown["bottom"]) == {0.5}


def test_bins_by_hand_and_a_condition_hold(opened: Opened) -> None:
    page = opened("scan?edges=-1000:1000:500&where=ipm2/sum%20%3E%201&time=")

    expect(page.locator("#corrected-width")).to_have_text("not corrected")
    shown = source(page, "low", least=4)
    assert len(shown["x"]) == 4
    expect(page.locator("#scan-state")).to_contain_text(re.compile(r"\((4\d|5\d) %\)"))


def test_what_cannot_be_read_is_said_and_hurts_nothing(opened: Opened, house: House) -> None:
    page = opened("scan")
    zero(page, "plain")

    page.get_by_label("Only events where").fill("ipm2/sum >")
    page.get_by_label("Only events where").press("Enter")
    expect(page.locator("#scan-state")).to_contain_text("cannot be read")
    page.get_by_label("Only events where").fill("")
    page.get_by_label("Only events where").press("Enter")

    expect(page.locator("#scan-state")).to_contain_text("31 positions")
