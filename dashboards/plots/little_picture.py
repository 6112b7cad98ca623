"""A picture beside other things: reduced to a few hundred points, sent when it changes, with marks over it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from bokeh.models import ColorBar, ColumnDataSource, DataRange1d, LinearColorMapper, Span
from bokeh.palettes import Viridis256
from numpy.typing import NDArray

from dashboards.look import OTHER, TEXT, chart, hover, plain_image
from dashboards.plots.curve_plot import BORDER
from dashboards.reduce.curves import divided
from dashboards.reduce.picture import percentile_limits

MOST_POINTS = 420
WIDTH, MARGIN, LEAST_HEIGHT = 520, 80, 240
"""Usual width of the frame, and what axes and title need, in pixels of the screen."""


class LittlePicture:
    """One image with circles or a vertical line on it; nothing before the first.

    Parameters
    ----------
    height
        At most, in pixels.
    palette
        Colours from low to high.
    square
        Pixels are square, and a bar tells the colours; else the picture fills the width of its figure, so that it stands in line
        with a ``CurvePlot`` below it.
    """

    def __init__(self, height: int, palette: Any = Viridis256, *, square: bool = True) -> None:
        self._height, self._square = height, square
        self._source = ColumnDataSource(data={"image": [], "x": [], "y": [], "dw": [], "dh": []})
        self._marks = ColumnDataSource(data={"x": [], "y": []})
        self._boxes = ColumnDataSource(data={"left": [], "right": [], "top": [], "bottom": [], "name": []})
        self._mapper = LinearColorMapper(palette=palette, low=0, high=1, nan_color="rgba(0,0,0,0)")
        self.figure = chart(
            height=height,
            tools="pan,wheel_zoom,box_zoom,reset,save",
            match_aspect=square,
            min_border_left=0 if square else BORDER,
            x_range=DataRange1d(range_padding=0),
            y_range=DataRange1d(range_padding=0, flipped=True),
            x_axis_label="column (pixel)",
            y_axis_label="row (pixel)",
        )
        image = plain_image(self.figure, source=self._source, color_mapper=self._mapper)
        hover(self.figure, [image], [("value", "@image"), ("row", "$y{0}"), ("column", "$x{0}")])
        self.figure.scatter("x", "y", source=self._marks, size=13, fill_color=None, line_color=OTHER, line_width=1.5)
        self.figure.quad(
            "left",
            "right",
            "top",
            "bottom",
            source=self._boxes,
            fill_color=None,
            line_color=TEXT,
            line_width=1.2,
            line_dash="dashed",
        )
        self.figure.text(
            "left", "top", "name", source=self._boxes, text_color=TEXT, text_font_size="12px", x_offset=4, y_offset=15
        )
        self.figure.grid.visible = False
        self._bar = ColorBar(color_mapper=self._mapper, width=12)
        if square:
            self.figure.add_layout(self._bar, "right")
        self._edge = Span(dimension="height", location=0.0, line_color=OTHER, line_width=2, visible=False)
        self.figure.add_layout(self._edge)
        self._drawn: object = None

    def show(self, image: NDArray[Any], side: int, unit: str, of: object, limits: tuple[float, float] | None = None) -> None:
        """Draw an image whose points are ``side`` pixels wide; the same ``of`` as before draws nothing anew.

        Without ``limits`` the colours leave out the smallest and largest points.
        """
        if of is self._drawn:
            return
        self._drawn = of
        small, more = blocks(image, MOST_POINTS)
        low, high = limits or percentile_limits(small, 1, 99.8)
        self._mapper.update(low=low, high=high)
        self._bar.title = unit
        side *= more
        if self._square:
            # A flat picture leaves no empty space above and below.
            self.figure.height = int(np.clip(WIDTH * small.shape[0] / small.shape[1] + MARGIN, LEAST_HEIGHT, self._height))
        self._source.data = {
            "image": [small],
            "x": [0],
            "y": [0],
            "dw": [small.shape[1] * side],
            "dh": [small.shape[0] * side],
        }

    def circle(self, column: NDArray[Any], row: NDArray[Any]) -> None:
        """Mark places, in pixels."""
        self._marks.data = {"x": column, "y": row}

    def box(self, rectangles: Mapping[str, tuple[tuple[int, int], tuple[int, int]]]) -> None:
        """Outline rectangles by name: rows and columns, in pixels."""
        rows, columns = [r for r, _ in rectangles.values()], [c for _, c in rectangles.values()]
        drawn: dict[str, list[int] | list[str]] = {
            "left": [c[0] for c in columns],
            "right": [c[1] for c in columns],
            "top": [r[0] for r in rows],
        }
        drawn |= {"bottom": [r[1] for r in rows], "name": [*rectangles.keys()]}
        if drawn != self._boxes.data:
            self._boxes.data = drawn

    def line(self, column: float | None) -> None:
        """Mark a column, or none."""
        self._edge.visible = column is not None
        if column is not None:
            self._edge.location = column


def blocks(image: NDArray[Any], most: int) -> tuple[NDArray[np.float32], int]:
    """Means of square blocks, so that no side has more points, and the side of a block in pixels."""
    side = -(-max(image.shape) // most)
    whole = image.astype(np.float32, copy=False)
    if side == 1:
        return whole, 1
    there = np.isfinite(whole)
    total, count = np.where(there, whole, 0), there.astype(np.float32)
    for axis in (0, 1):
        starts = np.arange(0, total.shape[axis], side)
        total, count = np.add.reduceat(total, starts, axis=axis), np.add.reduceat(count, starts, axis=axis)
    return divided(total, count).astype(np.float32), side
