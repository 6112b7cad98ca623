"""What a figure draws, as columns of numbers: for saving plots that say nothing better of themselves."""

from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, GlyphRenderer, Legend
from numpy.typing import NDArray

from dashboards.saved import Numbers

MOST_CURVES = 64


def drawn(figure: Any) -> Numbers:
    """Columns of each source of a figure by what the legend calls it, else by the kind of its first glyph.

    Images become ``x``, ``y`` (middle of a point, in units of the axes) and ``value``; what has no points is left out.
    """
    found: dict[str, dict[str, NDArray[Any]]] = {}
    seen: set[str] = set()
    for renderer in figure.renderers:
        source = renderer.data_source if isinstance(renderer, GlyphRenderer) else None
        if not isinstance(source, ColumnDataSource) or source.id in seen or len(found) >= MOST_CURVES:
            continue
        seen.add(source.id)
        data = dict(source.data)
        columns = _points(data) if "image" in data else _columns(data)
        if columns:
            name = _legend(figure, renderer) or type(renderer.glyph).__name__.lower()
            found[name if name not in found else f"{name} {len(found) + 1}"] = columns
    return found


def _columns(data: dict[str, Any]) -> dict[str, NDArray[Any]]:
    """Columns of numbers or texts; those of lists (outlines) become one text each."""
    arrays = {name: np.array([_cell(value) for value in values]) for name, values in data.items()}
    return arrays if any(map(len, arrays.values())) else {}


def _cell(value: Any) -> Any:
    """What fits into one cell."""
    if isinstance(value, list | tuple | np.ndarray):
        return " ".join(f"{each:g}" for each in value)
    return np.nan if value is None else value


def _points(data: dict[str, Any]) -> dict[str, NDArray[Any]]:
    """An image as one line per point: its middle on both axes, and its value."""
    images = data["image"]
    if not len(images) or np.ndim(images[0]) != 2 or not np.size(images[0]):
        return {}
    image = np.asarray(images[0])
    rows, columns = image.shape
    left, bottom, width, height = (float(data[name][0]) for name in ("x", "y", "dw", "dh"))
    row, column = np.indices(image.shape)
    return {
        "x": (left + (column.reshape(-1) + 0.5) * width / columns),
        "y": (bottom + (row.reshape(-1) + 0.5) * height / rows),
        "value": image.reshape(-1),
    }


def _legend(figure: Any, renderer: Any) -> str:
    """What the legend calls it; empty if it does not."""
    for legend in figure.select(Legend):
        for item in legend.items:
            if renderer in item.renderers:
                return str(getattr(item.label, "value", item.label) or "")
    return ""
