"""Regions and masks without a mouse: what is written as numbers is what the service is asked for."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import House, Opened
from tests.browser.reading import source
from tests.browser.test_images import shown
from tests.browser.test_keyboard import walk_to
from tests.support.fake_service import PANELS

pytestmark = pytest.mark.browser


def test_a_polygon_is_written_with_the_keyboard_alone(opened: Opened, house: House) -> None:
    page = opened("images")
    shown(page)
    walk_to(page, "Polygon")
    page.keyboard.type("20 30, 20")
    page.keyboard.press("Enter")
    expect(page.locator("#region-state")).to_contain_text("Write row and column of three corners or more")

    page.keyboard.type(" 90, 60 60")
    page.keyboard.press("Enter")

    expect(page.locator("#region-state")).to_contain_text("settings version 2")
    (asked,) = house.service.controls
    path = "detector.cspad.feature.ROI_0"
    assert asked.header["changes"] == [
        {"path": f"{path}.image_ROI", "value": None},
        {"path": f"{path}.image_polygon", "value": [[20, 30], [20, 90], [60, 60]]},
    ]


def test_a_mask_is_written_with_the_keyboard_alone(opened: Opened, house: House, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    page = opened("images")
    shown(page)
    walk_to(page, "Shapes by numbers")
    page.keyboard.type("10:60, 20:80; 100 200")
    walk_to(page, "Mask these")
    page.keyboard.press("Enter")
    expect(page.locator("#mask-state")).to_contain_text("2 strokes are not in force yet.")
    assert len(source(page, "color", least=2)["xs"]) == 2
    walk_to(page, "Shapes by numbers", "Shift+Tab")
    page.keyboard.type("10:20, 20:80")
    walk_to(page, "Unmask these")
    page.keyboard.press("Enter")
    expect(page.locator("#mask-state")).to_contain_text("3 strokes are not in force yet.")

    walk_to(page, "Put in force")
    page.keyboard.press("Enter")

    expect(page.locator("#head-version")).to_have_text("2")
    (change,) = house.service.controls[0].header["changes"]
    assert change["path"] == "detector.cspad.mask.file"
    # The left half of the image is the first panel, the right half the second.
    good = np.ones(PANELS, np.uint8)
    good[0, 20:60, 20:80] = 0
    good[1, 100, 200 - PANELS[2]] = 0
    np.testing.assert_array_equal(np.load(change["value"]), good)


def test_a_shape_without_a_pixel_is_refused_in_words(opened: Opened) -> None:
    page = opened("images")
    shown(page)
    for text, said in (
        ("500 500", "There is no pixel within a shape; the picture has 185 rows and 388 columns."),
        ("1", "Write rows"),
    ):
        page.get_by_label("Shapes by numbers").fill(text)
        page.get_by_role("button", name="Mask these", exact=True).click()
        expect(page.locator("#mask-state")).to_contain_text(said)

    expect(page.locator("#mask-state")).not_to_contain_text("not in force")
