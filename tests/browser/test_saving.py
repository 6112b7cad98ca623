"""Every figure gives its numbers as CSV and HDF5 and itself as PNG; a picture gives every pixel."""

import csv
import json
from io import BytesIO, StringIO
from urllib.parse import quote

import h5py
import numpy as np
import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Opened
from tests.browser.reading import source
from tests.browser.test_images import shown
from tests.support.fake_service import FRAME_SHAPE, frame

pytestmark = pytest.mark.browser


def saved(page: Page, name: str) -> tuple[str, bytes]:
    """What comes when the button of this name above the first figure is pressed, which is there while the mouse is."""
    page.locator(".bk-Canvas").first.hover()
    with page.expect_download() as waiting:
        page.get_by_title(name).first.click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def saved_picture(page: Page, name: str) -> tuple[str, bytes]:
    """What comes when the button of this name below the picture is pressed."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name, exact=True).click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def test_a_picture_is_saved_in_full_size_with_mask_unit_and_event(opened: Opened) -> None:
    page = opened("images?limits=0")
    shown(page)

    name, content = saved_picture(page, "HDF5")

    assert name == "xppi0310_run98_cspad-live.h5"
    with h5py.File(BytesIO(content)) as file:
        image, said = file["image"][:], dict(file["image"].attrs)
        np.testing.assert_array_equal(image, frame(said["seq"] + 1))
        np.testing.assert_array_equal(file["mask"][:], np.isfinite(image))
    assert image.dtype == np.float32
    assert (said["unit"], said["run"], said["detector"], said["picture"]) == ("keV", 98, "cspad", "live frame")


def test_a_picture_as_text_has_every_digit(opened: Opened) -> None:
    page = opened("images?image=difference")
    shown(page, kind="difference")

    name, content = saved_picture(page, "CSV")

    lines = content.decode().splitlines()
    said = dict(line.removeprefix("# ").split(": ", 1) for line in lines if line.startswith("#"))
    rows = [[float(cell or "nan") for cell in line.split(",")] for line in lines if not line.startswith("#")]
    image = np.array(rows, np.float32)
    assert name == "xppi0310_run98_cspad-difference.csv"
    assert image.shape == FRAME_SHAPE
    whole = frame(int(said["count"]))
    np.testing.assert_array_equal(image, np.float32(1.1) * whole - np.float32(0.9) * whole)


def test_a_plot_is_saved_as_it_is_drawn(opened: Opened) -> None:
    page = opened("scan")
    source(page, "x", least=5)

    name, content = saved(page, "Save the numbers as CSV")

    rows = [line for line in csv.reader(StringIO(content.decode())) if line and not line[0].startswith("#")]
    assert name.startswith("xppi0310_run98_Scan")
    assert len(rows) > 5
    assert {"curve", "x"} <= set(rows[0])


def test_a_strip_chart_saves_what_it_says_of_each_point(opened: Opened) -> None:
    page = opened("scalars?plots=" + quote(json.dumps([{"y": ["ebeam/charge"], "window": "run"}])))
    source(page, "mean", least=100)

    _, content = saved(page, "Save the numbers as HDF5")

    with h5py.File(BytesIO(content)) as file:
        group = file["ebeam__charge"]
        assert {"x", "mean", "low", "high", "deviation", "error", "events"} <= set(group)
        assert len(group["x"]) >= 100


def test_a_figure_is_saved_as_png(opened: Opened) -> None:
    page = opened("images")
    shown(page)

    name, content = saved(page, "Save as PNG")

    assert name == "xtcmon.png"
    assert content.startswith(b"\x89PNG")
