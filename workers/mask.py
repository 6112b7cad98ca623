"""The good pixels of a detector: what its constants say and what its settings leave out."""

import numpy as np
from numpy.typing import NDArray

from monitor.calib.constants import Constants
from monitor.calib.masks import grown_by_radius, merged, within_edges
from monitor.calib.status import SIGNS, status_mask
from monitor.settings import Mask

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
    known = constants if "pedestals" in constants else {}
    good = _status(wanted, known, shape)
    if good is not None and wanted.radius:
        good = grown_by_radius(good, wanted.radius, wanted.pattern)
    edges = within_edges(shape, *wanted.edges) if any(wanted.edges) else None
    own = known.get("pixel_mask") if wanted.pixel_mask else None
    by_user = None if own is None else _every(own != 0, shape)
    numbers = [_every(np.isfinite(known[name]), shape) for name in ("pedestals", "pixel_gain", "pixel_offset") if name in known]
    joined = merged([good, edges, by_user, *numbers])
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


def _every(good: NDArray[np.bool_], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Good in every range, shape ``shape``."""
    every: NDArray[np.bool_] = np.logical_and.reduce(good.reshape(-1, *shape))
    return every
