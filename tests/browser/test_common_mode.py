"""The map of the common mode that is painted is what the algorithms told of each panel, row and column."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from dashboards.link import ServiceLink
from dashboards.server import Dashboard
from monitor.settings import parse
from tests.browser.conftest import FIRST, House, Opened, opened_house
from tests.browser.test_images import shown
from tests.support.fake_service import FRAME_SHAPE, PANELS, UNITS, FakeService

pytestmark = pytest.mark.browser

ROWS, COLUMNS = PANELS[1:]


def panel_part(seq: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of each panel, shape (events, 2)."""
    return np.stack([10.0 + seq % 7, 40.0 - seq % 3], axis=1)


def row_part(seq: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of each panel first the even columns of all rows, then the odd ones; shape (events, 2, 2 rows)."""
    even, odd = np.arange(ROWS) / 10, -np.arange(ROWS) / 20
    one = np.concatenate([even, odd])
    told: NDArray[np.float64] = (1 + seq % 2)[:, None, None] * np.stack([one, 2 * one])
    return told


@dataclass
class CommonModeService(FakeService):
    """Its detector tells what was taken off."""

    units: dict[str, str] = field(
        default_factory=lambda: {**UNITS, "cspad_env/cm_masked_med": "ADU", "cspad_env/cm_RowMedsApplied": "ADU"}
    )

    def columns(self, first: int, count: int) -> dict[str, NDArray[Any]]:
        seq = np.arange(first, first + count)
        told = {"cspad_env/cm_masked_med": panel_part(seq), "cspad_env/cm_RowMedsApplied": row_part(seq)}
        return super().columns(first, count) | told


class CommonModeHouse(House):
    def __init__(self, folder: Path) -> None:
        self.service = CommonModeService(first=FIRST, rate=120)
        self.service.__enter__()
        self.folder = folder
        self.dashboard = Dashboard(parse({}), ServiceLink(lambda: self.service.endpoints), port=0)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[CommonModeHouse]:
    house = CommonModeHouse(tmp_path)
    with opened_house(house):
        yield house


def image_of(panels: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pixel by pixel: the first panel is the left half of the image, the second the right."""
    image = np.empty(FRAME_SHAPE)
    for column in range(FRAME_SHAPE[1]):
        panel, inside = divmod(column, COLUMNS)
        half = rows[panel, :ROWS] if inside % 2 == 0 else rows[panel, ROWS:]
        image[:, column] = panels[panel] + half
    return image


def check(found: dict[str, Any], wanted: NDArray[np.float64]) -> None:
    """The ends of the colours and every level, of 254."""
    low, high = wanted.min(), wanted.max()
    assert (found["low"], found["high"]) == (pytest.approx(low, rel=1e-6), pytest.approx(high, rel=1e-6))
    assert found["unit"] == "ADU"
    levels = np.reshape(found["levels"], FRAME_SHAPE)
    assert np.abs(levels - (1 + (wanted - low) / (high - low) * 254)).max() <= 1


def event_in(page: Page, pattern: str) -> int:
    state = page.locator("#picture-state")
    expect(state).to_have_text(re.compile(pattern))
    found = re.search(pattern, state.inner_text())
    assert found is not None
    return int(found[1].replace("\u202f", ""))


def test_the_newest_map_is_that_of_its_event(opened: Opened) -> None:
    page = opened("images?image=common-mode&limits=0")

    found = shown(page, kind="common-mode")

    assert found["seq"] >= FIRST
    seq = np.array([found["seq"]])
    check(found, image_of(panel_part(seq)[0], row_part(seq)[0]))
    event_in(page, "^taken off by the common mode in event ([\\d\u202f]+)$")


def test_the_mean_map_is_that_of_the_events_that_it_names(opened: Opened, house: CommonModeHouse) -> None:
    page = opened("images?image=common-mode-mean&limits=0")
    shown(page, kind="common-mode-mean")
    house.service.silent = True
    expect(page.locator("#head-word")).to_have_text("no events")
    events = event_in(page, "mean of the newest ([\\d\u202f]+) events that are kept$")
    assert events > 1

    found = shown(page, kind="common-mode-mean", count=events)

    seq = np.arange(house.service.seq - events, house.service.seq)
    check(found, image_of(panel_part(seq).mean(axis=0), row_part(seq).mean(axis=0)))
