"""Means begin anew on all pages when somebody presses the button on one."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opened
from tests.browser.full_house import FullHouse, full_house
from tests.browser.reading import source, until
from tests.support.detector_service import azimuthal, peak_numbers

pytestmark = pytest.mark.browser

N = "[\\d\u202f]+"
KEPT = f"^Mean of ({N}) of the {N} events that are kept"
STATE = re.compile(f"{KEPT} since event ({N}), [\\d:]+ UTC by dashboard\\.$")
HITS = re.compile(rf"^({N}) hits in ({N}) of the last {N} events.*\. Only events since event ({N}), ")
HISTOGRAM = quote('[{"kind":"histogram","y":["ebeam/charge"]}]')
CURVES = """() => [...Bokeh.documents[0]._all_models.values()]
    .filter(m => m.type === "ColumnDataSource" && "y" in m.data && m.data.y.length === 30).map(m => Array.from(m.data.y))"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[FullHouse]:
    with full_house(tmp_path) as house:
        yield house


def test_the_mean_curve_stands_on_the_events_since_the_button_was_pressed(opened: Opened, house: FullHouse) -> None:
    page, scan, overview = opened("profiles?field=cspad/azav_azav&row=0&lines=mean&window=0"), opened("scan"), opened("overview")
    expect(page.locator("#profile-state")).to_have_text(re.compile(KEPT))

    page.get_by_role("button", name="Begin the means anew").click()

    expect(page.locator("#profile-state")).to_have_text(STATE)
    expect(scan.locator("#scan-state")).to_contain_text("the scan keeps its earlier events")
    expect(overview.locator("body")).to_contain_text("since means began anew")
    scan.get_by_label("Events", exact=True).select_option("since means began anew")
    expect(scan.locator("#scan-state")).to_contain_text("Only events since event")
    # The mean no longer moves once events stop, and is that of the published curves.
    house.service.silent = True
    expect(page.locator("#head-word")).to_have_text("no events")
    found = STATE.match(page.locator("#profile-state").inner_text())
    assert found is not None
    events, first = (int(text.replace("\u202f", "")) for text in found.groups())
    wanted = azimuthal(np.arange(first, first + events))[:, 0].mean(axis=0)
    assert any(np.allclose(curve, wanted, rtol=1e-9) for curve in page.evaluate(CURVES))
    house.service.silent = False

    page.get_by_role("button", name="Means of the whole run again").click()

    expect(page.locator("#profile-state")).not_to_contain_text("since event")


def test_hits_and_histograms_stand_on_the_events_since_then(opened: Opened, house: FullHouse) -> None:
    tool, scalars, page = opened("timetool"), opened(f"scalars?plots={HISTOGRAM}"), opened("hits")
    expect(page.locator("#hits-state")).to_contain_text("hits in")

    page.get_by_role("button", name="Begin the means anew").click()

    expect(page.locator("#hits-state")).to_have_text(HITS)
    expect(page.locator("#map-state")).to_contain_text(" since event ")
    expect(tool.locator("#timetool-state")).to_contain_text("the plots over time and the calibration keep earlier ones")
    expect(scalars.get_by_text(", since event")).to_be_visible()
    house.service.silent = True
    expect(page.locator("#head-word")).to_have_text("no events")
    found = HITS.match(page.locator("#hits-state").inner_text())
    assert found is not None
    hits, events, first = (int(text.replace("\u202f", "")) for text in found.groups())
    assert 0 < hits == int((peak_numbers(np.arange(first, first + events)) > 0).sum())
    until(scalars, lambda: sum(source(scalars, "height")["height"]), lambda counted: counted == events)
    house.service.silent = False
