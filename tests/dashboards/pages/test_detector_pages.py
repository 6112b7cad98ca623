"""Profiles, time tool, hits and detectors stand whatever values come, and say what is missing."""

from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest

from dashboards.pages.detectors import Detectors
from dashboards.pages.hits import Hits
from dashboards.pages.images import Images
from dashboards.pages.page import Page, View
from dashboards.pages.profiles import Profiles
from dashboards.pages.scalars import Scalars
from dashboards.pages.scan import Scan
from dashboards.pages.timetool import TimeTool
from dashboards.pictures.book import Book
from dashboards.snapshot import Curves, FieldInfo, Lists, Picture, Snapshot
from dashboards.table import Table
from monitor.settings import Settings

NAN = np.nan
COUNT = 600
VALUES = {
    "nothing": np.empty(0),
    "one": np.array([1.0]),
    "absent": np.full(COUNT, NAN),
    "constant": np.full(COUNT, 3.0),
    "infinite": np.tile([np.inf, -np.inf, 1.0], COUNT // 3),
    "huge": np.tile([1e300, -1e300, 0.0], COUNT // 3),
    "many": np.linspace(-5, 5, COUNT),
}
CHOSEN = {"falls": "difference", "over": "opal/ttEdge_pos", "row": "9", "order": "2", "window": "0"}
FIELDS = ["opal/ttEdge_pos", "opal/ttEdge_amp", "scan/delay", "lightStatus/laser", "cspad/peaks_hit", "cspad/peaks_nPeaks"]
FIELDS += ["cspad_env/temperature", "damage/cspad"]


def snapshot(values: Any) -> Snapshot:
    seq = np.arange(len(values))
    rows = Table(seq, seq * 0, seq * 0, seq * 1.0, dict.fromkeys(FIELDS, values))
    curves = Curves(seq, np.outer(values, np.ones(7)), FieldInfo("V"))
    lists = Lists(seq, seq, np.ones_like(seq), values, FieldInfo())
    return Snapshot(
        version=2,
        rows=rows,
        rows_at=1.0,
        fields={name: FieldInfo("fs" if name == "scan/delay" else "") for name in FIELDS},
        curves={"cspad/azav_azav": curves, "opal/ttEdge_f": curves},
        lists={f"cspad/var_peaks/{leaf}": lists for leaf in ("row", "col", "tile")} | {"cspad/var_cfd/hitIndices": lists},
        pictures={"frame/cspad": Picture(np.full((2, 3), NAN, np.float32), "keV", 1, {"seq": 0}, 0.0)},
        status={"reader": {"damage": {"x: dropped": 3, "y": "z"}}, "rate": 120.0},
    )


def view(**arguments: str) -> View:
    def unanswered(*given: Any) -> Any:
        return Future()

    return View(
        settings=Settings(),
        snapshot=Snapshot,
        arguments=arguments,
        redraw=lambda: None,
        control=unanswered,
        undo=unanswered,
        later=unanswered,
        detectors=Book(Snapshot, unanswered),
    )


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES.keys())
@pytest.mark.parametrize("page", [Profiles, TimeTool, Hits, Detectors])
@pytest.mark.parametrize(
    "arguments", [{}, {"falls": "difference", "over": "opal/ttEdge_pos", "row": "9", "order": "2", "window": "0"}]
)
def test_a_page_shows_whatever_comes(page: type[Page], values: Any, arguments: dict[str, str]) -> None:
    opened = page(view(**arguments))
    opened.update(Snapshot())

    for _ in range(2):
        shown = opened.update(snapshot(values))

    assert all(isinstance(text, str) for text in shown.text.values())
    assert not any("nan" in text for text in shown.text.values())


@pytest.mark.parametrize("page", [Profiles, TimeTool, Hits, Detectors])
def test_nonsense_in_the_address_is_not_taken_seriously(page: type[Page]) -> None:
    names = [
        "field",
        "row",
        "lines",
        "window",
        "over",
        "a",
        "position",
        "amp_min",
        "order",
        "ps",
        "hit",
        "group",
        "limit",
        "value",
    ]

    page(view(**dict.fromkeys(names, "<b>1e999"))).update(snapshot(VALUES["many"]))


def test_what_a_run_lacks_is_said() -> None:
    begun = Snapshot(rows_at=0.0)
    assert "no field with more than four numbers" in Profiles(view()).update(begun).text["nothing"]
    assert "no position of an edge" in TimeTool(view()).update(begun).text["nothing"]
    assert "no field that says what a hit is" in Hits(view()).update(begun).text["nothing"]
    assert Detectors(view()).update(begun).text["sources-state"] == "No source has been heard of yet."


@pytest.mark.parametrize("page", [Profiles, TimeTool, Hits, Images, Scan, Scalars])
def test_before_the_first_event_nothing_is_said_to_be_lacking(page: type[Page]) -> None:
    assert page(view()).update(Snapshot()).text["nothing"] == "No event has come yet."


def test_a_stage_without_a_unit_of_time_must_be_told_its_picoseconds() -> None:
    plain = snapshot(VALUES["many"])
    stage = Snapshot(**{name: getattr(plain, name) for name in ("version", "rows", "curves", "pictures", "status")},
        fields={**plain.fields, "scan/delay": FieldInfo("mm")})  # fmt: skip

    said = TimeTool(view()).update(stage).text["calibration-text"]

    assert said == "Say how many ps one mm of scan/delay is."
