"""Geometry of a flat detector as pyFAI states it: distance, point of normal incidence, rotations (Ashiotis et al. 2015).

Lengths in metre, angles in rad.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]

FILE_KEYS = {"distance": "dist", "poni1": "poni1", "poni2": "poni2", "wavelength": "wavelength"}
FILE_KEYS |= {f"rot{n}": f"rot{n}" for n in (1, 2, 3)} | {"pixelsize1": "pixel1", "pixelsize2": "pixel2"}
UNITS = ("2th_deg", "2th_rad", "q_A^-1", "q_nm^-1", "r_mm", "r_m")


@dataclass(frozen=True, slots=True, kw_only=True)
class Poni:
    """Where a detector stands; names as in pyFAI (``pixel1``: along rows, ``pixel2``: along columns)."""

    dist: float
    poni1: float
    poni2: float
    pixel1: float
    pixel2: float
    rot1: float = 0.0
    rot2: float = 0.0
    rot3: float = 0.0
    wavelength: float | None = None

    def places(self, row: Real, column: Real) -> tuple[Real, Real, Real, Real]:
        """Scattering angle, azimuth, distance from the beam and relative solid angle of pixels.

        The azimuth is 0 along the columns and grows towards the rows, from -pi to pi.
        """
        p1, p2, length = (row + 0.5) * self.pixel1 - self.poni1, (column + 0.5) * self.pixel2 - self.poni2, self.dist
        (s1, s2, s3), (c1, c2, c3) = np.sin([self.rot1, self.rot2, self.rot3]), np.cos([self.rot1, self.rot2, self.rot3])
        t1 = p1 * c2 * c3 + p2 * (c3 * s1 * s2 - c1 * s3) - length * (c1 * c3 * s2 + s1 * s3)
        t2 = p1 * c2 * s3 + p2 * (c1 * c3 + s1 * s2 * s3) - length * (c1 * s2 * s3 - c3 * s1)
        t3 = p1 * s2 - p2 * c2 * s1 + length * c1 * c2
        solid = (length / np.sqrt(p1**2 + p2**2 + length**2)) ** 3
        return np.arctan2(np.hypot(t1, t2), t3), np.arctan2(t1, t2), np.hypot(t1, t2), solid

    def in_unit(self, unit: str, theta: Real, distance: Real) -> Real:
        """Scattering angles (or distances from the beam) in one of ``UNITS``.

        Raises
        ------
        ValueError
            If the unit needs a wavelength and there is none.
        """
        if unit.startswith("2th"):
            return np.degrees(theta) if unit == "2th_deg" else theta
        if unit.startswith("r_"):
            return distance * (1e3 if unit == "r_mm" else 1)
        if self.wavelength is None:
            raise ValueError(f"{unit} needs the wavelength, in metre")
        return 4e-10 * np.pi / self.wavelength * np.sin(theta / 2) * (1 if unit == "q_A^-1" else 10)


def polarization(factor: float, theta: Real, azimuth: Real) -> Real:
    """Part of the light that a polarization lets through; factor 1 = along the columns, 0 = none, -1 = along the rows."""
    across = np.cos(theta) ** 2
    return np.asarray((1 + across - factor * np.cos(2 * azimuth) * (1 - across)) / 2, np.float64)


def poni_from(given: Mapping[str, float], pitch: float | None) -> Poni:
    """Geometry of parameters.

    Parameters
    ----------
    given
        By the names of ``Poni``.
    pitch
        Size of a pixel where ``given`` has none, metre.

    Raises
    ------
    ValueError
        If something is missing, unknown, or no geometry.
    """
    sizes = {} if pitch is None else {"pixel1": pitch, "pixel2": pitch}
    try:
        made = Poni(**{**sizes, **given})
    except TypeError as error:
        raise ValueError(f"ai_kwargs: {error}; it takes {', '.join(Poni.__slots__)}") from error
    numbers = [value for value in (getattr(made, name) for name in Poni.__slots__) if value is not None]
    if not np.isfinite(numbers).all() or min(made.dist, made.pixel1, made.pixel2, made.wavelength or 1) <= 0:
        raise ValueError(f"ai_kwargs: {dict(given)} is no geometry; distances, pixel sizes and wavelength are above 0")
    return made


def read_poni(path: Path) -> dict[str, float]:
    """Parameters in a poni file of version 1 or 2.

    Raises
    ------
    ValueError
        If it cannot be read.
    """
    found: dict[str, float] = {}
    try:
        for line in path.read_text().splitlines():
            key, colon, value = line.partition(":")
            key = key.strip().lower()
            if line.startswith("#") or not colon or not value.strip():
                continue
            if key in FILE_KEYS:
                found[FILE_KEYS[key]] = float(value)
            elif key == "detector_config":
                config: Any = json.loads(value)
                found |= {name: float(config[name]) for name in ("pixel1", "pixel2") if name in config}
    except (OSError, ValueError, TypeError) as error:
        raise ValueError(f"poni_file {path} cannot be used: {error}") from error
    return found
