"""The edge of one event: frame and trace stand together, and one without an edge does not replace one with it."""

from typing import Any

import numpy as np

from dashboards.plots.edge_view import EdgeView
from dashboards.reduce.arrival import Tool
from dashboards.snapshot import Curves, FieldInfo, Picture, Snapshot
from dashboards.table import Table
from dashboards.timetool_settings import Section

NAN = np.nan
POSITIONS = np.array([3.25, NAN, 4.5, NAN])
TOOL = Tool("opal/ttRaw_pos", "", "", "")
RAW = Section("detector.opal.feature.ttRaw", {"kind": "timetoolRaw", "ttROI_signal": [[2, 4], [10, 18]], "weights": [1.0] * 4})


def snapshot(seq: int, *, trace: str = "_ratio", version: int = 1) -> Snapshot:
    """Four events of which two have an edge; the frame is of this one, with that as its pixels."""
    numbers = np.arange(len(POSITIONS))
    rows = Table(numbers, numbers * 0, numbers * 0, numbers * 1.0, {TOOL.position: POSITIONS})
    curves = Curves(numbers, np.add.outer(numbers * 1.0, np.arange(8) / 10), FieldInfo("1"))
    picture = Picture(np.full((6, 32), seq, np.float32), "ADU", 1, {"seq": seq}, 0.0)
    return Snapshot(
        version=version,
        rows=rows,
        rows_at=1.0,
        fields={TOOL.position: FieldInfo("pixel")},
        curves={f"opal/ttRaw{trace}": curves},
        pictures={"frame/opal": picture},
    )


def drawn(view: EdgeView, column: str) -> list[dict[str, Any]]:
    """Data of everything in the view that has this column and is not empty."""
    sources = [renderer.data_source.data for plot in view.root.children for renderer in plot.renderers]
    return [data for data in sources if len(data.get(column, ()))]


def test_frame_and_trace_are_of_the_same_event() -> None:
    view = EdgeView()

    said = view.update(snapshot(0), TOOL, RAW)

    assert said == "Frame: event 0, edge in column 13.25. Trace: event 0, edge at 3.25."
    (mark,) = [data for data in drawn(view, "y") if set(data) == {"x", "y"} and len(data["x"]) == 1]
    # Its first element is the middle of column 10: 13.25 lies between those of columns 12 and 13.
    assert (mark["x"][0], mark["y"][0]) == (13.25, np.interp(13.25, 10.5 + np.arange(8), np.arange(8) / 10))
    assert any(data["left"] == [10] and data["right"] == [18] and data["top"] == [2] for data in drawn(view, "left"))


def test_a_frame_without_an_edge_does_not_replace_one_that_has_it() -> None:
    view = EdgeView()

    assert view.update(snapshot(1), TOOL, RAW).startswith("Frame: event 1, no edge.")
    assert view.update(snapshot(2), TOOL, RAW).startswith("Frame: event 2, edge in column 14.5.")
    assert view.update(snapshot(3), TOOL, RAW).startswith("Frame: event 2, edge in column 14.5.")
    assert view.update(snapshot(0), TOOL, RAW).startswith("Frame: event 0, ")


def test_a_filtered_trace_begins_half_a_filter_later() -> None:
    view = EdgeView()
    edge = Section("detector.opal.feature.ttRaw", {"kind": "timetoolEdge", "weights": [1.0] * 4})

    view.update(snapshot(0, trace="_f"), TOOL, edge)

    line = next(data for data in drawn(view, "low") if len(data["x"]) == 8)
    np.testing.assert_array_equal(line["x"], 2.0 + np.arange(8))


def test_without_a_camera_the_newest_trace_with_an_edge_is_shown() -> None:
    plain = snapshot(0)
    bare = Snapshot(version=1, rows=plain.rows, rows_at=1.0, fields=plain.fields, curves=plain.curves)

    assert EdgeView().update(bare, TOOL, RAW) == "Trace: event 2, edge at 4.5."
    assert EdgeView().update(Snapshot(), TOOL, RAW) == "Neither a frame nor a trace is at hand here."
