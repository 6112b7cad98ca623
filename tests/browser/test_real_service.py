"""The pages in front of the real service: reader, workers and aggregator in processes of their own."""

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from monitor.client import Monitor
from monitor.net.endpoints import Endpoints, read_endpoints
from tests.browser.conftest import LIVE, LOUD
from tests.browser.reading import pen
from tests.support.command import PATIENCE_S, Command, command

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(3 * PATIENCE_S)]


@pytest.fixture
def xtcmon() -> Iterator[Command]:
    with command() as found:
        yield found


def served(xtcmon: Command) -> tuple[Path, Endpoints]:
    """Runtime folder and addresses of the one service, as soon as its pages are there."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        for folder in xtcmon.services():
            if (found := read_endpoints(folder)).dashboard and found.stream:
                return folder, found
        time.sleep(0.1)
    raise AssertionError("the pages are not served")


def opened(browser: Browser, address: str, errors: list[str]) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(1000 * PATIENCE_S)
    page.on("console", lambda message: errors.append(message.text) if message.type in LOUD else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    page.wait_for_selector(LIVE)
    return page


def draw(page: Page) -> None:
    """Draw a rectangle in the middle of the image, once it is painted: texts are on a page before its pictures."""
    page.wait_for_function("window.xtcmon.picture?.shown()")
    pen(page, "draws a region: rectangle", "BoxSelectTool")
    box = page.locator(".bk-Canvas").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 60, y - 40)
    page.mouse.down()
    page.mouse.move(x, y, steps=5)
    page.mouse.move(x + 60, y + 40, steps=5)
    page.mouse.up()


def test_a_region_drawn_on_the_page_changes_what_the_service_publishes(browser: Browser, xtcmon: Command, tmp_path: Path) -> None:
    errors: list[str] = []
    demo = ("demo", "--scenario", "scattering", "--steps", "1", "--events", "200", "--rate", "6", "--no-open")
    with xtcmon.started(*demo, "--port", "0", "--stream", "tcp://127.0.0.1:0", "-o", tmp_path, "-j", "1"):
        _, addresses = served(xtcmon)
        page = opened(browser, addresses.dashboard + "images", errors)
        expect(page.locator("#region-value")).to_have_text(re.compile(r"\d"), timeout=1000 * PATIENCE_S)
        with Monitor(addresses.stream) as monitor:
            before = next(rows for rows in monitor.rows("cspad/ROI_0_sum", "pipeline_version", timeout_s=PATIENCE_S))
            assert set(before["pipeline_version"].tolist()) == {1}
            draw(page)
            expect(page.locator("#region-state")).to_have_text("In force since settings version 2.", timeout=1000 * PATIENCE_S)
            for rows in monitor.rows("cspad/ROI_0_sum", "pipeline_version", timeout_s=PATIENCE_S):
                if rows["pipeline_version"][0] == 2:
                    break
            settings = monitor.latest("pipeline").header["settings"]
        (feature,) = [f for f in settings["detector"][0]["feature"] if f["name"] == "ROI_0"]
        assert feature["image_ROI"] != [[600, 800], [600, 800]]
        assert np.isfinite(rows["cspad/ROI_0_sum"][0])
        assert rows["cspad/ROI_0_sum"][0] != before["cspad/ROI_0_sum"][0]
        page.reload()
        expect(page.locator("#head-version")).to_have_text("2", timeout=1000 * PATIENCE_S)
    assert errors == []


def test_any_setting_is_changed_and_features_are_switched_from_the_run_page(
    browser: Browser, xtcmon: Command, tmp_path: Path
) -> None:
    errors: list[str] = []
    demo = ("demo", "--scenario", "scattering", "--steps", "1", "--events", "200", "--rate", "6", "--no-open")
    with xtcmon.started(*demo, "--port", "0", "--stream", "tcp://127.0.0.1:0", "-o", tmp_path, "-j", "1"):
        _, addresses = served(xtcmon)
        page = opened(browser, addresses.dashboard + "run", errors)
        said = page.locator("#setting-state")

        def put(path: str, value: str) -> None:
            page.get_by_label("Setting", exact=True).fill(path)
            page.get_by_label("Setting", exact=True).press("Tab")
            expect(page.locator("#setting-now")).to_contain_text(f"{path} is")
            page.get_by_label("Value", exact=True).fill(value)
            page.get_by_role("button", name="Put in force").click()

        expect(page.locator("#setting-names option[value='detector.cspad.feature.ROI_0.image_ROI']")).to_have_count(1)
        put("detector.cspad.feature.ROI_0.thresADU", "12.5")
        expect(said).to_have_text("In force since settings version 2.", timeout=1000 * PATIENCE_S)
        put("detector.cspad.feature.ROI_0.thresADUU", "12.5")
        expect(said).to_contain_text("Refused")
        expect(said).to_contain_text("did you mean 'thresADU'?")
        page.get_by_label("Feature", exact=True).select_option(label="cspad.feature.ROI_0")
        page.get_by_role("button", name="Switch off").click()
        expect(said).to_have_text("In force since settings version 3.", timeout=1000 * PATIENCE_S)
        expect(page.get_by_role("button", name="Switch on")).to_be_visible()
        with Monitor(addresses.stream) as monitor:
            rows = next(rows for rows in monitor.rows(timeout_s=PATIENCE_S) if rows["pipeline_version"][0] == 3)
            features = monitor.latest("pipeline").header["settings"]["detector"][0]["feature"]
        (feature,) = [each for each in features if each["name"] == "ROI_0"]
        assert (feature["thresADU"], feature["enabled"]) == (12.5, False)
        assert not [name for name in rows if name.startswith("cspad/ROI_0_")]
    assert errors == []


def test_the_pages_go_on_by_themselves_when_every_process_is_killed_in_turn(
    browser: Browser, xtcmon: Command, tmp_path: Path
) -> None:
    errors: list[str] = []
    demo = ("demo", "--steps", "61", "--events", "120", "--rate", "60", "--no-open", "-j", "1")
    with xtcmon.started(*demo, "--port", "0", "--stream", "tcp://127.0.0.1:0", "-o", tmp_path) as service:
        folder, addresses = served(xtcmon)
        page = opened(browser, addresses.dashboard + "overview", errors)
        for role in ("worker", "aggregator", "reader"):
            victims = [
                child
                for child in psutil.Process(service.pid).children()
                if role in child.cmdline() and str(folder) in child.cmdline()
            ]
            os.kill(victims[0].pid, signal.SIGKILL)
            page.wait_for_timeout(1500)
            page.wait_for_selector(LIVE)
            shown = page.locator("#processed").inner_text()
            expect(page.locator("#processed")).not_to_have_text(shown)
    assert errors == []
