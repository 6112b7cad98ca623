"""What all plots of scalar fields have in common: axes as chosen, colours of curves, shares, grey references."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, Range1d
from numpy.typing import NDArray

from dashboards.kept import KEPT
from dashboards.look import ACCENT, GREY, LINE, OTHER, chart
from dashboards.plots.choice import PlotChoice
from dashboards.reduce.expression import Expression, expression
from dashboards.reduce.span import span
from dashboards.snapshot import Snapshot
from dashboards.table import Table
from dashboards.texts import count

COLOURS = (ACCENT, OTHER, "#7ed491", "#ff9ad5", "#c6b3ff", "#f2e266")
TOOLS = "pan,wheel_zoom,box_zoom,reset,save"


def canvas(choice: PlotChoice, height: int, *, log: bool = True, **options: Any) -> Any:
    """A figure with the axes that were chosen."""
    if log:
        kinds = {f"{axis}_axis_type": "log" for axis in "xy" if axis in choice.log}
        options = {**kinds, **options}
    made = chart(height=height, tools=TOOLS, **options)
    for axis in ("x", "y"):
        if (given := span(getattr(choice, f"{axis}_range"))) is not None:
            setattr(made, f"{axis}_range", Range1d(*given))
    return made


def expressions(choice: PlotChoice, snapshot: Snapshot) -> list[Expression]:
    """The curves' expressions."""
    return [expression(text, tuple(snapshot.fields)) for text in choice.y]


def chosen_rows(choice: PlotChoice, snapshot: Snapshot, rows: Table) -> NDArray[np.bool_]:
    """Which rows fulfil the plot's condition."""
    if not choice.where.strip():
        return np.ones(len(rows), bool)
    return expression(choice.where, tuple(snapshot.fields)).holds(rows)


def share(used: NDArray[np.bool_], rows: Table) -> str:
    """What a plot stands on: "7 100 of 7 200 events (99 %)", and how many in between have no row."""
    number, everything = int(np.count_nonzero(used)), len(rows)
    if not everything:
        return "no events yet"
    part = f" ({100 * number / everything:.0f} %)" if number < everything else ""
    text = f"{count(number)} of {count(everything)} events{part}"
    gaps = int(np.clip(np.diff(rows.seq) - 1, 0, None)[np.diff(rows.run) == 0].sum())
    return f"{text}, {count(gaps)} more have no row" if gaps else text


def short(text: str, letters: int = 44) -> str:
    """A text that fits above a plot; the editor has the whole of it."""
    return text if len(text) <= letters else text[: letters - 1] + "…"


def label(text: str, snapshot: Snapshot) -> str:
    """An expression with its unit, if it is a field."""
    return short(snapshot.label(text), 36)


def common_unit(choice: PlotChoice, snapshot: Snapshot) -> str:
    """What stands at the value axis: the only expression with its unit, or the unit that all have."""
    if len(choice.y) == 1:
        return label(choice.y[0], snapshot)
    units = {snapshot.unit(text) for text in choice.y}
    return units.pop() if len(units) == 1 else ""


class Reference:
    """A kept curve in grey, behind the present one."""

    def __init__(self, figure: Any, choice: PlotChoice, x: str, y: str) -> None:
        self._id, self._x, self._y = choice.reference, x, y
        self._source = ColumnDataSource(data={"x": [], "y": []})
        self._lines = None
        if self.kept is not None:
            legend = f"kept {self.kept.when}"
            figure.line("x", "y", source=self._source, line_color=GREY, line_width=1.5, line_dash="dashed", legend_label=legend)

    @property
    def kept(self) -> Any:
        """The kept curve; ``None`` if there is none, or it is no longer held."""
        return KEPT.get(self._id)

    def update(self, end: float | None = None) -> None:
        """Draw it; with ``end`` it is moved so that its newest point is there."""
        if self.kept is None:
            return
        x, y = self._joined(self.kept.numbers)
        if end is not None and len(x):
            x = x - np.nanmax(x) + end
        if not np.array_equal(x, self._source.data["x"], equal_nan=True):
            self._source.data = {"x": x, "y": y}

    def _joined(self, numbers: Mapping[str, Mapping[str, Any]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """All curves as one line with gaps."""
        gap = np.array([np.nan])
        parts = [part for curve in numbers.values() if self._x in curve and self._y in curve for part in (curve,)]
        x = [piece for part in parts for piece in (np.asarray(part[self._x], np.float64), gap)]
        y = [piece for part in parts for piece in (np.asarray(part[self._y], np.float64), gap)]
        return (np.concatenate(x[:-1]), np.concatenate(y[:-1])) if parts else (np.empty(0), np.empty(0))


def legend_above(figure: Any, shown: bool) -> None:
    """Put the legend where it hides no data; none for a single curve."""
    if not figure.legend:
        return
    figure.legend.orientation = "horizontal"
    figure.legend.border_line_color = LINE
    figure.legend.click_policy = "mute"
    figure.legend.visible = shown
    figure.add_layout(figure.legend[0], "above")
