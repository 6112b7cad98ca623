"""The panel of what a time tool's signal is divided by: shots without X-rays, what is in force, and putting one for the other."""

from typing import Any

import numpy as np

from dashboards.change import Change
from dashboards.pages.page import View
from dashboards.plots.curve_plot import CurvePlot, Line
from dashboards.reduce.arrival import Tool
from dashboards.reduce.reference import LEAST_SHOTS, Reference, moved, reference_of
from dashboards.snapshot import Snapshot
from dashboards.texts import count, number
from dashboards.timetool_settings import Section

ABSENT = "The traces of shots without X-rays are not at hand here."
DIGITS = 7
"""Of a number of the reference in the settings: far below its noise."""


class ReferencePanel:
    """One panel in one browser; ``root`` is placed on the page.

    Parameters
    ----------
    view
        Of the page's session.
    """

    def __init__(self, view: View) -> None:
        self._change = Change(view)
        self._plot = CurvePlot(("mean", "reference"), 400)
        self.root: Any = self._plot.figure
        self._found: tuple[str, Reference] | None = None
        view.acts["reference"] = lambda value: self._ask()

    def update(self, snapshot: Snapshot, tool: Tool, section: Section) -> dict[str, str]:
        """Draw both; return the texts beside them."""
        found = _found(snapshot, tool)
        self._found = (section.reference, found) if found is not None and section.reference else None
        divisor = section.divisor
        lines = {"mean": Line(found.mean, found.error)} if found is not None else {}
        length = len(found.mean) if found is not None else 0 if divisor is None else len(divisor)
        if divisor is not None and len(divisor) == length:
            lines["reference"] = Line(divisor)
        unit = snapshot.curves[_name(tool)].info.unit if found is not None else ""
        title = f"Mean of {count(found.shots)} shots without X-rays" if found is not None else ""
        self._plot.show(np.arange(length, dtype=np.float64) + section.left + 0.5, lines, "column (pixel)", unit, title)
        return {
            "reference-used": divided_by(section),
            "reference-state": _state(found, section) if _name(tool) in snapshot.curves else ABSENT if section.reference else "",
            "reference-text": self._change.text(snapshot),
        }

    def _ask(self) -> None:
        """Ask that the mean becomes what is divided by."""
        if self._found is None or not self._found[1].enough:
            self._change.complain(f"A reference needs at least {LEAST_SHOTS} shots with laser and without X-rays.")
            return
        path, found = self._found
        self._change.ask([{"path": path, "value": [float(f"{value:.{DIGITS}g}") for value in found.mean]}])


def divided_by(section: Section) -> str:
    """What the settings say that the signal is divided by."""
    if not section.reference:
        return "The settings divide this position by nothing."
    if section.divisor is not None:
        return "Divided by the reference of the settings."
    if isinstance(given := section.values.get("reference_file"), str):
        return f"Divided by {given}."
    if "reference" in section.regions:
        return "Divided by the region reference of the same frame."
    return "There is no reference yet, so no event has a position."


def _state(found: Reference | None, section: Section) -> str:
    """What the shots without X-rays say."""
    if not section.reference:
        return ""
    if found is None:
        return "No shot with laser and without X-rays has been seen."
    said = f"The newest {count(found.shots)} shots without X-rays: events {count(found.first)} to {count(found.last)}"
    far = moved(found.mean, section.divisor) if section.divisor is not None else float("nan")
    return f"{said}; their shape is {number(100 * far)} % rms off the one in force." if np.isfinite(far) else f"{said}."


def _name(tool: Tool) -> str:
    return tool.position.removesuffix("_pos") + "_reference"


def _found(snapshot: Snapshot, tool: Tool) -> Reference | None:
    """Mean of the shots of this run."""
    curves, rows = snapshot.curves.get(_name(tool)), snapshot.run_rows()
    return reference_of(curves, int(rows.seq[0])) if curves is not None and len(rows) else None
