"""Area detectors: every picture there is of them, in the screen's own resolution, and regions and masks drawn with the mouse."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from bokeh.layouts import column, row
from bokeh.models import Select, Spinner, TextInput

from dashboards.anew import Anew
from dashboards.look import widget
from dashboards.optics import Given, optics_for, placement_of
from dashboards.pages.page import PAGES, Making, Shown, View, lack
from dashboards.pictures.caption import awaited, common_mode_text, is_of_run, is_summed, missing_sums
from dashboards.pictures.details import Details
from dashboards.pictures.file import about_picture, good_of, picture_content
from dashboards.pictures.gallery import made_of
from dashboards.pictures.kinds import KINDS, Kind, parts_of
from dashboards.pictures.standing import Standing
from dashboards.pictures.told import CommonModes
from dashboards.plots.mask_desk import PENS, MaskDesk
from dashboards.plots.picture import AUTOMATIC, PALETTES, PicturePlot, Ring
from dashboards.plots.region_desk import RegionDesk
from dashboards.reduce.age import row_age
from dashboards.reduce.region import Corners, Region, rectangle
from dashboards.saved import file_name
from dashboards.settings_in_force import detector_in, maps_in, settings_in_force
from dashboards.snapshot import Picture, Snapshot
from dashboards.texts import number, numbers_in

VIEWS = {"image": "assembled image", "panels": "panels side by side"}
SCALES = {"linear": "linear", "log": "logarithmic"}
LIMITS = {"0.1": "all but 0.1 % at each end", "1": "all but 1 %", "5": "all but 5 %", "0": "smallest to largest", "": "by hand"}
NUMBERS = {"energy": "Photon energy (keV)", "distance": "Distance (mm)", "x": "Beam x (µm)", "y": "Beam y (µm)"}
MOST_RINGS = 12
NO_DETECTOR = "This run has no area detector, so there is no picture to show."


class Images:
    """One detector at a time."""

    title: ClassVar[str] = "Images"
    order: ClassVar[int] = 3
    topics: ClassVar[tuple[str, ...]] = ()
    present: ClassVar[str] = "frames and means of earlier events are not kept"

    def __init__(self, view: View) -> None:
        self._view, self._standing = view, Standing()
        self._picture = PicturePlot(self._on_rectangle, self._on_polygon, self._on_brush)
        self._regions, self._mask = RegionDesk(view), MaskDesk(view)
        self._make_choices(view.arguments)
        self._picture.follow(
            detector=self._detector,
            kind=self._kind,
            view=self._layout,
            scale=self._scale,
            palette=self._palette,
            limits=self._limits,
            low=self._low,
            high=self._high,
            **self._numbers,
        )
        view.files[self._picture.figure.id] = self._file
        self._anew, self._common_modes = Anew(view), CommonModes()
        view.acts["switch-on"] = lambda value: self._switch_on()
        part = _numbers(view.arguments.get("part", ""), 4)
        if part is not None and part[0] < part[1] and part[2] < part[3]:
            self._picture.begin_at(part)
        self.roots: Mapping[str, Any] = {
            "colours": self._choices(),
            "region": self._regions.root,
            "mask": self._mask.root,
            "geometry": column([*self._numbers.values(), self._rings], sizing_mode="stretch_width"),
            "picture": self._picture.figure,
            "value": self._regions.value,
        }

    def _make_choices(self, given: Mapping[str, str]) -> None:
        """The widgets that say what is shown."""
        self._detector = self._select("Detector", given.get("detector", ""), {})
        first = "mean" if self._view.snapshot().recorded else "live"
        self._kind = self._select("Picture", given.get("image", first), {name: kind.title for name, kind in KINDS.items()})
        self._layout = self._select("Arrangement", given.get("view", "image"), VIEWS)
        self._scale = self._select("Scale", given.get("scale", "linear"), SCALES)
        self._palette = self._select("Colours", given.get("colours", AUTOMATIC), {name: name for name in (AUTOMATIC, *PALETTES)})
        self._limits = self._select("Limits", given.get("limits", "0.1"), LIMITS)
        ends = _numbers(given.get("range", ""), 2) or (None, None)
        self._low, self._high = (widget(Spinner, title=title, value=end) for title, end in zip(("From", "To"), ends, strict=True))
        self._pen = self._select("Mouse", "move", PENS)
        self._pen.on_change("value", lambda attr, old, new: self._picture.pen(PEN_TOOLS[new]))
        self._numbers = {name: self._spinner(title, given.get(name, "")) for name, title in NUMBERS.items()}
        self._rings = widget(TextInput, title="Rings at (Å)", value=given.get("rings", ""), placeholder="10, 5, 3, 2")
        for each in (self._low, self._high, self._rings):
            each.on_change("value", lambda attr, old, new: self._view.redraw())

    def _choices(self) -> Any:
        """All of them below each other."""
        chosen = [self._detector, self._kind, self._layout, self._scale, self._palette, self._limits]
        return column(
            [*chosen, row([self._low, self._high], sizing_mode="stretch_width"), self._pen], sizing_mode="stretch_width"
        )

    def update(self, snapshot: Snapshot) -> Shown:
        """Bring texts, overlays and the value of the region up to date; the picture comes by itself."""
        plain = settings_in_force(snapshot, self._view.settings)
        self._learn(snapshot, plain)
        detector = self._detector.value
        details = self._view.detectors.get(detector) if detector else None
        self._mask.learn(detector_in(plain, detector), details, panels=self._layout.value == "panels")
        texts = self._picture_texts(snapshot, plain, details)
        texts |= self._regions.update(snapshot, detector) | self._mask.texts(snapshot)
        panels = self._layout.value == "panels"
        self._picture.mark([] if panels else self._regions.outlines)
        self._picture.edits(*self._mask.drawn(panels))
        texts |= self._anew.texts(snapshot, offered=is_of_run(KINDS[self._kind.value]))
        texts["optics-state"] = self._draw_rings(snapshot, plain, details, panels)
        texts["nothing"] = "" if detector else lack(snapshot, NO_DETECTOR)
        return Shown(texts, {}, self._address(), ages={"region-age": row_age(snapshot)})

    def _picture_texts(self, snapshot: Snapshot, plain: Mapping[str, Any], details: Details | None) -> dict[str, str]:
        """What the picture stands on, or why there is none and what to do."""
        kind, detector = KINDS[self._kind.value], self._detector.value
        parts = self._parts(kind, details, snapshot)
        self._note_shape(parts, details)
        missing = missing_sums(kind, plain, detector)
        if kind.topics and parts is None:
            why = f"This needs the sum {' and '.join(missing)} of {detector}." if missing else awaited(kind, snapshot)
            button = f"Switch on {' and '.join(missing)}" if missing else ""
            return {"picture-state": why, "switch-on": button}
        if kind.told:
            return {"picture-state": common_mode_text(kind, plain, detector, parts), "switch-on": ""}
        if not kind.topics:
            known = details is not None and kind.of is not None and kind.of(details) is not None
            why = self._view.detectors.why(detector) or f"There is no {kind.title} of {detector}."
            return {"picture-state": kind.title if known else why, "switch-on": ""}
        rough = details.rough if details is not None else any(part.header.get("rough") for part in parts or ())
        summed = is_summed(plain, detector)
        return {"picture-state": self._standing.text(parts or (), snapshot, rough=rough, summed=summed), "switch-on": ""}

    def _parts(self, kind: Kind, details: Details | None, snapshot: Snapshot) -> tuple[Picture, ...] | None:
        """What the picture is made of besides the details; ``None`` while something is missing."""
        if kind.told:
            told = None if details is None else self._common_modes.picture(snapshot, details, mean=kind.told == "mean")
            return None if told is None else (told,)
        return parts_of(kind, self._detector.value, snapshot.pictures) if kind.topics else ()

    def _note_shape(self, parts: tuple[Picture, ...] | None, details: Details | None) -> None:
        """Rows and columns of what is shown; what is drawn is cut there."""
        if self._layout.value == "panels" and details is not None:
            rows, columns = details.panel_index.shape
        elif parts:
            rows, columns = parts[0].image.shape
        elif details is not None:
            rows, columns = details.index.shape
        else:
            return
        self._picture.shape = (rows, columns)

    def _file(self, ending: str) -> Making | None:
        """The picture as a file in full size; ``None`` while there is none."""
        snapshot, name, word = self._view.snapshot(), self._detector.value, self._kind.value
        kind, panels = KINDS[word], self._layout.value == "panels"
        details = self._view.detectors.get(name) if name else None
        parts = self._parts(kind, details, snapshot)
        picture = None if parts is None else made_of(kind, panels, details, parts)
        if picture is None:
            return None
        said = about_picture(snapshot, picture, name, word, panels=panels)
        good, called = good_of(picture, details, panels=panels), file_name(snapshot, f"{name}_{word}", ending)
        return lambda: (called, picture_content(picture, good, said, ending))

    def _switch_on(self) -> None:
        """Add the sums that are missing."""
        plain = settings_in_force(self._view.snapshot(), self._view.settings)
        detector = self._detector.value
        entry, missing = detector_in(plain, detector), missing_sums(KINDS[self._kind.value], plain, detector)
        if entry is not None and missing:
            value = [*(entry.get("sums") or ()), *missing]
            self._mask.change.ask([{"path": f"detector.{detector}.sums", "value": value}])

    def _draw_rings(self, snapshot: Snapshot, plain: Mapping[str, Any], details: Details | None, panels: bool) -> str:
        """Resolution rings, and where the geometry comes from."""
        given = Given(
            **{
                name: _positive(each.value) if name in ("energy", "distance") else each.value
                for name, each in self._numbers.items()
            }
        )
        wanted = [value for value in numbers_in(self._rings.value) if value > 0][:MOST_RINGS]
        optics, said = (None, "") if details is None else optics_for(snapshot, plain, details, given)
        placement = placement_of(details) if details is not None and optics is not None and wanted else None
        if optics is None or placement is None or panels:
            self._picture.rings((0, 0), [])
            return said
        radii = [(optics.radius(value), value) for value in wanted]
        rings: list[Ring] = [(r * placement.pixels_per_um, f"{number(value)} Å") for r, value in radii if r is not None]
        self._picture.rings(placement.place(optics.x, optics.y), rings)
        return said

    def _learn(self, snapshot: Snapshot, plain: Mapping[str, Any]) -> None:
        """Offer the detectors that have pictures."""
        named = [str(entry.get("name", "")) for entry in maps_in(plain.get("detector")) if not entry.get("field")]
        seen = [topic.split("/")[1] for topic in snapshot.pictures]
        chosen = [self._detector.value] if self._detector.value else []
        offered = [name for name in dict.fromkeys([*named, *self._view.detectors.names(), *seen, *chosen]) if name]
        if self._detector.options != offered:
            self._detector.options = offered
        if not self._detector.value and offered:
            self._detector.value = offered[0]

    def _on_rectangle(self, region: Region) -> None:
        if self._pen.value == "region":
            self._draw_region(region=region)
        else:
            self._paint(rectangle(region))

    def _on_polygon(self, corners: Corners) -> None:
        if self._pen.value == "region-polygon":
            self._draw_region(corners=corners)
        else:
            self._paint(corners)

    def _on_brush(self, way: Corners) -> None:
        self._paint(way, brush=True)

    def _draw_region(self, region: Region | None = None, corners: Corners | None = None) -> None:
        """Ask for a region; the pen is put down, so that the next drag moves the picture again."""
        self._pen.value = "move"
        if self._layout.value == "panels":
            self._regions.change.complain("Regions are drawn in the assembled image.")
        elif region is not None:
            self._regions.rectangle(region)
        elif corners is not None:
            self._regions.polygon(corners)

    def _paint(self, corners: Corners, *, brush: bool = False) -> None:
        """Add a stroke to the mask; the pen stays, for there is mostly more to paint."""
        good = self._pen.value.startswith("unmask")
        self._mask.add(corners, good=good, brush=brush, panels=self._layout.value == "panels")

    def _address(self) -> dict[str, str]:
        """What is shown, for the page's address."""
        shown = {
            "image": self._kind,
            "view": self._layout,
            "scale": self._scale,
            "colours": self._palette,
            "limits": self._limits,
        }
        address = {"detector": self._detector.value, **{name: each.value for name, each in shown.items()}}
        if not self._limits.value and None not in (self._low.value, self._high.value):
            address["range"] = json.dumps([self._low.value, self._high.value])
        address |= {name: str(each.value) for name, each in self._numbers.items() if each.value is not None}
        address |= {"rings": self._rings.value} if self._rings.value else {}
        top, bottom, left, right = self._picture.part
        rows, columns = self._picture.shape
        if rows > 1 and (top > 0 or bottom < rows) and (left > 0 or right < columns):
            address["part"] = json.dumps([round(value, 1) for value in (top, bottom, left, right)])
        return address

    def _spinner(self, title: str, text: str) -> Any:
        """A number that may be left open."""
        made = widget(Spinner, title=title, value=next(iter(_numbers(f"[{text}]", 1) or (None,))), placeholder="automatic")
        made.on_change("value", lambda attr, old, new: self._view.redraw())
        return made

    def _select(self, title: str, value: str, options: Mapping[str, str]) -> Any:
        """A list that redraws the page; a choice from the address that does not exist becomes the first."""
        value = value if not options or value in options else next(iter(options))
        made = widget(Select, title=title, value=value, options=list(options.items()) or ([value] if value else []))
        made.on_change("value", lambda attr, old, new: self._view.redraw())
        return made


PEN_TOOLS = {
    pen: "polygon" if pen.endswith("polygon") else "brush" if pen.endswith("brush") else "move" if pen == "move" else "rectangle"
    for pen in PENS
}


def _numbers(text: str, count: int) -> tuple[float, ...] | None:
    """So many finite numbers from a page's address, written as a JSON list."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, list) or len(values) != count:
        return None
    usable = [
        float(value) for value in values if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12
    ]
    return tuple(usable) if len(usable) == count else None


def _positive(value: float | None) -> float | None:
    return value if value is not None and value > 0 else None


PAGES.add("images", Images)
