"""Array fields of a file are read when asked for, one after the other, and let go when nobody shows them."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from dashboards import stored_shelf as module
from dashboards.recorded import Recorded, RecordedFeed
from dashboards.stored_arrays import curves_of
from monitor.errors import DamagedData
from tests.support.array_run import EVENTS, array_run

pytestmark = pytest.mark.processes

AZAV, WAVE, ROW = "cspad/azav_azav", "acq/wave", "cspad/var_peaks/row"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Recorded]:
    found = Recorded(array_run(tmp_path))
    yield found
    found.close()


def soon(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def test_a_field_comes_when_it_is_asked_for_and_the_feed_tells_that_it_came(run: Recorded) -> None:
    feed = RecordedFeed(run)
    before = feed.snapshot
    assert [len(each) for _, each in before.curves.items()] == [0] * len(before.curves)
    assert run.shelf.reading == {}

    assert len(before.curves[AZAV]) == 0

    assert soon(lambda: len(feed.snapshot.curves[AZAV]) == EVENTS)
    assert feed.snapshot.version != before.version
    assert len(dict(feed.snapshot.curves.items())[WAVE]) == 0


def test_a_place_along_the_run_cuts_curves_and_lists(run: Recorded) -> None:
    feed = RecordedFeed(run, 99)

    assert soon(lambda: len(feed.snapshot.curves[AZAV]) == 100)
    assert soon(lambda: len(feed.snapshot.lists[ROW]) == 100)
    feed.seek("49")
    assert (len(feed.snapshot.curves[AZAV]), len(feed.snapshot.lists[ROW])) == (50, 50)


def test_what_nobody_asks_for_any_more_makes_room_and_what_is_shown_stays(run: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUDGET_BYTES", 1)
    curves = run.snapshot.curves
    assert soon(lambda: len(curves[WAVE]) > 0 and len(curves[AZAV]) > 0)
    assert len(run.shelf.peek(WAVE)) > 0

    monkeypatch.setattr(module, "LATELY_S", -1.0)
    assert soon(lambda: len(run.snapshot.lists[ROW]) > 0 or len(run.shelf.peek(AZAV)) == 0)

    assert len(run.shelf.peek(WAVE)) == 0


def test_a_field_that_cannot_be_read_is_told_and_the_others_come(run: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(run: object, path: str, *others: object) -> object:
        if path == WAVE:
            raise DamagedData("is torn", source="run.h5")
        return curves_of(run, path, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "curves_of", broken)
    feed = RecordedFeed(run)
    curves = feed.snapshot.curves

    assert len(curves[WAVE]) == 0
    assert soon(lambda: len(curves[AZAV]) == EVENTS)
    assert "cannot be read: " in feed.snapshot.reading[WAVE]
    assert "is torn" in feed.snapshot.reading[WAVE]


def test_closing_ends_what_is_being_read(run: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(run: object, path: str, rows: object, told: Callable[[float], None]) -> object:
        while True:
            told(0.5)
            time.sleep(0.01)

    monkeypatch.setattr(module, "curves_of", endless)
    assert len(run.snapshot.curves[AZAV]) == 0
    assert soon(lambda: run.shelf.reading == {AZAV: "50 % read"})

    run.shelf.close()

    assert run.shelf._thread is None or not run.shelf._thread.is_alive()


def test_where_pixels_are_comes_from_the_file(run: Recorded) -> None:
    told = run.detector("cspad").result(20)

    assert told.header["shape"] == [2, 6, 8]
    expected = np.concatenate([np.arange(48).reshape(6, 8), 48 + np.arange(48).reshape(6, 8)], axis=1)
    np.testing.assert_array_equal(told.arrays["index"], expected)
    np.testing.assert_array_equal(told.arrays["mask"], np.ones((2, 6, 8)))
