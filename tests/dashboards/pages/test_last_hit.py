"""The last hit on *Hits*: words and picture are of the same event, now and at an earlier moment."""

from dataclasses import replace
from typing import Any

import numpy as np

from dashboards.pages.hits import Hits
from dashboards.rewind import as_of
from dashboards.snapshot import FieldInfo, Lists, Picture, Snapshot
from dashboards.table import Table
from tests.dashboards.pages.test_anew import Asked

SEQ = np.arange(100)
HIT = (SEQ % 10 == 5) * 1.0
"""Events 5, 15 ... 95, with two peaks each."""

NO_FRAME = "Frames of earlier events are not kept."


def snapshot(first: int = 0, run: int = 7, **more: Any) -> Snapshot:
    """Events 0 to 99 with a frame of event 85; lists are kept from event ``first`` on."""
    lengths = np.where(HIT > 0, 2, 0)
    lists = Lists(SEQ, np.cumsum(lengths) - lengths, lengths, np.zeros(20), FieldInfo()).since(first)
    columns = {"d/peaks_hit": HIT, "e/peaks_hit": HIT}
    return Snapshot(
        version=1,
        rows=Table(SEQ, SEQ * 0 + run, SEQ * 0, SEQ.astype(np.float64), columns),
        rows_at=1.0,
        fields=dict.fromkeys(columns, FieldInfo()),
        lists=dict.fromkeys(("d/var_peaks/row", "d/var_peaks/col"), lists),
        pictures={"frame/d": Picture(np.ones((2, 2), np.float32), "keV", 1, {"seq": 85}, 0.0)},
        **more,
    )


def said(page: Hits, of: Snapshot) -> str:
    return page.update(of).text["last-state"]


def test_the_picture_of_the_present_is_not_shown_beside_words_of_an_earlier_moment() -> None:
    page = Hits(Asked().view(hit="d/peaks_hit"))
    assert said(page, snapshot()).startswith("event 85, ")
    assert page._last.figure.visible

    held = said(page, as_of(snapshot(), 50))

    assert held == f"{NO_FRAME} The last hit until then was event 45, 2 peaks."
    assert not page._last.figure.visible


def test_peaks_that_are_no_longer_kept_are_not_called_none() -> None:
    held = said(Hits(Asked().view(hit="d/peaks_hit")), as_of(snapshot(first=60), 50))

    assert held == f"{NO_FRAME} The last hit until then was event 45."


def test_peaks_of_another_detector_are_not_those_of_the_hit() -> None:
    held = said(Hits(Asked().view(hit="e/peaks_hit")), as_of(snapshot(), 50))

    assert held == f"{NO_FRAME} The last hit until then was event 45."


def test_the_last_hit_of_another_run_is_gone_with_its_rows() -> None:
    page = Hits(Asked().view(hit="d/peaks_hit"))
    page.update(snapshot())
    later = snapshot(run=8)

    said_then = said(page, replace(later, pictures={}))

    assert said_then == "No frame of the detector has come yet."
    assert not page._last.figure.visible
