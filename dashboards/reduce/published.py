"""What a script has published, as curves, bars and pictures that the screen can show; nothing it says is taken on trust."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.client import Hist, Image, MultiPlot, Plot, XYPlot

MOST_PANELS, MOST_CURVES, MOST_POINTS = 16, 16, 20_000
COLOURS = {"b": "#4fc3f7", "g": "#7ed491", "r": "#ff7b72", "c": "#4dd0e1", "m": "#ce93d8", "y": "#ffd54f", "k": "#e8ecf1"}
COLOURS["w"] = COLOURS["k"]
"""Letters of matplotlib; black is white on our dark ground."""

WHEEL = ("#4fc3f7", "#ffb74d", "#7ed491", "#ce93d8", "#ff7b72", "#ffd54f", "#4dd0e1", "#e8ecf1")
DASHES = {"--": "dashed", "-.": "dashdot", ":": "dotted", "-": "solid"}
MARKERS = {"o": "circle", ".": "dot", "s": "square", "^": "triangle", "v": "inverted_triangle", "+": "cross", "x": "x"}
MARKERS |= {"*": "star", "D": "diamond", "d": "diamond"}


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve, or one histogram.

    Attributes
    ----------
    x, y
        Points, float64; of a histogram the edges, one more than ``y``.
    label
        In the legend; empty = none.
    colour, dash, marker
        As Bokeh names them; an empty dash or marker is not drawn.
    fill
        Whether the bars of a histogram are filled.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    label: str
    colour: str
    dash: str
    marker: str
    fill: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One plot.

    Attributes
    ----------
    kind
        ``curves``, ``bars``, ``image``, or ``nothing`` where ``title`` says why nothing can be drawn.
    title, x_label, y_label
        Texts.
    curves
        Of ``curves`` and ``bars``.
    image
        Shape (rows, columns), row 0 on top.
    corner, pixel
        Of an image: place of its first corner and size of a pixel, x first.
    square
        Whether a unit is as long in y as in x.
    """

    kind: str
    title: str
    x_label: str = ""
    y_label: str = ""
    curves: tuple[Curve, ...] = ()
    image: NDArray[Any] | None = None
    corner: tuple[float, float] = (0.0, 0.0)
    pixel: tuple[float, float] = (1.0, 1.0)
    square: bool = False


def panels(plot: Plot) -> list[Panel]:
    """The plots in a published one, the first few of them."""
    return [_panel(part) for part, _ in zip(_parts(plot), range(MOST_PANELS), strict=False)]


def _parts(plot: Plot) -> Iterator[Any]:
    if not isinstance(plot, MultiPlot):
        yield plot
        return
    for each in plot.data_con:
        yield from _parts(each)


def _panel(plot: XYPlot | Hist | Image) -> Panel:
    """One plot; what cannot be drawn says why."""
    title = "   ".join(text for text in (_text(plot.title), _text(plot.ts)) if text)
    labels = _text(plot.xlabel), _text(plot.ylabel)
    try:
        if isinstance(plot, Image):
            return Panel(
                "image", title, *labels, (), _image(plot.image), _pair(plot.pos, 0.0), _pair(plot.scale, 1.0), _square(plot)
            )
        return Panel("bars" if isinstance(plot, Hist) else "curves", title, *labels, _curves(plot))
    except (TypeError, ValueError) as error:
        return Panel("nothing", f"{title}: {error}")


def _curves(plot: XYPlot | Hist) -> tuple[Curve, ...]:
    """All curves of a plot; what is said once holds for each."""
    histogram = isinstance(plot, Hist)
    given = (plot.bins, plot.values) if isinstance(plot, Hist) else (plot.xdata, plot.ydata)
    all_x, all_y = (_several(each) for each in given)
    count = max(len(all_x), len(all_y))
    if not min(len(all_x), len(all_y)) > 0 or {len(all_x), len(all_y)} - {1, count}:
        raise ValueError(f"{len(all_x)} sets of x for {len(all_y)} of y")
    curves = []
    for i in range(min(count, MOST_CURVES)):
        x, y = (_numbers(each[i % len(each)]) for each in (all_x, all_y))
        form = _text(_of(plot.formats, i, ""))
        fill = histogram and bool(_of(getattr(plot, "fills", True), i, True))
        x, y = _edges(x, y) if histogram else _points(x, y)
        curves.append(Curve(x, y, _text(_of(plot.leg_label, i, "")), *_style(form, i), fill))
    return tuple(curves)


def _points(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if len(x) != len(y):
        raise ValueError(f"{len(x)} values of x for {len(y)} of y")
    step = -(-len(x) // MOST_POINTS) or 1
    return x[::step], y[::step]


def _edges(bins: NDArray[np.float64], values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Edges and values; where there is an edge too few, the last bin is as wide as the one before."""
    if len(bins) == len(values) and len(bins) > 1:
        bins = np.append(bins, 2 * bins[-1] - bins[-2])
    if len(bins) != len(values) + 1 or len(values) > MOST_POINTS:
        raise ValueError(f"{len(bins)} edges for {len(values)} values, at most {MOST_POINTS}")
    return bins, values


def _style(form: str, i: int) -> tuple[str, str, str]:
    """Colour, dash and marker of a format of matplotlib."""
    colour = next((COLOURS[letter] for letter in form if letter in COLOURS), WHEEL[i % len(WHEEL)])
    dash = next((DASHES[sign] for sign in DASHES if sign in form), "")
    rest = form.replace("-.", "").replace("-", "")
    marker = next((MARKERS[sign] for sign in rest if sign in MARKERS), "")
    return colour, dash or ("" if marker else "solid"), marker


def _several(value: object) -> list[Any]:
    """A list of arrays, from one or several."""
    if isinstance(value, list | tuple) and any(np.ndim(each) for each in value):
        return list(value)
    return [value]


def _numbers(value: Any) -> NDArray[np.float64]:
    array = np.atleast_1d(np.asarray(value))
    if array.ndim != 1 or array.dtype.kind not in "biuf":
        raise ValueError(f"data of type {array.dtype} and shape {array.shape} is no row of numbers")
    return array.astype(np.float64)


def _image(value: Any) -> NDArray[Any]:
    array = np.asarray(value)
    if array.ndim != 2 or array.dtype.kind not in "biuf" or not array.size:
        raise ValueError(f"data of type {array.dtype} and shape {array.shape} is no picture")
    return array.astype(np.float32)


def _pair(value: Any, missing: float) -> tuple[float, float]:
    """Two numbers, x first; one stands for both."""
    if value is None:
        return missing, missing
    x, y = np.broadcast_to(np.asarray(value, np.float64), 2).tolist()
    if not np.isfinite([x, y]).all():
        raise ValueError("pos or scale is not finite")
    return x, y


def _square(plot: Image) -> bool:
    return bool(plot.aspect_lock)


def _of(value: Any, i: int, missing: Any) -> Any:
    """What holds for curve ``i``."""
    if isinstance(value, list | tuple):
        return value[i] if i < len(value) else missing
    return missing if value is None else value


def _text(value: Any) -> str:
    """A label, which may be a map as psmon's viewers take it."""
    if isinstance(value, Mapping):
        name = value.get("text") or value.get("axis_title") or ""
        prefix = value.get("unitPrefix") or value.get("axis_units_prefix") or ""
        units = value.get("units") or value.get("axis_units") or ""
        return f"{name} ({prefix}{units})"[:200] if units else str(name)[:200]
    return "" if value is None else str(value)[:200]
