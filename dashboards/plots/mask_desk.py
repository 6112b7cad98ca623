"""Painting a mask on a page: strokes are collected, then saved as a file that a new version of the settings names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bokeh.layouts import column
from bokeh.models import Spinner, TextInput

from dashboards.change import Change
from dashboards.look import widget
from dashboards.mask_edit import MOST_EDITS, Edit, edited, own_mask, save_mask
from dashboards.pages.page import View
from dashboards.pictures.details import Details
from dashboards.reduce.region import Corners, parse_shapes
from dashboards.settings_in_force import settings_in_force
from dashboards.snapshot import Snapshot
from dashboards.texts import count
from monitor.errors import Unusable

PENS = {
    "move": "moves the picture",
    "region": "draws a region: rectangle",
    "region-polygon": "draws a region: polygon",
    "mask": "masks a rectangle",
    "mask-polygon": "masks a polygon",
    "mask-brush": "masks with a brush",
    "unmask": "unmasks a rectangle",
    "unmask-polygon": "unmasks a polygon",
    "unmask-brush": "unmasks with a brush",
}
SHAPES = "Write rows and columns as 10:60, 20:80, a pixel as 12 34, corners as 20 30, 20 90, 60 60; several with ; between them."
UNKNOWN = "It is not known yet which pixel is where; try again in a moment."
Drawn = list[tuple[bool, Corners]]


class MaskDesk:
    """The mask that is being painted on one page.

    Parameters
    ----------
    view
        Of the page's session.
    """

    def __init__(self, view: View) -> None:
        self._view, self.change = view, Change(view)
        self._edits: list[Edit] = []
        self._entry: Mapping[str, Any] | None = None
        self._details: Details | None = None
        self._radius = widget(Spinner, title="Radius of the brush (pixels)", value=5, low=1, high=200)
        self._typed = widget(TextInput, title="Shapes by numbers", value="", placeholder="10:60, 20:80; 12 34")
        self._panels = False
        self.root = column([self._radius, self._typed], sizing_mode="stretch_width")
        view.acts["mask-typed"] = lambda value: self._on_typed(good=value == "good")
        view.acts["mask-save"] = lambda value: self._save()
        view.acts["mask-back"] = lambda value: self._forget(1)
        view.acts["mask-clear"] = lambda value: self._forget(len(self._edits))

    def learn(self, entry: Mapping[str, Any] | None, details: Details | None, *, panels: bool) -> None:
        """Section, details and arrangement of the detector that is shown; strokes in another one are forgotten."""
        self._panels = panels
        if details is not None and self._details is not None and details.detector != self._details.detector:
            self._edits = []
        self._entry, self._details = entry, details

    def add(self, corners: Corners, *, good: bool, brush: bool, panels: bool) -> None:
        """Keep a stroke."""
        if self._details is None:
            self.change.complain(UNKNOWN)
        elif len(self._edits) >= MOST_EDITS:
            self.change.complain(f"Put the mask in force first: more than {MOST_EDITS} strokes are not kept.")
        else:
            self._edits.append(Edit(good, corners, float(self._radius.value or 5) if brush else 0.0, panels))
            self._view.redraw()

    def _on_typed(self, *, good: bool) -> None:
        """Shapes by numbers, in the picture as it is arranged now."""
        shapes = parse_shapes(self._typed.value)
        if shapes is None:
            self.change.complain(SHAPES)
            return
        if self._details is None:
            self.change.complain(UNKNOWN)
            return
        index = self._details.panel_index if self._panels else self._details.index
        rows, columns = index.shape
        if not all((index[Edit(good, shape).places((rows, columns))] >= 0).any() for shape in shapes):
            self.change.complain(f"There is no pixel within a shape; the picture has {rows} rows and {columns} columns.")
            return
        for shape in shapes:
            self.add(shape, good=good, brush=False, panels=self._panels)
        self._typed.value = ""

    def drawn(self, panels: bool) -> tuple[Drawn, Drawn]:
        """Polygons and brush strokes that are not in force yet, each good or bad."""
        here = [edit for edit in self._edits if edit.panels == panels]
        return (
            [(edit.good, edit.corners) for edit in here if not edit.radius],
            [(edit.good, edit.corners) for edit in here if edit.radius],
        )

    def texts(self, snapshot: Snapshot) -> dict[str, str]:
        """State of the mask, and what became of the last change."""
        waiting = f"{count(len(self._edits))} strokes are not in force yet. " if self._edits else ""
        mask = self._details.maps.get("mask") if self._details is not None else None
        bad = f"{count(int((mask == 0).sum()))} of {count(int(mask.size))} pixels are masked. " if mask is not None else ""
        return {"mask-state": f"{waiting}{bad}{self.change.text(snapshot)}"}

    def _forget(self, strokes: int) -> None:
        self._edits = self._edits[: len(self._edits) - strokes] if strokes else self._edits
        self._view.redraw()

    def _save(self) -> None:
        """Write the file and ask for it."""
        if not self._edits or self._details is None:
            self.change.complain("Nothing has been painted: draw what to mask, or write it as numbers.")
            return
        if self._entry is None:
            self.change.complain("This detector has no section [[detector]] in the settings, where masks belong.")
            return
        section = self._entry.get("mask")
        try:
            own = own_mask(str(section.get("file", "")) if isinstance(section, Mapping) else "", self._details.shape)
            path = save_mask(edited(own, self._edits, self._details), self._folder(), self._details.detector)
        except Unusable as error:
            self.change.complain(f"Not done: {error}.")
            return
        self.change.ask([{"path": f"detector.{self._details.detector}.mask.file", "value": str(path)}])
        self._edits = []

    def _folder(self) -> Path:
        """Beside the small data, where the workers find it too."""
        store = settings_in_force(self._view.snapshot(), self._view.settings).get("store")
        return Path(str(store.get("directory") or ".") if isinstance(store, Mapping) else ".")
