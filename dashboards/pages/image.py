"""Area detectors: live and mean images, and regions drawn with the mouse that change the pipeline."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from bokeh.layouts import column, row
from bokeh.models import Select, Spinner, TextInput, Toggle

from dashboards.change import Change
from dashboards.look import widget
from dashboards.pages.page import PAGES, Shown, View
from dashboards.plots.picture import PALETTES, PicturePlot, limits
from dashboards.plots.strip_chart import StripChart
from dashboards.reduce.region import Region, parse_region, region_text
from dashboards.regions import RegionFeature, region_features
from dashboards.snapshot import Picture, Snapshot
from dashboards.texts import count, number

MEANS = {"mean": "calib", "on": "calib_laser_on", "off": "calib_laser_off"}
KINDS = {
    "live": "live frame",
    "mean": "mean",
    "on": "mean, laser on",
    "off": "mean, laser off",
    "difference": "laser on − off",
}
LIMITS = {"0.1": "all but 0.1 % at each end", "1": "all but 1 %", "5": "all but 5 %", "0": "smallest to largest", "": "by hand"}
ROUGH = "; rough geometry: no geometry file is in use, so that panels do not stand exactly where they belong"
VALUE_ROWS = 2400


class Image:
    """One detector."""

    title: ClassVar[str] = "Image"
    order: ClassVar[int] = 3
    topics: ClassVar[tuple[str, ...]] = ("frame/", "sum/")

    def __init__(self, view: View) -> None:
        self._view = view
        given = view.arguments
        self._drawn: tuple[Any, ...] = ()
        self._picture = PicturePlot(self._on_region)
        self._change = Change(view)
        self._strip: StripChart | None = None
        self._features: list[RegionFeature] = []
        self._detector = self._select("Detector", given.get("detector", ""), {})
        self._kind = self._select("Image", given.get("image", "live"), KINDS)
        self._scale = self._select("Scale", given.get("scale", "linear"), {"linear": "linear", "log": "logarithmic"})
        self._palette = self._select("Colours", given.get("colours", "Viridis"), {name: name for name in PALETTES})
        self._limits = self._select("Limits", given.get("limits", "0.1"), LIMITS)
        self._low, self._high = (widget(Spinner, title=title, value=None) for title in ("From", "To"))
        self._feature = self._select("Region", "", {})
        self._pen = widget(Toggle, label="Draw the region", button_type="default")
        self._text = widget(TextInput, title="Rows, columns", value="", placeholder="10:60, 20:80")
        self._pen.on_change("active", lambda attr, old, new: self._picture.draw_region(new))
        self._text.on_change("value", lambda attr, old, new: self._on_text(new))
        for each in (self._low, self._high):
            each.on_change("value", lambda attr, old, new: self._view.redraw())
        self._value = column([], sizing_mode="stretch_width")
        colours = column(
            [self._detector, self._kind, self._scale, self._palette, self._limits, row([self._low, self._high])],
            sizing_mode="stretch_width",
        )
        region = column([self._feature, self._pen, self._text], sizing_mode="stretch_width")
        self.roots: Mapping[str, Any] = {
            "colours": colours,
            "region": region,
            "picture": self._picture.figure,
            "value": self._value,
        }

    def update(self, snapshot: Snapshot) -> Shown:
        """Bring image, region and value up to date."""
        self._learn(snapshot)
        picture = wanted_picture(snapshot, self._detector.value, self._kind.value)
        texts = {"picture-state": self._draw(picture, snapshot)} | self._show_region(snapshot)
        return Shown(texts, {}, self._address())

    def _address(self) -> dict[str, str]:
        """What is shown, for the page's address."""
        shown = {"image": self._kind, "scale": self._scale, "colours": self._palette, "limits": self._limits}
        return {"detector": self._detector.value, **{name: each.value for name, each in shown.items()}}

    def _draw(self, picture: Picture | None, snapshot: Snapshot) -> str:
        """Draw a picture if it is not drawn yet; returns what it stands for."""
        if picture is None:
            return "No such image has come yet."
        choices = (self._scale.value, self._palette.value, self._limits.value, self._low.value, self._high.value)
        # A difference is made anew each time; what it is made of tells whether it changed.
        now = (picture.header.get("seq"), picture.count, picture.arrived, self._detector.value, self._kind.value, *choices)
        if now != self._drawn:
            self._drawn = now
            small = self._picture.show(picture, f"{self._detector.value}, {KINDS[self._kind.value]}")
            self._picture.colours(self._scale.value, self._palette.value, *self._colour_limits(small))
        rough = ROUGH if is_rough(snapshot, self._detector.value) else ""
        if self._kind.value == "live":
            return f"event {count(picture.header.get('seq'))}{rough}"
        return f"mean of {count(picture.count)} events{rough}"

    def _colour_limits(self, small: Any) -> tuple[float, float]:
        """From the pixels, or by hand where both ends are given."""
        low, high = self._low.value, self._high.value
        if not self._limits.value and low is not None and high is not None and low < high:
            return float(low), float(high)
        return limits(small, float(self._limits.value or 0), self._kind.value == "difference")

    def _learn(self, snapshot: Snapshot) -> None:
        """Offer the detectors that have images."""
        known = dict.fromkeys(topic.split("/")[1] for topic in snapshot.pictures)
        offered = list(dict.fromkeys([*known, *([self._detector.value] if self._detector.value else [])]))
        if self._detector.options != offered:
            self._detector.options = offered
        if not self._detector.value and offered:
            self._detector.value = offered[0]

    def _show_region(self, snapshot: Snapshot) -> dict[str, str]:
        """The region in force, its value, and what became of the last change."""
        self._features = region_features(snapshot, self._view.settings, self._detector.value)
        names = [feature.name for feature in self._features]
        if self._feature.options != names:
            self._feature.options = names
        if self._feature.value not in names:
            self._feature.value = names[0] if names else ""
        feature = self._chosen()
        self._pen.disabled = self._text.disabled = feature is None
        self._picture.mark(feature.region if feature else None)
        if feature is None:
            return {"region-state": "The settings have no ROIFunc for this detector.", "region-value": "–", "region-name": ""}
        self._draw_value(feature, snapshot)
        values = snapshot.rows.last(VALUE_ROWS).column(feature.column)
        newest = values[np.isfinite(values)][-1:]
        text = f"{number(float(newest[0])) if len(newest) else '–'} {snapshot.unit(feature.column)}".rstrip()
        where = region_text(feature.region) if feature.region else "in the panels' own coordinates"
        return {
            "region-value": text,
            "region-name": f"{feature.column}, rows and columns {where}",
            "region-state": self._change.text(snapshot),
        }

    def _draw_value(self, feature: RegionFeature, snapshot: Snapshot) -> None:
        """The region's sum against time."""
        if self._strip is None or self._strip.field != feature.column:
            self._strip = StripChart([feature.column], height=180)
            self._value.children = [self._strip.figure]
        self._strip.update(snapshot, snapshot.rows.last(VALUE_ROWS))

    def _on_region(self, region: Region) -> None:
        """Ask for a region; the pen is put down, so that the next drag moves the image again."""
        self._pen.active = False
        feature = self._chosen()
        if feature is not None:
            self._change.ask(feature.moved_to(region))

    def _on_text(self, text: str) -> None:
        """A region by numbers."""
        region = parse_region(text)
        if region is not None:
            self._on_region(region)
        elif text:
            self._change.complain("Write rows and columns as 10:60, 20:80.")

    def _chosen(self) -> RegionFeature | None:
        return next((feature for feature in self._features if feature.name == self._feature.value), None)

    def _select(self, title: str, value: str, options: Mapping[str, str]) -> Any:
        """A list that redraws the page; a choice from the address that does not exist becomes the first."""
        value = value if not options or value in options else next(iter(options))
        made = widget(Select, title=title, value=value, options=list(options.items()) or ([value] if value else []))
        made.on_change("value", lambda attr, old, new: self._view.redraw())
        return made


def is_rough(snapshot: Snapshot, detector: str) -> bool:
    """Whether the panels stand only roughly in place; the live frames tell, the means are assembled in the same way."""
    frame = snapshot.pictures.get(f"frame/{detector}")
    return frame is not None and bool(frame.header.get("rough"))


def wanted_picture(snapshot: Snapshot, detector: str, kind: str) -> Picture | None:
    """The image of this kind; a difference is made of the two means, for as many events as the smaller one has."""
    pictures = snapshot.pictures
    if kind == "live":
        return pictures.get(f"frame/{detector}")
    if kind in MEANS:
        return pictures.get(f"sum/{detector}/{MEANS[kind]}")
    on, off = (pictures.get(f"sum/{detector}/{MEANS[part]}") for part in ("on", "off"))
    if on is None or off is None or on.image.shape != off.image.shape:
        return None
    return Picture(on.image - off.image, on.unit, min(on.count, off.count), {}, max(on.arrived, off.arrived))


PAGES.add("image", Image)
