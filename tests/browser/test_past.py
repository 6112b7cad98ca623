"""A page is held at an earlier moment of the present run, and recorded runs show their array fields."""

import re
from pathlib import Path

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from dashboards.link import ServiceLink
from tests.browser.conftest import LIVE, House, Opened
from tests.browser.reading import source, until
from tests.support.array_run import array_run

pytestmark = pytest.mark.browser


def hold(page: Page) -> int:
    """Hold a page; the event at which it stands."""
    page.get_by_role("button", name="hold").click()
    page.wait_for_selector("body[data-level=held]")
    page.wait_for_function("new URLSearchParams(location.search).has('at')")
    return int(page.evaluate("new URLSearchParams(location.search).get('at')"))


def test_a_held_overview_shows_that_moment_and_says_that_it_is_not_live(opened: Opened, house: House) -> None:
    page = opened("overview")
    event = hold(page) - 1000

    page.locator("#past input").fill(str(event))

    expect(page.locator("#head-why")).to_contain_text(f"Not live: the run as it was after event {event:,}".replace(",", "\u202f"))
    expect(page.locator("#head-word")).to_have_text("held")
    light = house.service.columns(event - 239, 240)["ipm2/sum"].mean()
    expect(page.locator("#answer-beam-value")).to_have_text(f"{light:.4g} V")
    expect(page.locator("#answer-monitor-word")).to_have_text("not kept")
    page.get_by_role("button", name="Now").click()
    page.wait_for_selector("body[data-level=live]")
    assert "at=" not in page.url


def test_two_browsers_are_held_apart(opened: Opened) -> None:
    page, other = opened("overview"), opened("overview")
    event = hold(page)
    processed = other.locator("#processed").inner_text()

    expect(other.locator("#processed")).not_to_have_text(processed)
    expect(other.locator("body")).to_have_attribute("data-level", "live")
    other.get_by_role("button", name="hold").click()
    expect(other.locator("body")).to_have_attribute("data-level", "held")
    other.wait_for_function("new URLSearchParams(location.search).has('at')")
    assert f"at={event}" in page.url
    assert f"at={event}" not in other.url


def test_curves_of_a_held_page_end_at_its_event_and_a_link_shows_the_same(opened: Opened) -> None:
    page = opened("scalars?plots=strip*ipm2/sum")
    event = hold(page)

    held = source(page, "mean", 10)

    assert max(held["x"]) <= event
    other = opened_at(opened, f"scalars?fields=ipm2/sum&at={event - 500}")
    expect(other.locator("#past-at")).to_have_text(f"{event - 500:,}".replace(",", "\u202f"))
    assert max(source(other, "mean", 10)["x"]) <= event - 500


def opened_at(opened: Opened, name: str) -> Page:
    """A page that is opened at an earlier moment: it never becomes live."""
    page = opened("overview")
    page.goto(page.url.replace("overview", name))
    page.wait_for_selector("body[data-level=held]")
    return page


def test_changes_of_the_settings_are_marks_that_lead_there(opened: Opened, house: House) -> None:
    page = opened("overview")
    requests = ServiceLink(lambda: house.service.endpoints).requests()
    try:
        requests.control([{"path": "detector.cspad.sums", "value": ["calib"]}], "Ada")
    finally:
        requests.close()
    changed = house.service.seq
    expect(page.locator("#head-version")).to_have_text("2")
    hold(page)

    mark = page.get_by_role("button", name=re.compile("Go to v2 by Ada at"))
    expect(mark).to_have_attribute("data-value", re.compile(r"\d+"))
    event = int(mark.get_attribute("data-value") or "-1")
    mark.click()

    assert abs(event - changed) < 240
    expect(page.locator("#past-at")).to_have_text(f"{event:,}".replace(",", "\u202f"))


@pytest.mark.parametrize("width", [1280, 1920])
def test_a_held_page_is_not_wider_than_its_window(opened: Opened, width: int) -> None:
    page = opened("profiles")
    page.set_viewport_size({"width": width, "height": 1000})
    hold(page)

    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert np.isfinite(page.evaluate("document.querySelector('#past input').getBoundingClientRect().width"))


def test_a_page_that_cannot_be_held_says_why_it_shows_the_present(opened: Opened) -> None:
    page = opened("overview")
    event = hold(page)

    page.get_by_role("link", name="Images").click()

    page.wait_for_selector(LIVE)
    why, held = "frames and means of earlier events are not kept", f"{event:,}".replace(",", "\u202f")
    said = f"This page shows the present because {why}; other pages are held at event {held}"
    expect(page.locator("#past label")).to_contain_text(said)
    expect(page.locator("#past-slider")).to_be_hidden()
    expect(page.locator("#head-hold")).to_be_hidden()
    page.get_by_role("link", name="Scalars").click()
    expect(page.locator("#past-at")).to_have_text(held)
    expect(page.locator("#head-word")).to_have_text("held")
    page.get_by_role("link", name="System").click()
    expect(page.locator("#past label")).to_contain_text("what the service said of itself before is not kept")
    page.get_by_role("button", name="Now").click()
    expect(page.locator("#past")).to_be_hidden()
    page.wait_for_function("!new URLSearchParams(location.search).has('at')")


def test_a_page_that_cannot_be_held_is_quiet_while_nothing_is(opened: Opened) -> None:
    page = opened("images")

    expect(page.locator("#head-hold")).to_be_hidden()
    expect(page.locator("#past")).to_be_hidden()


CURVE = """([column, length]) => { const models = [...(window.Bokeh?.documents[0]?._all_models.values() ?? [])];
    const found = models.filter(m => m.type === "ColumnDataSource" && column in m.data && m.data.x.length === length);
    return found.map(m => Array.from(m.data[column])); }"""


def drawn(page: Page, column: str, wanted: NDArray[np.float64], rtol: float = 1e-9) -> None:
    """Wait until a curve has these values: texts of the first picture are in the page, curves come with the scripts."""

    def curves() -> list[list[float]]:
        found: list[list[float]] = page.evaluate(CURVE, [column, len(wanted)])
        return found

    until(page, curves, lambda found: any(np.allclose(curve, wanted, rtol=rtol) for curve in found))


def recorded(opened: Opened, house: House, name: str) -> tuple[Page, Path]:
    """A page of a recorded run with array fields, and the run's file."""
    path = array_run(house.folder)
    page = opened("run")
    page.goto(f"{house.dashboard.address}run/{path.stem}/{name}")
    expect(page.locator("#head-word")).to_have_text("recorded")
    return page, path


def test_the_profile_of_a_recorded_run_is_the_mean_of_its_file(opened: Opened, house: House) -> None:
    page, path = recorded(opened, house, "profiles?field=cspad/azav_azav&row=1&window=0&lines=mean&at=299")

    expect(page.locator("#profile-state")).to_have_text("Mean of 300 of the 300 events that are read.")
    with h5py.File(path, "r") as file:
        values, laser = file["cspad/azav_azav"][:300, 1], file["lightStatus/laser"][:300]
    change = values[laser == 1].mean(axis=0) - values[laser == 0].mean(axis=0)
    drawn(page, "y", values.mean(axis=0))
    drawn(page, "y", change)


def test_a_recorded_waveform_stands_on_the_events_that_have_it(opened: Opened, house: House) -> None:
    page, path = recorded(opened, house, "profiles?field=acq/wave&lines=live")

    expect(page.locator("#profile-state")).to_have_text(
        "Mean of 120 of the 134 events that are read, 34 % of all events have it."
    )
    with h5py.File(path, "r") as file:
        wave = file["acq/wave"][399]
    drawn(page, "y", wave, rtol=1e-5)


def test_the_hits_of_a_recorded_run_are_those_of_its_file(opened: Opened, house: House) -> None:
    page, path = recorded(opened, house, "hits?window=0")
    with h5py.File(path, "r") as file:
        hit, numbers = file["cspad/peaks_hit"][()], file["cspad/var_peaks_len"][()]
        row, col, tile = (file[f"cspad/var_peaks/{name}"][()] for name in ("row", "col", "tile"))

    expect(page.locator("#hits-share")).to_have_text(f"{100 * (hit > 0).mean():.3g} %")
    expect(page.locator("#map-state")).to_have_text(f"{len(row)} peaks of 400 events, 1 x 1 pixels per point")
    wanted = np.zeros((6, 16))
    np.add.at(wanted, (row.astype(int), (col + 8 * tile).astype(int)), 1)
    said = """() => { const models = [...(window.Bokeh?.documents[0]?._all_models.values() ?? [])];
        const found = models.filter(m => m.type === "ColumnDataSource" && m.data.image?.length && m.data.image[0].shape[0] === 6);
        return found.map(m => Array.from(m.data.image[0])); }"""

    def images() -> list[list[float]]:
        found: list[list[float]] = page.evaluate(said)
        return found

    until(page, images, lambda found: any(np.array_equal(np.reshape(image, (6, 16)), wanted) for image in found))
    last = int(np.flatnonzero(hit)[-1])
    expect(page.locator("#last-state")).to_contain_text(f"event {last}, {numbers[last]} peaks marked on the mean of the run")


def test_the_significance_of_a_recorded_run_is_there(opened: Opened, house: House) -> None:
    page, _ = recorded(opened, house, "images?image=significance")

    expect(page.locator("#picture-state")).to_contain_text("mean of 200 and 200 events, 100 % of the run")
