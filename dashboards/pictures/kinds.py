"""The kinds of pictures a detector has, what each is made of, and what to switch on where that is missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dashboards.pictures.details import Details
from dashboards.snapshot import Picture

Image = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of picture.

    Attributes
    ----------
    title
        What a person calls it.
    topics
        What it is made of: beginnings of topics, behind which the detector's name stands where ``{}`` is.
    make
        The picture from those of the topics, in their order; all are there and have one shape.
    told
        For what the common mode tells with each event: ``newest``, or ``mean`` over the events that are kept.
    of
        For what is not sent but known: the image from the detector's details, ``None`` if they do not have it.
    sums
        Names of the detector's ``sums`` it needs.
    around_zero
        Colours show the sign.
    unit
        Instead of that of its parts.
    """

    title: str
    topics: tuple[str, ...] = ()
    make: Callable[[Sequence[Picture]], Picture] | None = None
    told: Literal["", "newest", "mean"] = ""
    of: Callable[[Details], Image | None] | None = None
    sums: tuple[str, ...] = ()
    around_zero: bool = False
    unit: str | None = None


def first(parts: Sequence[Picture]) -> Picture:
    """The picture as it came."""
    return parts[0]


def difference(parts: Sequence[Picture]) -> Picture:
    """Laser on minus laser off; it stands on as many events as the smaller mean."""
    on, off = parts
    return _joined(parts, on.image - off.image, on.unit)


def significance(parts: Sequence[Picture]) -> Picture:
    """Difference over its standard error, from means and standard deviations of single events with the laser on and off.

    The error of a mean of n events is s / sqrt(n - 1), because the service's s divides by n. NaN where nothing varies.
    """
    on, off, on_std, off_std = parts
    square = on_std.image.astype(np.float32) ** 2 / max(1, on_std.count - 1)
    square += off_std.image.astype(np.float32) ** 2 / max(1, off_std.count - 1)
    square[~(square > 0)] = np.nan
    return _joined(parts, (on.image - off.image) / np.sqrt(square), "σ")


def _joined(parts: Sequence[Picture], image: NDArray[np.floating], unit: str) -> Picture:
    """A picture made of others."""
    count, arrived = min(part.count for part in parts), min(part.arrived for part in parts)
    return Picture(image.astype(np.float32, copy=False), unit, count, {"run": parts[0].header.get("run")}, arrived)


MEAN, ON, OFF = "sum/{}/calib", "sum/{}/calib_laser_on", "sum/{}/calib_laser_off"
ON_STD, OFF_STD = "sum/{}/calib_std_laser_on", "sum/{}/calib_std_laser_off"

KINDS: Mapping[str, Kind] = {
    "live": Kind(title="live frame", topics=("frame/{}",), make=first),
    "mean": Kind(title="mean", topics=(MEAN,), make=first, sums=("calib",)),
    "step": Kind(title="mean of this step", topics=("step_sum/{}/calib",), make=first, sums=("calib",)),
    "on": Kind(title="mean, laser on", topics=(ON,), make=first, sums=("calib",)),
    "off": Kind(title="mean, laser off", topics=(OFF,), make=first, sums=("calib",)),
    "difference": Kind(title="laser on − off", topics=(ON, OFF), make=difference, sums=("calib",), around_zero=True),
    "significance": Kind(
        title="laser on − off, in standard errors",
        topics=(ON, OFF, ON_STD, OFF_STD),
        make=significance,
        sums=("calib", "calib_std"),
        around_zero=True,
    ),
    "std": Kind(title="standard deviation", topics=("sum/{}/calib_std",), make=first, sums=("calib_std",)),
    "max": Kind(title="largest value", topics=("sum/{}/calib_max",), make=first, sums=("calib_max",)),
    "common-mode": Kind(title="common mode of the newest event", told="newest", make=first),
    "common-mode-mean": Kind(title="common mode, mean", told="mean", make=first),
    "mask": Kind(title="mask in force (1 = good)", of=lambda details: details.image_of("mask"), unit=""),
    "gain": Kind(title="gain map", of=lambda details: details.image_of("gain"), unit=""),
    "rms": Kind(title="noise of the dark (rms)", of=lambda details: details.image_of("rms"), unit="ADU"),
}
"""By the word that stands in the page's address."""


def parts_of(kind: Kind, detector: str, pictures: Mapping[str, Picture]) -> tuple[Picture, ...] | None:
    """What the picture is made of; ``None`` while something of it is missing or does not fit."""
    found = [pictures.get(topic.format(detector)) for topic in kind.topics]
    parts = tuple(part for part in found if part is not None)
    if not parts or len(parts) < len(found) or len({part.image.shape for part in parts}) > 1:
        return None
    return parts
