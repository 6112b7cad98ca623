"""What a spectrally encoded time tool shows: a chirped white-light stripe whose transmission falls where the X-rays arrived.

Each colour of the light passes the sample at a time of its own, so that columns of the camera are times. Beside the stripe that
passes the X-rays lies one that does not; both have interference fringes, which are not in the same places and drift.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.simulate.physics.edge import rise

ROWS, COLUMNS = 64, 512
SIGNAL_ROW, REFERENCE_ROW, STRIPE_PX = 20, 44, 4.0
"""Middle rows of both stripes, and the standard deviation across."""
CENTRE_PX = 256.0
SLOPE_PS, BEND_PS = 2.6e-3, 4e-7
"""Time per pixel in the middle of the frame, and per pixel squared."""
LIGHT = 1900.0
"""Counts in the middle of a stripe."""
SOFT_PX = 6.0
DEPTH, DEEPEST = 0.12, 0.6
"""Part of the light that a mean pulse takes away behind the edge, and the most that any does."""
FRINGE, FRINGE_PX, FRINGE_SHIFT, FRINGE_DRIFT = 0.05, 31.0, 0.5, 0.4
"""Height of the fringes, their period, how far (radian) they lie apart in the two stripes, and how far they move over a run."""
FLICKER = 0.05
"""Relative change of the white light from shot to shot."""
OFFSET, PATTERN = 32.0, 2.0
"""Counts of the camera without light: mean and standard deviation over the pixels."""
GLOW = 40.0
"""Counts of the X-rays' own light on the camera at mean intensity."""
READ_NOISE, COUNT_VARIANCE = 4.0, 0.25
"""Noise of a pixel without light, and the variance that each count of light adds."""
LARGEST = 4095

SIGNAL = [[14, 27], [16, 496]]
REFERENCE = [[38, 51], [16, 496]]
SIDEBAND = [[57, 64], [16, 496]]
"""Rows and columns in which the edge is looked for, of the stripe beside it, and of what else the camera sees."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One pulse as the camera sees it.

    Attributes
    ----------
    edge_px
        Where the edge is, in pixels from the left border of the frame.
    intensity
        Of the X-rays, relative to their mean; 0 = there are none.
    laser
        Whether there is white light.
    level
        Its brightness relative to the mean.
    drift
        How far the run is, 0 to 1: the fringes move along.
    """

    edge_px: float
    intensity: float
    laser: bool
    level: float
    drift: float


def polynomial() -> tuple[float, float, float]:
    """Time in ps from pixels counted from the left border of the frame, lowest power first."""
    constant = -SLOPE_PS * CENTRE_PX + BEND_PS * CENTRE_PX**2
    return constant, SLOPE_PS - 2 * BEND_PS * CENTRE_PX, BEND_PS


def edge_at(time_ps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pixel of the edge at these arrival times: the polynomial solved for the pixel."""
    root = np.sqrt(SLOPE_PS**2 + 4 * BEND_PS * time_ps)
    found: NDArray[np.float64] = CENTRE_PX + 2 * time_ps / (SLOPE_PS + root)
    return found


def dark_pattern(random: np.random.Generator) -> NDArray[np.float64]:
    """Counts of each pixel without light, shape (64, 512)."""
    return OFFSET + random.normal(0.0, PATTERN, (ROWS, COLUMNS))


def frame(shot: Shot, dark: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.uint16]:
    """The camera's frame, uint16, shape (64, 512)."""
    light = GLOW * shot.intensity * _glow()
    if shot.laser:
        light = light + LIGHT * shot.level * _stripes(shot)
    noise = random.standard_normal((ROWS, COLUMNS), np.float32) * np.sqrt(READ_NOISE**2 + COUNT_VARIANCE * light)
    counts: NDArray[np.uint16] = np.clip(np.rint(dark + light + noise), 0, LARGEST).astype(np.uint16)
    return counts


def _stripes(shot: Shot) -> NDArray[np.float64]:
    """Light of both stripes relative to its top."""
    column, phase = np.arange(COLUMNS, dtype=np.float64) + 0.5, FRINGE_DRIFT * shot.drift
    taken = min(DEPTH * shot.intensity, DEEPEST) * rise(column - shot.edge_px, SOFT_PX)
    lamp = np.exp(-(((column - CENTRE_PX) / 230.0) ** 4))
    signal = lamp * (1 + FRINGE * np.sin(2 * np.pi * column / FRINGE_PX + phase)) * (1 - taken)
    beside = lamp * (1 + FRINGE * np.sin(2 * np.pi * column / FRINGE_PX + phase + FRINGE_SHIFT))
    return np.outer(_across(SIGNAL_ROW), signal) + np.outer(_across(REFERENCE_ROW), beside)


def _across(middle: int) -> NDArray[np.float64]:
    """Brightness of a stripe in each row."""
    bright: NDArray[np.float64] = np.exp(-(((np.arange(ROWS) - middle) / STRIPE_PX) ** 2) / 2)
    return bright


def _glow() -> NDArray[np.float64]:
    """The X-rays' own light: broad, brightest left of the middle."""
    rows, columns = np.exp(-(((np.arange(ROWS) - 32) / 60.0) ** 2)), np.exp(-(((np.arange(COLUMNS) - 180) / 300.0) ** 2))
    return np.outer(rows, columns)
