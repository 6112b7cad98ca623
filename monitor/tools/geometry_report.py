"""A geometry in words and signs, for the terminal."""

from collections import Counter

import numpy as np

from monitor.calib.geometry.coordinates import coordinates
from monitor.calib.geometry.image import pixel_numbers
from monitor.calib.geometry.pixel_index import grid_of, pixel_index
from monitor.calib.geometry.tree import Geometry, GeometryObject

COLUMNS = ("x0", "y0", "z0", "rot_z", "rot_y", "rot_x", "tilt_z", "tilt_y", "tilt_x")
SIGNS = "0123456789abcdefghijklmnopqrstuvwxyz"
CELL_ASPECT = 2
"""A character on a terminal is about twice as high as wide."""


def tree_lines(geometry: Geometry) -> list[str]:
    """A line per object with its line in the file and its nine numbers, indented by level."""
    rows = _rows(geometry, geometry.top, 0)
    width = max(len(name) for _, name, _ in rows)
    head = f"line  {'object':<{width}}" + "".join(f"{name:>11}" for name in COLUMNS)
    return [head, *(f"{line:>4}  {name:<{width}}" + "".join(f"{n:>11.9g}" for n in numbers) for line, name, numbers in rows)]


def _rows(geometry: Geometry, each: GeometryObject, level: int) -> list[tuple[str, str, tuple[float, ...]]]:
    numbers: tuple[float, ...] = (*each.offset, *each.rotation, *each.tilt)
    rows = [(str(each.line or ""), "  " * level + each.label, numbers)]
    for child in geometry.children(each):
        rows += _rows(geometry, child, level + 1)
    return rows


def summary_lines(geometry: Geometry) -> list[str]:
    """Sensors, pixels, extents, size of the image, and what is suspicious."""
    kinds = ", ".join(f"{count} x {name}" for name, count in Counter(sensor.name for sensor in geometry.sensors()).items())
    pixels = coordinates(geometry)
    places = pixel_index(pixels, grid_of(pixels, geometry.scale))
    hidden = places.rows.size - int(np.count_nonzero(pixel_numbers(places) >= 0))
    return [
        f"{kinds}; {places.rows.size:,} pixels of {geometry.scale:g} um in the shape {pixels.x.shape}",
        *(f"{name} from {axis.min():,.1f} to {axis.max():,.1f} um" for name, axis in zip("xyz", pixels.axes, strict=True)),
        f"image of {places.shape[0]} x {places.shape[1]} pixels; {hidden:,} pixels lie under another one",
        *(f"warning: {text}" for text in geometry.warnings),
    ]


def sketch(geometry: Geometry, width: int) -> list[str]:
    """The image in characters that name the panel at their place (0-9, a-z, then from 0 again); a dot where none is."""
    pixels = coordinates(geometry, interleaved=False)
    places = pixel_index(pixels, grid_of(pixels, geometry.scale))
    numbers = pixel_numbers(places)
    step = max(1, -(-places.shape[1] // width))
    cells = numbers[min(step, places.shape[0] - 1) :: step * CELL_ASPECT, step // 2 :: step]
    panels = cells // (places.rows.size // len(geometry.sensors()))
    signs = np.array([*SIGNS, "."])
    return ["".join(row) for row in signs[np.where(cells < 0, len(SIGNS), panels % len(SIGNS))]]
