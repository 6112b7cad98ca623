"""Images: what is painted is what was published, what is drawn has its effect, and nobody gets more than he looks at."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import House, Opened
from tests.browser.reading import pen
from tests.support.fake_service import FRAME_SHAPE, frame

pytestmark = pytest.mark.browser

SHOWN = """() => {
  const shown = window.xtcmon?.picture?.shown();
  if (!shown) return null;
  return {...shown, levels: Array.from(shown.levels)};
}"""


def shown(page: Page, **wanted: Any) -> dict[str, Any]:
    """What is painted, as soon as its header has these values."""
    script = f"(wanted) => {{ const shown = ({SHOWN})(); if (!shown) return null; "
    script += "return Object.entries(wanted).every(([key, value]) => shown[key] === value) ? shown : null; }"
    found = page.wait_for_function(script, arg=wanted).json_value()
    assert isinstance(found, dict)
    return found


def dragged(page: Page, width: float = 120, height: float = 80) -> None:
    """A drag of the mouse around the middle of the picture."""
    box = page.locator(".bk-Canvas").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - width / 2, y - height / 2)
    page.mouse.down()
    page.mouse.move(x, y, steps=5)
    page.mouse.move(x + width / 2, y + height / 2, steps=5)
    page.mouse.up()


def test_the_live_picture_is_the_published_one(opened: Opened) -> None:
    page = opened("images?limits=0")

    found = shown(page)

    values = frame(found["seq"] + 1)
    low, high = np.nanmin(values), np.nanmax(values)
    expected = np.where(np.isnan(values), 0, 1 + np.rint((values - low) / (high - low) * 254))
    levels = np.reshape(found["levels"], FRAME_SHAPE)
    assert (found["low"], found["high"]) == (pytest.approx(low), pytest.approx(high))
    assert np.abs(levels - expected).max() <= 1
    assert (levels[:, 300] == 0).all()
    painted = page.evaluate("""() => {
        const models = [...Bokeh.documents[0]._all_models.values()];
        const data = models.find(model => model.type === "ColumnDataSource" && "image" in model.data).data;
        return [data.image[0].shape, data.dw[0], data.dh[0], new Set(data.image[0]).size];
    }""")
    assert painted[:3] == [[185, 388], 388, 185]
    assert painted[3] > 100
    expect(page.locator("#picture-state")).to_contain_text(
        re.compile(r"event .*; 1 of \d+ pictures shown, all of them in the means")
    )
    expect(page.locator("#picture-age")).to_contain_text("s old")


def test_a_mean_and_a_difference_have_the_published_numbers(opened: Opened) -> None:
    page = opened("images?image=mean&limits=0")
    assert shown(page, kind="mean")["low"] == pytest.approx(10.0)
    expect(page.locator("#picture-state")).to_contain_text("% of the run")

    page.get_by_label("Picture", exact=True).select_option(label="laser on − off")

    found = shown(page, kind="difference")
    # 1.1 and 0.9 times the same picture, which reaches from 10 to 15; the colours lie evenly around 0.
    assert found["high"] == pytest.approx(3.0, abs=0.02)
    assert found["low"] == -found["high"]


def test_the_mean_of_the_step_is_the_published_one(opened: Opened) -> None:
    page = opened("images?image=step&limits=0")

    found = shown(page, kind="step")

    # Three times the live picture, which reaches from 10 to 15.
    assert found["low"] == pytest.approx(30.0)
    assert found["high"] == pytest.approx(45.0, abs=0.1)
    assert 1 <= found["count"] <= 40
    expect(page.get_by_role("button", name="Begin the means anew")).to_be_visible()


def test_the_value_under_the_mouse_is_the_published_one(opened: Opened) -> None:
    page = opened("images?image=mean&energy=10")
    shown(page, kind="mean")
    box = page.locator(".bk-Canvas").first.bounding_box()
    assert box is not None

    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 200)
    page.mouse.move(box["x"] + box["width"] / 2 + 3, box["y"] + 203)

    expect(page.locator("#read-out")).to_have_text(
        re.compile(
            r"row \d+, column \d+\s+·\s+1[0-5](\.\d+)? keV\s+·\s+panel [01], row \d+, column \d+\s+·\s+q [\d.]+ Å⁻¹, d [\d.]+ Å"
        )
    )
    row, column, panel, in_row, in_column = map(
        int, re.findall(r"(?:row|column|panel) (\d+)", page.locator("#read-out").inner_text())
    )
    assert (panel, in_row, in_column) == (column // 194, row, column % 194)


def test_zooming_in_shows_every_pixel_and_the_address_remembers_it(opened: Opened) -> None:
    page = opened("images?part=[50.0,70.0,100.0,140.0]")

    found = shown(page, row=50, side=1)

    # As many rows as asked for, and so many columns that the pixels are square.
    assert found["size"][0] == 20
    assert found["column"] + found["size"][1] / 2 == pytest.approx(120, abs=1)
    page.wait_for_function("location.search.includes('part=')")


def test_panels_side_by_side_have_all_their_pixels(opened: Opened) -> None:
    page = opened("images?view=panels&limits=0")

    found = shown(page, panels=True)

    # One above the other, with a gap: that is nearer to a square than side by side.
    assert found["shape"] == [2 * 185 + 4, 194]


def test_the_mask_in_force_is_a_picture_too(opened: Opened) -> None:
    found = shown(opened("images?image=mask&limits=0"), kind="mask")

    levels = np.reshape(found["levels"], FRAME_SHAPE)
    assert (levels[:, 300] == 1).all()
    assert (np.delete(levels, 300, axis=1) == 255).all()


def test_a_missing_sum_is_switched_on_from_the_page(opened: Opened, house: House) -> None:
    page = opened("images?image=significance")
    expect(page.locator("#picture-state")).to_have_text("This needs the sum calib_std of cspad.")

    page.get_by_role("button", name="Switch on calib_std").click()

    expect(page.locator("#head-version")).to_have_text("2")
    (asked,) = house.service.controls
    assert asked.header["changes"] == [{"path": "detector.cspad.sums", "value": ["calib", "calib_std"]}]


def test_a_region_drawn_with_the_mouse_changes_the_value(opened: Opened, house: House) -> None:
    page = opened("images")
    shown(page)
    expect(page.locator("#region-value")).to_have_text("1200 keV")
    pen(page, "draws a region: rectangle", "BoxSelectTool")

    dragged(page)

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


def test_a_polygon_becomes_the_region(opened: Opened, house: House) -> None:
    page = opened("images")
    shown(page)
    pen(page, "draws a region: polygon", "LassoSelectTool")
    box = page.locator(".bk-Canvas").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 60, y - 40)
    page.mouse.down()
    for corner in ((x + 60, y - 40), (x, y + 40), (x - 50, y - 35)):
        page.mouse.move(*corner, steps=4)
    page.mouse.up()

    expect(page.locator("#region-state")).to_contain_text("settings version 2")
    changes = house.service.controls[0].header["changes"]
    assert [change["path"].rpartition(".")[2] for change in changes] == ["image_ROI", "image_polygon"]
    assert changes[0]["value"] is None
    assert len(changes[1]["value"]) >= 3


def test_a_painted_mask_is_saved_and_asked_for(opened: Opened, house: House, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    page = opened("images")
    shown(page)
    pen(page, "masks with a brush", "FreehandDrawTool")
    dragged(page, height=0)
    expect(page.locator("#mask-state")).to_contain_text("1 strokes are not in force yet.")
    pen(page, "masks a rectangle", "BoxSelectTool")
    dragged(page, width=30, height=30)
    expect(page.locator("#mask-state")).to_contain_text("2 strokes are not in force yet.")

    page.get_by_role("button", name="Put in force").click()

    expect(page.locator("#head-version")).to_have_text("2")
    (change,) = house.service.controls[0].header["changes"]
    assert change["path"] == "detector.cspad.mask.file"
    mask = np.load(change["value"])
    assert mask.shape == (2, 185, 194)
    assert 0 < (mask == 0).sum() < 5000


def test_a_refused_region_says_why(opened: Opened, house: House) -> None:
    house.service.refuse = "the region holds no pixel"
    page = opened("images")

    page.get_by_label("Rows, columns").fill("1:5, 2:9")
    page.get_by_label("Rows, columns").press("Enter")

    expect(page.locator("#region-state")).to_have_text("Refused: the region holds no pixel")
    expect(page.locator("#region-value")).to_have_text("1200 keV")


def test_what_a_stranger_says_on_the_channel_harms_nobody(opened: Opened) -> None:
    page = opened("images")
    shown(page)
    said = page.evaluate(
        """(words) => new Promise(done => {
            const socket = new WebSocket(location.origin.replace("http", "ws") + "/pictures"), heard = [];
            socket.onmessage = event => heard.push(typeof event.data === "string" ? event.data : "picture");
            socket.onclose = () => done(heard);
            socket.onopen = () => { for (const word of words) socket.send(word); };
        })""",
        ["[" * 1000, "{}", json.dumps({"wish": {"detector": "cspad", "kind": ["live"]}}), "x" * 20_000, *["{}"] * 20],
    )

    assert all("refused" in word for word in said)
    count = page.evaluate("window.xtcmon.picture.count()")
    page.wait_for_function(f"window.xtcmon.picture.count() > {count}")


def test_means_begin_anew_for_all_who_look_and_go_back_to_those_of_the_run(opened: Opened, house: House) -> None:
    page, other = opened("images?image=mean&limits=0"), opened("images?image=mean&limits=0")
    assert shown(page, kind="mean")["low"] == pytest.approx(10.0)
    begun = house.service.seq

    page.get_by_role("button", name="Begin the means anew").click()

    for each in (page, other):
        # The service's means since then are twice those of the run.
        found = each.wait_for_function("() => { const s = window.xtcmon.picture.shown(); return s.low > 15 ? s : null; }")
        assert found.json_value()["count"] <= house.service.seq - begun
        expect(each.locator("#picture-state")).to_contain_text(re.compile(r"begun anew at event [\d\u202f]+ by dashboard at \d"))
    other.get_by_role("button", name="Means of the whole run again").click()

    for each in (page, other):
        each.wait_for_function("() => window.xtcmon.picture.shown().low < 15")
        expect(each.get_by_role("button", name="Means of the whole run again")).to_be_hidden()
        expect(each.locator("#picture-state")).not_to_contain_text("begun anew")
    assert house.service.version == 1
