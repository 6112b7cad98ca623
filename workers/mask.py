"""The good pixels of a detector: what its constants say and what its settings leave out."""

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.calib.constants import Constants, read_mask
from monitor.calib.geometry.mask import Mask as Part
from monitor.calib.geometry.mask import segment_mask
from monitor.calib.geometry.segment import segment_for
from monitor.calib.mask_word import from_word
from monitor.calib.masks import grown_by_radius, merged, within_edges
from monitor.calib.status import SIGNS, status_mask
from monitor.errors import ConfigError, DamagedData
from monitor.settings import Mask

SENSORS = {
    (185, 388): "SENS2X1:V1",
    (704, 768): "EPIX100:V1",
    (352, 384): "EPIX10KA:V1",
    (512, 1024): "JUNGFRAU:V1",
}
"""Sensors with borders of chips or unbonded pixels, by rows and columns of a panel."""

EPIX10KA_RANGES = 7
NOT_SWITCHED = range(5)
"""The ranges of an Epix10ka whose status the facility looks at."""


def mask_for(wanted: Mask, constants: Constants, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Good pixels of a detector, shape ``shape``.

    The order is the facility's (mask_v2): status, unbonded pixels, growth, edges, borders of chips, pixel_mask; then pixels whose
    pedestal or gain is no number, and the mask of the user. Constants count only beside pedestals: without them pixels are raw.

    Parameters
    ----------
    wanted
        The section ``mask`` of a detector.
    constants
        As ``constants_for`` gives them: ``shape``, or ``(ranges, *shape)``.
    shape
        Shape of a frame, panels first.

    Raises
    ------
    ConfigError
        If the settings do not fit the detector, or the user's mask cannot be read.
    """
    if wanted.bits is not None:
        wanted = from_word(wanted.bits, wanted)
    known = constants if "pedestals" in constants else {}
    good = _status(wanted, known, shape)
    unbonded, central = _built(wanted, shape)
    good = merged([good, unbonded])
    if good is not None and wanted.radius:
        good = grown_by_radius(good, wanted.radius, wanted.pattern)
    edges = within_edges(shape, *wanted.edges) if any(wanted.edges) else None
    _check_left(edges, f"edges of {wanted.edges[0]} rows and {wanted.edges[1]} columns leave no pixel of panels", shape, "edges")
    _check_left(central, f"borders of {wanted.central} pixels between chips leave no pixel of panels", shape, "central")
    stored = known.get("pixel_mask") if wanted.pixel_mask else None
    by_user = None if stored is None else _every(stored != 0, shape)
    numbers = [_every(np.isfinite(known[name]), shape) for name in ("pedestals", "pixel_gain", "pixel_offset") if name in known]
    own = _own(wanted.file, shape) if wanted.file else None
    joined = merged([good, edges, central, by_user, *numbers, own])
    return np.ones(shape, bool) if joined is None else joined


def _status(wanted: Mask, constants: Constants, shape: tuple[int, ...]) -> NDArray[np.bool_] | None:
    """What the status words say; None without any."""
    words = {name: constants[name].reshape(-1, *shape) for name in SIGNS if name in constants}
    if not words:
        return None
    count = max(len(array) for array in words.values())
    words = {name: np.broadcast_to(array, (count, *shape)) for name, array in words.items()}
    ranges = wanted.ranges or (NOT_SWITCHED if count == EPIX10KA_RANGES else range(count))
    return status_mask(words, {name: getattr(wanted, _KEYS[name]) for name in SIGNS}, ranges=ranges, neighbours=wanted.neighbours)


_KEYS = {"pixel_status": "status", "status_extra": "status_extra", "status_data": "status_data"}


def _built(wanted: Mask, shape: tuple[int, ...]) -> tuple[NDArray[np.bool_] | None, NDArray[np.bool_] | None]:
    """What the build of the sensors says: pixels that are bonded, and pixels away from the borders of chips; None = all."""
    name = SENSORS.get((shape[-2], shape[-1]))
    sensor = None if name is None else segment_for(name)
    if sensor is None:
        return None, None
    word = {0: Part.UNBONDED, 4: Part.UNBONDED_4, 8: Part.UNBONDED_8}[wanted.unbonded_neighbours]
    unbonded = segment_mask(sensor, word) if wanted.unbonded else None
    central = segment_mask(sensor, Part.CENTRAL, central_width=wanted.central) if wanted.central else None
    return _on_each(unbonded, shape), _on_each(central, shape)


def _on_each(mask: NDArray[np.uint8] | None, shape: tuple[int, ...]) -> NDArray[np.bool_] | None:
    """The mask of a sensor on every panel."""
    return None if mask is None else np.broadcast_to(mask != 0, shape)


def _own(file: str, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """The user's mask."""
    try:
        mask = read_mask(Path(file))
    except DamagedData as error:
        raise ConfigError(f"the mask cannot be used: {error}", key="mask.file") from error
    if mask.size != math.prod(shape):
        why = f"{file} has {mask.size:,} pixels, a frame of shape {shape} has {math.prod(shape):,}"
        raise ConfigError(why, key="mask.file")
    good: NDArray[np.bool_] = mask.reshape(shape) != 0
    _check_left(good, f"{file} leaves no pixel good of frames", shape, "file")
    return good


def _check_left(good: NDArray[np.bool_] | None, why: str, shape: tuple[int, ...], key: str) -> None:
    """Refuse what makes every pixel bad: no number would ever come of it, and nothing would say why."""
    if good is not None and not good.any():
        raise ConfigError(f"{why} of shape {shape}", key=f"mask.{key}")


def _every(good: NDArray[np.bool_], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Good in every range, shape ``shape``."""
    every: NDArray[np.bool_] = np.logical_and.reduce(good.reshape(-1, *shape))
    return every
