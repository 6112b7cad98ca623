"""Curves over the elements of an array field: live, means with their error bands, references, and two cursors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from bokeh.models import ColumnDataSource, Span
from numpy.typing import NDArray

from dashboards.look import ACCENT, GREY, OTHER, QUIET, TEXT, chart, hover
from dashboards.reduce.curves import Mean

STYLES = {
    "live": ("newest event", GREY, 1.0),
    "mean": ("mean", ACCENT, 2.0),
    "on": ("laser on", OTHER, 2.0),
    "off": ("laser off", "#81c784", 2.0),
    "reference": ("reference", TEXT, 1.2),
    "difference": ("laser on − off", ACCENT, 2.0),
}
CURSORS = {"a": "#e57bd2", "b": "#b39ddb"}
BORDER = 74
EMPTY: NDArray[np.float64] = np.empty(0)


@dataclass(frozen=True, slots=True)
class Line:
    """One curve; ``error`` (may be ``None``) is drawn as a band around it. All of shape (elements,)."""

    y: NDArray[np.float64]
    error: NDArray[np.float64] | None = None

    @classmethod
    def of(cls, mean: Mean) -> "Line":
        """A mean with its error."""
        return cls(mean.mean, mean.error)


class CurvePlot:
    """Some of the curves of ``STYLES`` over one axis.

    Parameters
    ----------
    names
        Which ones it can show.
    height
        In pixels.
    on_cursor
        Called with the cursor's name and its place when somebody has moved it; without it there are none.
    """

    def __init__(self, names: tuple[str, ...], height: int, on_cursor: Callable[[str, float], None] | None = None) -> None:
        # The same border for all, so that plots below each other stand in line.
        self.figure = chart(height=height, tools="xpan,xwheel_zoom,box_zoom,reset,save", min_border_left=BORDER)
        self._sources = {name: ColumnDataSource(data={"x": [], "y": [], "low": [], "high": []}) for name in names}
        self._marks = ColumnDataSource(data={"x": [], "y": []})
        self._named: dict[str, str] = {}
        for name, source in self._sources.items():
            self._add_line(name, source)
        self.figure.scatter("x", "y", source=self._marks, marker="inverted_triangle", size=10, fill_color=OTHER, line_color=None)
        if len(names) > 1:
            self.figure.add_layout(self.figure.legend[0], "above")
            self.figure.legend.update(orientation="horizontal", click_policy="hide")
        else:
            self.figure.legend.visible = False
        self._cursors = {name: self._cursor(name, colour, on_cursor) for name, colour in CURSORS.items()} if on_cursor else {}

    def _add_line(self, name: str, source: ColumnDataSource) -> None:
        label, colour, width = STYLES[name]
        self.figure.varea("x", "low", "high", source=source, fill_color=colour, fill_alpha=0.25)
        dash = "dashed" if name == "reference" else "solid"
        line = self.figure.line("x", "y", source=source, line_color=colour, line_width=width, line_dash=dash, legend_label=label)
        hover(self.figure, [line], [(label, "@y"), ("at", "@x")], "vline") if name != "live" else None

    def _cursor(self, name: str, colour: str, moved: Callable[[str, float], None]) -> Span:
        span = Span(
            dimension="height", line_color=colour, line_width=2, line_dash="dashed", editable=True, visible=False, location=0.0
        )
        self.figure.add_layout(span)
        span.on_change("location", lambda attr, old, new: moved(name, float(new)))
        return span

    def show(self, x: NDArray[np.float64], lines: Mapping[str, Line], x_label: str, y_label: str, title: str) -> None:
        """Draw these curves; those that are not among them vanish."""
        for name, source in self._sources.items():
            line = lines.get(name)
            if line is None or len(line.y) != len(x):
                source.data = {"x": EMPTY, "y": EMPTY, "low": EMPTY, "high": EMPTY}
                continue
            error = np.full(len(x), np.nan) if line.error is None else line.error
            source.data = {"x": x, "y": line.y, "low": line.y - error, "high": line.y + error}
        for name, item in zip(self._sources, self.figure.legend.items, strict=False):
            item.visible = name in lines
        self.figure.xaxis.axis_label, self.figure.yaxis.axis_label = x_label, y_label
        self.figure.title.text = title

    def mark(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
        """Point at places of a curve: hits."""
        self._marks.data = {"x": x, "y": y}

    def put_cursors(self, places: Mapping[str, float | None]) -> None:
        """Show the cursors that have a place."""
        for name, span in self._cursors.items():
            place = places.get(name)
            span.visible = place is not None
            if place is not None and span.location != place:
                span.location = place


def zero_line(plot: CurvePlot) -> None:
    """A quiet line at 0, for differences."""
    plot.figure.add_layout(Span(location=0, dimension="width", line_color=QUIET, line_width=1))
