"""The edge of one event: the camera's frame with the regions that are used, and below it the trace in which it is found."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from bokeh.layouts import column
from numpy.typing import NDArray

from dashboards.plots.curve_plot import CurvePlot, Line
from dashboards.plots.little_picture import LittlePicture
from dashboards.reduce.arrival import Tool
from dashboards.reduce.curves import values_at
from dashboards.snapshot import Curves, Picture, Snapshot
from dashboards.texts import count, number
from dashboards.timetool_settings import Section

ENDINGS = ("_f", "_ratio", "_signal")
"""Traces of a position, the one in which the edge is easiest to see first."""
NOTHING = "Neither a frame nor a trace is at hand here."
RECENT = 120
"""Newest traces among which one with an edge is looked for."""


class EdgeView:
    """What there is of camera and trace; ``root`` is placed on the page."""

    def __init__(self) -> None:
        self._trace, self._camera = CurvePlot(("live",), 220), LittlePicture(190, square=False)
        self.root: Any = column([], sizing_mode="stretch_width")
        self._picture: Picture | None = None

    def update(self, snapshot: Snapshot, tool: Tool, section: Section) -> str:
        """Draw the newest event that has an edge; return which events are shown."""
        curves = trace_of(snapshot, tool)
        self._picture = self._with_edge(snapshot, tool)
        there = ((self._camera, self._picture), (self._trace, curves))
        shown = [plot.figure for plot, of in there if of is not None]
        if self.root.children != shown:
            self.root.children = shown
            if len(shown) > 1:
                # Columns of frame and trace stand below each other.
                self._trace.figure.x_range = self._camera.figure.x_range
        said = []
        if self._picture is not None:
            said.append(f"Frame: event {self._draw_camera(self._picture, snapshot, tool, section)}.")
        if curves is not None and len(curves[1]):
            said.append(f"Trace: event {self._draw_trace(*curves, snapshot, tool, section)}.")
        if snapshot.held:
            said.append("Frames of earlier events are not kept.")
        return " ".join(said) or NOTHING

    def _with_edge(self, snapshot: Snapshot, tool: Tool) -> Picture | None:
        """The newest frame; one without an edge does not replace one that has it, as long as that is of this run."""
        newest, held = snapshot.pictures.get("frame/" + tool.position.partition("/")[0]), self._picture
        if newest is None or held is None or np.isfinite(_at(snapshot, tool, seq_of(newest))):
            return newest
        known = len(snapshot.rows) > 0 and seq_of(held) in snapshot.run_rows().seq[-RECENT * 60 :]
        return held if known and np.isfinite(_at(snapshot, tool, seq_of(held))) else newest

    def _shown_in(self, curves: Curves) -> int | None:
        """Place of the frame's event among the traces; ``None`` if it is not there, or there is no frame."""
        seq = -1 if self._picture is None else seq_of(self._picture)
        i = int(np.searchsorted(curves.seq, seq))
        return i if i < len(curves) and curves.seq[i] == seq else None

    def _draw_camera(self, picture: Picture, snapshot: Snapshot, tool: Tool, section: Section) -> str:
        """Frame, regions and edge."""
        seq = seq_of(picture)
        at = _at(snapshot, tool, seq) + section.left
        self._camera.show(picture.image, 1, picture.unit, picture)
        self._camera.box(section.regions)
        self._camera.line(at if np.isfinite(at) else None)
        return f"{count(seq)}, " + (f"edge in column {number(at)}" if np.isfinite(at) else "no edge")

    def _draw_trace(self, name: str, curves: Curves, snapshot: Snapshot, tool: Tool, section: Section) -> str:
        """Trace and edge, over the camera's columns."""
        i = self._shown_in(curves)
        if i is None:
            i = _newest_with(values_at(snapshot.rows, tool.position, curves.last(RECENT).seq))
        seq, live = int(curves.seq[i]), curves.values[i].astype(np.float64).reshape(-1)
        # A position counts from the border of the first pixel; a filtered trace begins half a filter later.
        first = section.left + (section.taps / 2 if name.endswith("_f") else 0.5)
        x, at = np.arange(len(live), dtype=np.float64) + first, _at(snapshot, tool, seq)
        self._trace.show(x, {"live": Line(live)}, "column (pixel)", curves.info.unit.removeprefix("1"), name)
        here = np.array([at + section.left])
        here = here[np.isfinite(here) & (here >= x[0]) & (here <= x[-1])] if len(x) else here[:0]
        self._trace.mark(here, np.interp(here, x, live) if len(x) else here)
        return f"{count(seq)}, " + (f"edge at {number(at)}" if np.isfinite(at) else "no edge")


def trace_of(snapshot: Snapshot, tool: Tool) -> tuple[str, Curves] | None:
    """Name and values of the trace of a position; ``None`` without any."""
    top = tool.position.removesuffix("_pos")
    names: Sequence[str] = [top + ending for ending in ENDINGS if top + ending in snapshot.curves]
    return (names[0], snapshot.curves[names[0]]) if names else None


def seq_of(picture: Picture) -> int:
    """Sequence number of the event of a frame; -1 = not told."""
    seq = picture.header.get("seq", -1)
    return seq if isinstance(seq, int) else -1


def _at(snapshot: Snapshot, tool: Tool, seq: int) -> float:
    """Position of one event; NaN if it has none."""
    return float(values_at(snapshot.rows, tool.position, np.array([seq]))[0])


def _newest_with(values: NDArray[np.float64]) -> int:
    """Place of the newest event that has a value, counted from the end: -1 is the newest; that too if none has."""
    found = np.flatnonzero(np.isfinite(values))
    return int(found[-1]) - len(values) if len(found) else -1
