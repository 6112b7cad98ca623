"""A mask that somebody paints: shapes in the picture, the pixels they mean, and the file that the settings then name."""

import os
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dashboards.pictures.details import Details
from dashboards.reduce.region import Corners
from monitor.calib.constants import read_mask
from monitor.calib.polygon import inside
from monitor.errors import DamagedData, Unusable

FOLDER = "masks"
MOST_EDITS = 200


@dataclass(frozen=True, slots=True)
class Edit:
    """One stroke of the mouse.

    Attributes
    ----------
    good
        The pixels become good instead of bad.
    corners
        A polygon, or the way of a brush; row and column in the picture.
    radius
        Of the brush, in pixels; 0 = a polygon.
    panels
        Drawn in the panels side by side instead of the assembled image.
    """

    good: bool
    corners: Corners
    radius: float = 0.0
    panels: bool = False

    def places(self, shape: tuple[int, int]) -> NDArray[np.bool_]:
        """Places of a picture of this shape that it covers."""
        return brushed(self.corners, self.radius, shape) if self.radius else inside(self.corners, shape)


def brushed(way: Corners, radius: float, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Places whose centre is no further than ``radius`` from a way of straight pieces; boolean, shape ``shape``."""
    found = np.zeros(shape, bool)
    for (r0, c0), (r1, c1) in zip(way, (*way[1:], way[-1]), strict=True):
        top, bottom = (int(n) for n in np.clip((min(r0, r1) - radius - 1, max(r0, r1) + radius + 1), 0, shape[0]))
        left, right = (int(n) for n in np.clip((min(c0, c1) - radius - 1, max(c0, c1) + radius + 1), 0, shape[1]))
        rows = np.arange(top, bottom)[:, None] + 0.5 - r0
        columns = np.arange(left, right)[None, :] + 0.5 - c0
        length = (r1 - r0) ** 2 + (c1 - c0) ** 2
        along = np.clip((rows * (r1 - r0) + columns * (c1 - c0)) / length, 0, 1) if length else 0.0
        near = (rows - along * (r1 - r0)) ** 2 + (columns - along * (c1 - c0)) ** 2 <= radius**2
        found[top:bottom, left:right] |= near
    return found


def edited(own: NDArray[np.bool_], edits: Iterable[Edit], details: Details) -> NDArray[np.bool_]:
    """The user's mask after these edits, in the shape of a frame; a new array.

    Parameters
    ----------
    own
        The user's mask before, shape of a frame; True = good.
    """
    good = own.copy().reshape(-1)
    for edit in edits:
        index = details.panel_index if edit.panels else details.index
        pixels = index[edit.places((index.shape[0], index.shape[1]))]
        good[pixels[pixels >= 0]] = edit.good
    return good.reshape(own.shape)


def own_mask(file: str, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """The user's mask as its file has it; all good without a file.

    Raises
    ------
    Unusable
        If it cannot be read here, or is not one of this detector.
    """
    if not file:
        return np.ones(shape, bool)
    try:
        mask = read_mask(Path(file))
    except DamagedData as error:
        raise Unusable(f"the mask in force cannot be read: {error}") from error
    if mask.size != int(np.prod(shape)):
        raise Unusable(f"{file} has {mask.size} pixels, the detector {int(np.prod(shape))}")
    return np.asarray(mask.reshape(shape) != 0)


def save_mask(good: NDArray[np.bool_], folder: Path, detector: str) -> Path:
    """Write a mask under a name of its own; older ones stay, because older versions of the settings name them.

    Raises
    ------
    Unusable
        If the folder cannot be written.
    """
    plain = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in detector)
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    path = folder / FOLDER / f"{plain}-{stamp}-{secrets.token_hex(3)}.npy"
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("xb") as file:
            np.save(file, good.astype(np.uint8))
        os.replace(part, path)
    except OSError as error:
        raise Unusable(f"the mask cannot be saved in {path.parent}: {os.strerror(error.errno or 0)}") from error
    return path.resolve()
