"""What every page has: the navigation, the changes of the settings, who looks."""

from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page, WebSocket, expect

from tests.browser.conftest import LIVE, House, Opened
from tests.browser.reading import until

pytestmark = pytest.mark.browser


def move_the_region(page: Page) -> None:
    page.get_by_label("Rows, columns").fill("1:5, 2:9")
    page.get_by_label("Rows, columns").press("Enter")
    expect(page.locator("#head-version")).to_have_text("2")


def test_a_change_is_listed_with_who_made_it_and_can_be_undone_by_another(opened: Opened, house: House) -> None:
    page, other = opened("images"), opened("scalars")
    page.locator("#head-version").click()
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("Your name").press("Tab")
    page.keyboard.press("Escape")

    move_the_region(page)

    other.locator("#head-version").click()
    expect(other.locator("#head-changes tr").first).to_contain_text("Ada")
    expect(other.locator("#head-changes tr").first).to_contain_text(
        "detector.cspad.feature.ROI_0.image_ROI: [[20, 40], [30, 90]] → [[1, 5], [2, 9]]"
    )
    other.get_by_role("button", name="Undo the last change").click()
    expect(page.locator("#head-version")).to_have_text("3")
    expect(page.locator("#region-value")).to_have_text("1200 keV")
    expect(other.locator("#head-asked")).to_have_text("In force since settings version 3.")
    assert house.service.controls[-1].kind == "undo"


def test_who_comes_back_to_a_page_finds_what_was_chosen(opened: Opened) -> None:
    page = opened("scalars?fields=ebeam/charge&window=600")
    expect(page.locator("#newest tr")).to_have_count(1)
    page.wait_for_function("sessionStorage.getItem('xtcmon /scalars')?.includes('600')")
    chosen = page.url

    page.get_by_role("link", name="Overview").click()
    page.wait_for_selector(LIVE)
    page.get_by_role("link", name="Scalars").click()

    expect(page.locator("#newest tr")).to_have_count(1)
    assert page.url == chosen


@pytest.mark.parametrize("width", [1280, 1920])
def test_the_bar_fits_into_one_line_with_all_that_is_in_it(opened: Opened, width: int) -> None:
    page = opened("overview")
    page.set_viewport_size({"width": width, "height": 900})

    boxes = page.evaluate("""() => {
      const texts = {"head-experiment": "mfxl1033220", "head-run": "1234", "head-step": "1440", "head-rate": "1000 Hz",
                     "head-latency": "120 ms", "head-latency-99": "900 ms", "head-version": "123", "head-age": "120 min",
                     "head-word": "connecting"};
      for (const [id, text] of Object.entries(texts)) document.getElementById(id).textContent = text;
      const parts = [...document.querySelectorAll("nav a, dl.bar > div, .condition")].map(part => part.getBoundingClientRect());
      return parts.map(box => [box.left, box.right, (box.top + box.bottom) / 2]);
    }""")

    # Seven numbers, and what holds the page.
    assert len(boxes) == 11 + 8 + 1
    assert max(middle for *_, middle in boxes) - min(middle for *_, middle in boxes) < 8
    assert all(one[1] <= other[0] for one, other in pairwise(boxes))
    assert boxes[-1][1] <= width


@pytest.mark.parametrize("name", ["overview", "scalars", "scan"])
def test_every_picture_of_a_page_is_one_message_with_its_beat(house: House, browser: Browser, name: str) -> None:
    """So a browser never shows the title of one event above the curve of another."""
    frames: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: frames.append(frame) if isinstance(frame, str) else None)

    page = browser.new_page()
    page.on("websocket", listen)
    page.goto(house.dashboard.address + name)
    page.wait_for_function("Bokeh.documents[0]?._all_models.size && 'connected' in document.body.dataset")

    def contents() -> list[str]:
        """The third part of each message that changes the page."""
        return [frames[i + 2] for i, frame in enumerate(frames[:-2]) if '"PATCH-DOC"' in frame]

    found = until(page, contents, lambda found: len(found) >= 10)
    page.close()
    assert all('"beat"' in content for content in found)
