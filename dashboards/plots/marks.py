"""Changes of the settings, and means that begin anew, as vertical lines in a plot over events or time."""

from typing import Any, Literal

import numpy as np
from bokeh.models import ColumnDataSource
from numpy.typing import NDArray

from dashboards.look import OTHER, hover
from dashboards.snapshot import SettingsVersion, Since, Snapshot
from dashboards.table import Table
from dashboards.texts import clock


class ChangeMarks:
    """Draws a line where a version of the settings began; the mouse tells which, by whom and when.

    Parameters
    ----------
    figure
        Where to draw.
    over
        What the horizontal axis is: ``event`` numbers, ``time`` in Unix seconds, or ``datetime`` in Unix milliseconds.
    """

    def __init__(self, figure: Any, over: Literal["event", "time", "datetime"] = "event") -> None:
        self._over = over
        self._drawn: tuple[tuple[float, str], ...] = ()
        self._source = ColumnDataSource(data={"x": [], "text": []})
        lines = figure.vspan("x", source=self._source, line_color=OTHER, line_width=1.5, line_dash="dotted")
        hover(figure, [lines], [("settings", "@text")])

    def update(self, snapshot: Snapshot, first: float, last: float) -> None:
        """Show the changes between these places of the axis; nothing beyond, so that they do not stretch the plot."""
        placed = [(self._place(mark), mark_text(mark)) for mark in marks_of(snapshot)]
        self._draw(tuple((x, text) for x, text in placed if first <= x <= last))

    def update_rows(self, snapshot: Snapshot, rows: Table, place: NDArray[Any]) -> None:
        """Show the changes within these rows, each where its first row is: ``place`` has the horizontal place of every row."""
        marks = marks_of(snapshot)
        number = [int(np.searchsorted(rows.seq, mark.first)) for mark in marks]
        found = zip(number, marks, strict=True)
        inside = [(i, change) for i, change in found if i < len(rows) and change.first >= rows.seq[0]]
        self._draw(tuple((float(place[i]), mark_text(change)) for i, change in inside))

    def _draw(self, marks: tuple[tuple[float, str], ...]) -> None:
        if marks != self._drawn:
            self._drawn = marks
            self._source.data = {"x": [x for x, _ in marks], "text": [text for _, text in marks]}

    def _place(self, change: SettingsVersion | Since) -> float:
        if self._over == "event":
            return float(change.first)
        return change.time * 1e3 if self._over == "datetime" else change.time


def marks_of(snapshot: Snapshot) -> list[SettingsVersion | Since]:
    """What is marked: changes of the settings, and where the means began anew."""
    # The first version that was heard of changed nothing.
    return [*snapshot.changes[1:], *([snapshot.since] if snapshot.since is not None else [])]


def mark_text(change: SettingsVersion | Since) -> str:
    """One line about a change: version, author, time, what."""
    if isinstance(change, Since):
        return f"means begun anew by {change.author or 'nobody named'} at {clock(change.time)}"
    return f"v{change.version} by {change.author or 'nobody named'} at {clock(change.time)}: {change.text() or 'nothing'}"
