"""Which fields go together: correlation of all pairs, ranked; a pair that is clicked becomes a plot of its own."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from bokeh.layouts import row
from bokeh.models import ColumnDataSource, FactorRange, LinearColorMapper

from dashboards.look import GREY, OTHER, chart, hover
from dashboards.plots.canvas import chosen_rows
from dashboards.plots.choice import PlotChoice
from dashboards.plots.plot import PLOTS, Numbers, Offer
from dashboards.reduce.ranking import Ranking, ranking
from dashboards.snapshot import Snapshot
from dashboards.table import Table
from dashboards.texts import count

MOST_SHOWN = 14
"""Fields of the matrix; the ranking looks at all."""

MOST_RANKED = 12
BLUES = ("#4fc3f7", "#3fa0cd", "#307da3", "#245c79", "#1d3d50", "#1b2a35")
ORANGES = ("#2b2620", "#4a3820", "#775222", "#a46d25", "#d1882a", "#ffb74d")
NOT_COMPARED = ("pipeline_version", "fiducials")


class MatrixPlot:
    """The fields that go together most, and the ranking of pairs."""

    title: ClassVar[str] = "Correlation matrix"
    order: ClassVar[int] = 5
    asks: ClassVar[frozenset[str]] = frozenset({"mode"})
    past: ClassVar[bool] = False
    modes: ClassVar[Mapping[str, str]] = {"": "of values (Pearson)", "rank": "of ranks (Spearman)"}

    def __init__(self, choice: PlotChoice, height: int, offer: Offer) -> None:
        self._choice, self._offer = choice, offer
        self._cells = ColumnDataSource(data={"x": [], "y": [], "r": []})
        self._bars = ColumnDataSource(data={"pair": [], "r": [], "x": [], "y": [], "colour": []})
        mapper = LinearColorMapper(palette=[*BLUES, *ORANGES], low=-1, high=1, nan_color="rgba(0,0,0,0)")
        self._matrix = chart(height=height + 120, tools="tap,save", title="", x_range=FactorRange(), y_range=FactorRange())
        cells = self._matrix.rect(
            "x", "y", 0.94, 0.94, source=self._cells, line_color=None, fill_color={"field": "r", "transform": mapper}
        )
        self._matrix.xaxis.major_label_orientation = 1.0
        self._matrix.grid.visible = False
        self._ranked = chart(height=height + 120, tools="tap,save", x_range=(-1, 1), y_range=FactorRange())
        bars = self._ranked.hbar(y="pair", right="r", left=0, height=0.75, source=self._bars, color="colour")
        self._ranked.xaxis.axis_label = "r; grey = chance?"
        for figure, drawn, source in ((self._matrix, cells, self._cells), (self._ranked, bars, self._bars)):
            hover(figure, [drawn], [("", "@y against @x"), ("r", "@r{0.000}")])
            drawn.nonselection_glyph = None
            source.selected.on_change("indices", lambda attr, old, new, source=source: self._on_tap(source, new))
        self.figure = row([self._matrix, self._ranked], sizing_mode="stretch_width")
        self._found = Ranking([], np.empty((0, 0)), [], 0, 1.0)

    def update(self, snapshot: Snapshot, rows: Table) -> str:
        """Show these rows."""
        keep = chosen_rows(self._choice, snapshot, rows)
        names = [name for name in snapshot.fields if name not in NOT_COMPARED]
        chosen = rows if keep.all() else _picked(rows, keep)
        self._found = found = ranking(chosen, names, by_rank=self._choice.mode == "rank")
        shown = found.names[:MOST_SHOWN]
        self._set_range(self._matrix.x_range, shown)
        self._set_range(self._matrix.y_range, shown[::-1])
        places = [(i, j) for i in range(len(shown)) for j in range(len(shown)) if i != j]
        self._cells.data = {
            "x": [shown[i] for i, _ in places],
            "y": [shown[j] for _, j in places],
            "r": [float(found.matrix[i, j]) for i, j in places],
        }
        self._draw_ranked(found)
        self._matrix.title.text = f"{len(shown)} of {len(found.names)} fields that vary"
        return f"{count(found.used)} of {count(len(rows))} events, spread evenly"

    def numbers(self) -> Numbers:
        """All pairs, the strongest first."""
        found = self._found
        return {
            "correlation": {
                "x": np.array([found.names[i] for i, _ in found.pairs]),
                "y": np.array([found.names[j] for _, j in found.pairs]),
                "r": np.array([found.matrix[i, j] for i, j in found.pairs]),
            }
        }

    def _draw_ranked(self, found: Ranking) -> None:
        strongest = [(found.names[i], found.names[j], float(found.matrix[i, j])) for i, j in found.pairs[:MOST_RANKED]]
        pairs = [f"{x} ~ {y}" for x, y, _ in strongest]
        self._set_range(self._ranked.y_range, pairs[::-1])
        self._bars.data = {
            "pair": pairs,
            "r": [r for _, _, r in strongest],
            "x": [x for x, _, _ in strongest],
            "y": [y for _, y, _ in strongest],
            "colour": [GREY if abs(r) < found.noise else OTHER if r > 0 else BLUES[0] for _, _, r in strongest],
        }

    def _on_tap(self, source: ColumnDataSource, places: Sequence[int]) -> None:
        """A pair was chosen: offer it as a plot, and be ready for the next."""
        if not places or not 0 <= places[0] < len(source.data["x"]):
            return
        x, y = str(source.data["x"][places[0]]), str(source.data["y"][places[0]])
        source.selected.indices = []
        self._offer(PlotChoice(kind="scatter", x=x, y=(y,), where=self._choice.where, window=self._choice.window))

    @staticmethod
    def _set_range(made: Any, names: Sequence[str]) -> None:
        """Fields of an axis, only if they changed: the browser lays out anew."""
        if list(made.factors) != list(names):
            made.factors = list(names)


PLOTS.add("matrix", MatrixPlot)


def _picked(rows: Table, keep: np.ndarray[Any, Any]) -> Table:
    """The rows that are kept; a copy."""
    columns = {name: values[keep] for name, values in rows.columns.items()}
    return Table(rows.seq[keep], rows.run[keep], rows.step[keep], rows.time[keep], columns)
