"""Where each pixel is: sensors turned and moved into the frame of their parents, up to the top of the tree.

Rules and order of operations: PSCalib GeometryObject, for the last bits may decide a pixel's place in an image.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.calib.geometry.segment import Real, Segment, segment_for
from monitor.calib.geometry.tree import Geometry, GeometryObject

INTERLEAVED = "CSPAD2X2:V1"
"""The object whose two sensors the data acquisition interleaves: (185, 388, 2) instead of (2, 185, 388)."""


@dataclass(frozen=True, slots=True, eq=False)
class Coordinates:
    """Pixel centres.

    Attributes
    ----------
    x, y, z
        Micrometre, float64, all of one shape.
    """

    x: Real
    y: Real
    z: Real

    @property
    def axes(self) -> tuple[Real, Real, Real]:
        """x, y and z."""
        return self.x, self.y, self.z

    def laboratory(self) -> "Coordinates":
        """The same in the laboratory frame: x to the left of the beam's view, y up, z along the beam."""
        return Coordinates(-self.y, -self.x, -self.z)

    def projected(self, plane: float | None = None) -> "Coordinates":
        """x and y where the lines from the origin meet a plane across the beam.

        Parameters
        ----------
        plane
            Its z, micrometre; None = the mean z of the pixels. Closer than 1 mm to the origin nothing is projected.
        """
        plane = float(np.mean(self.z)) if plane is None else plane
        if abs(plane) < NEAREST_PLANE:
            return self
        away = self.z != 0
        x, y = (np.divide(axis * plane, self.z, out=np.zeros_like(axis), where=away) for axis in (self.x, self.y))
        return Coordinates(x, y, self.z)

    def reshaped(self, shape: tuple[int, ...]) -> "Coordinates":
        """The same pixels in the shape of a frame; a view."""
        return Coordinates(self.x.reshape(shape), self.y.reshape(shape), self.z.reshape(shape))


NEAREST_PLANE = 1000.0


def coordinates(
    geometry: Geometry,
    each: GeometryObject | None = None,
    *,
    tilt: bool = True,
    wide_centres: bool = False,
    interleaved: bool = True,
) -> Coordinates:
    """Pixel centres in the psana frame.

    Parameters
    ----------
    geometry
        The whole tree.
    each
        An object; its pixels are given in the frame of its parent. None = the top.
    tilt
        Whether the measured tilts count.
    wide_centres
        Whether wide pixels have their centre in their middle (CsPad) or one plain pixel beyond their outer neighbour's.
    interleaved
        Whether the two sensors of a 2x2 CsPad come as the data acquisition stores them, last axis; else first.

    Returns
    -------
    Coordinates
        In the shape of the tree, for example (1, 4, 8, 185, 388).
    """
    each = each or geometry.top
    x, y, z = np.empty((3, *geometry.shape(each)))
    _fill(geometry, each, x, y, z, tilt, wide_centres)
    if interleaved:
        x, y, z = (_as_acquired(geometry, each, axis) for axis in (x, y, z))
    return Coordinates(x, y, z)


def _fill(geometry: Geometry, each: GeometryObject, x: Real, y: Real, z: Real, tilt: bool, wide_centres: bool) -> None:
    """Write the pixels of an object in the frame of its parent."""
    sensor = segment_for(each.name)
    if sensor is not None:
        x[...], y[...] = sensor.coordinates(wide_centres=wide_centres)
        z[...] = 0
    else:
        for number, child in enumerate(geometry.children(each)):
            _fill(geometry, child, x[number], y[number], z[number], tilt, wide_centres)
    about_z, about_y, about_x = (turn + (lean if tilt else 0) for turn, lean in zip(each.rotation, each.tilt, strict=True))
    _rotate(x, y, about_z)
    _rotate(z, x, about_y)
    _rotate(y, z, about_x)
    for axis, shift in zip((x, y, z), each.offset, strict=True):
        axis += shift


def _rotate(first: Real, second: Real, angle: float) -> None:
    """Turn a plane by an angle in degree, in place."""
    if angle == 0:
        return
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    turned = first * cosine - second * sine
    second *= cosine
    second += first * sine
    first[...] = turned


def _as_acquired(geometry: Geometry, each: GeometryObject, array: NDArray[Any]) -> NDArray[Any]:
    """Panels first to panels last where the data acquisition has them so."""
    if each.name == INTERLEAVED:
        return np.ascontiguousarray(np.moveaxis(array, 0, -1))
    children = geometry.children(each)
    if segment_for(each.name) is not None or INTERLEAVED not in [child.name for child in children]:
        return array
    return np.stack([_as_acquired(geometry, child, part) for child, part in zip(children, array, strict=True)])


def per_sensor(
    geometry: Geometry, value: Callable[[Segment], NDArray[Any]], each: GeometryObject | None = None, *, interleaved: bool = True
) -> NDArray[Any]:
    """Something that each sensor has by itself, in the shape of ``coordinates``."""
    each = each or geometry.top
    stacked = np.stack([value(sensor) for sensor in geometry.sensors(each)]).reshape(geometry.shape(each))
    return _as_acquired(geometry, each, stacked) if interleaved else stacked


def areas(geometry: Geometry, each: GeometryObject | None = None, *, interleaved: bool = True) -> Real:
    """Area of each pixel relative to a plain one, in the shape of ``coordinates``."""
    return per_sensor(geometry, Segment.areas, each, interleaved=interleaved)
