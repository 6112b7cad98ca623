"""Regions of interest on a page: which one is chosen, its value, and changes of it."""

from typing import Any

import numpy as np
from bokeh.layouts import column
from bokeh.models import Select, TextInput

from dashboards.change import Change
from dashboards.look import widget
from dashboards.pages.page import View
from dashboards.plots.strip_chart import StripChart
from dashboards.reduce.region import Corners, Region, parse_corners, parse_region, region_text
from dashboards.regions import RegionFeature, new_region, region_features
from dashboards.settings_in_force import detector_in, settings_in_force
from dashboards.snapshot import Snapshot
from dashboards.texts import number

VALUE_ROWS = 2400
NEW = ("", "a new one")


class RegionDesk:
    """The region of one page.

    Parameters
    ----------
    view
        Of the page's session.
    """

    def __init__(self, view: View) -> None:
        self._view, self.change = view, Change(view)
        self._detector = ""
        self._features: list[RegionFeature] = []
        self._strip: StripChart | None = None
        self._choice = widget(Select, title="Region", value=view.arguments.get("region", ""), options=[NEW])
        self._choice.on_change("value", lambda attr, old, new: view.redraw())
        self._text = widget(TextInput, title="Rows, columns", value="", placeholder="10:60, 20:80")
        self._text.on_change("value", lambda attr, old, new: self._on_text(new))
        self._corners = widget(TextInput, title="Polygon: row column, …", value="", placeholder="20 30, 20 90, 60 60")
        self._corners.on_change("value", lambda attr, old, new: self._on_corners(new))
        self.root = column([self._choice, self._text, self._corners], sizing_mode="stretch_width")
        self.value = column([], sizing_mode="stretch_width")

    @property
    def outlines(self) -> list[tuple[str, Corners]]:
        """Name and corners of every region that can be drawn in the image."""
        return [(each.name, each.outline) for each in self._features if each.outline is not None]

    def update(self, snapshot: Snapshot, detector: str) -> dict[str, str]:
        """The regions in force, the value of the chosen one, and what became of the last change."""
        features = region_features(snapshot, self._view.settings, detector)
        known = {each.name for each in self._features} if detector == self._detector else set()
        added = [each.name for each in features if known and each.name not in known]
        self._detector, self._features = detector, features
        names = [each.name for each in features]
        options = [*names, NEW]
        if self._choice.options != options:
            self._choice.options = options
        if added:
            self._choice.value = added[0]
        elif not known and self._choice.value not in names:
            self._choice.value = names[0] if names else ""
        feature = self._chosen()
        state = self.change.text(snapshot)
        if feature is None:
            return {"region-state": state or "The next region you draw is a new one.", "region-value": "–", "region-name": ""}
        return {**self._numbers(feature, snapshot), "region-state": state}

    def rectangle(self, region: Region) -> None:
        """Make the chosen region this rectangle."""
        feature = self._chosen()
        pairs = [list(pair) for pair in region]
        self._ask(self._new("image_ROI", pairs) if feature is None else feature.moved_to(region))

    def polygon(self, corners: Corners) -> None:
        """Make the chosen region this polygon."""
        feature = self._chosen()
        pairs = [list(pair) for pair in corners]
        self._ask(self._new("image_polygon", pairs) if feature is None else feature.drawn_as(corners))

    def _new(self, place: str, value: Any) -> list[dict[str, Any]]:
        """Changes that add a region; none without a section for the detector."""
        plain = settings_in_force(self._view.snapshot(), self._view.settings)
        if detector_in(plain, self._detector) is None:
            return []
        return new_region(self._detector, [each.name for each in self._features], place, value)

    def _ask(self, changes: list[dict[str, Any]]) -> None:
        if changes:
            self.change.ask(changes)
        else:
            self.change.complain("This detector has no section [[detector]] in the settings, where regions belong.")

    def _numbers(self, feature: RegionFeature, snapshot: Snapshot) -> dict[str, str]:
        """The region's newest sum, and against time."""
        if self._strip is None or self._strip.field != feature.column:
            self._strip = StripChart([feature.column], height=180)
            self.value.children = [self._strip.figure]
        self._strip.update(snapshot, snapshot.rows.last(VALUE_ROWS))
        values = snapshot.rows.last(VALUE_ROWS).column(feature.column)
        newest = values[np.isfinite(values)][-1:]
        text = f"{number(float(newest[0])) if len(newest) else '–'} {snapshot.unit(feature.column)}".rstrip()
        if feature.corners is not None:
            where = f"polygon of {len(feature.corners)} corners"
        elif feature.region is not None:
            where = f"rows and columns {region_text(feature.region)}"
        else:
            where = "in the panels' own coordinates"
        return {"region-value": text, "region-name": f"{feature.column}, {where}"}

    def _on_text(self, text: str) -> None:
        """A region by numbers."""
        region = parse_region(text)
        if region is not None:
            self.rectangle(region)
        elif text:
            self.change.complain("Write rows and columns as 10:60, 20:80.")

    def _on_corners(self, text: str) -> None:
        """A polygon by numbers."""
        corners = parse_corners(text)
        if corners is not None:
            self.polygon(corners)
        elif text:
            self.change.complain("Write row and column of three corners or more as 20 30, 20 90, 60 60.")

    def _chosen(self) -> RegionFeature | None:
        return next((feature for feature in self._features if feature.name == self._choice.value), None)
