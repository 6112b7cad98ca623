"""What the common mode took off every pixel, from what its algorithms tell of each event as ``<detector>_env/<name>``."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

BY_PANEL = ("cmValues", "cm_masked_med")
"""One value for each panel."""

BY_ROW = "cm_RowMedsApplied"
"""For each panel one value for the even columns of each row, then one for the odd columns of each row."""

NAMES = (*BY_PANEL, BY_ROW)


def fields_of(detector: str) -> dict[str, str]:
    """Field of each of ``NAMES``."""
    return {name: f"{detector}_env/{name}" for name in NAMES}


def taken_off(told: Mapping[str, NDArray[Any]], shape: tuple[int, ...]) -> NDArray[np.float32] | None:
    """What was taken off each pixel of a frame.

    Parameters
    ----------
    told
        Of ``NAMES`` what an event has (or its mean over events), each of shape (panels, ...); NaN = nothing was taken off.
    shape
        Of a frame; the last two axes are the rows and columns of a panel.

    Returns
    -------
    numpy.ndarray or None
        Shape ``shape``, ADU. Where nothing at all was taken off NaN. ``None`` if nothing fits the shape.
    """
    rows, columns = shape[-2:]
    panels = math.prod(shape[:-2])
    total, known = np.zeros((panels, rows, columns), np.float32), np.zeros((panels, rows, columns), bool)
    fits = False
    for name, values in told.items():
        part = _by_row(values, panels, rows, columns) if name == BY_ROW else _by_panel(values, panels)
        if part is None:
            continue
        fits = True
        there = np.isfinite(part)
        total += np.where(there, part, np.float32(0))
        known |= there
    return np.where(known, total, np.float32("nan")).reshape(shape) if fits else None


def _by_panel(values: NDArray[Any], panels: int) -> NDArray[np.float32] | None:
    """Shape (panels, 1, 1); ``None`` if there is not one value for each panel."""
    return values.astype(np.float32).reshape(panels, 1, 1) if values.size == panels else None


def _by_row(values: NDArray[Any], panels: int, rows: int, columns: int) -> NDArray[np.float32] | None:
    """Shape (panels, rows, columns); ``None`` if there are not two values for each row."""
    if values.size != 2 * panels * rows:
        return None
    pairs = values.astype(np.float32).reshape(panels, 2, rows)
    return pairs.transpose(0, 2, 1)[:, :, np.arange(columns) % 2]
