"""Scattering angles of pixels, and the corrections that depend on them (small-data ``azimuthalBinning``).

Formulas: smalldata_tools, with the geometry factor in force since December 2025 ((c / r) cubed). Lengths in mm, angles in rad.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WAVELENGTH = 12398.4
"""Wavelength in angstrom times photon energy in eV."""

Real = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PixelGeometry:
    """Angles of each pixel, in the shape of the coordinates.

    Attributes
    ----------
    theta
        Scattering angle (2 theta of crystallographers).
    phi
        Azimuth: 0 along +y, growing towards +x, 0 to 2 pi.
    q
        Momentum transfer, 1/angstrom.
    distance
        Sample to the pixel's plane, mm: c.
    r
        Sample to the pixel, mm.
    """

    theta: Real
    phi: Real
    q: Real
    distance: Real
    r: Real

    @property
    def geometry(self) -> Real:
        """(c / r) cubed: solid angle of the pixel relative to one facing the sample at the detector's distance."""
        return np.asarray((self.distance / self.r) ** 3, np.float64)

    @property
    def older_geometry(self) -> Real:
        """c^2 / r^3 over its largest value, as in files from before December 2025."""
        factor = self.distance**2 / self.r**3
        return np.asarray(factor / factor.max(), np.float64)

    def polarization(self, plane: float) -> Real:
        """Part of the scattered light that a linear polarization lets through; ``plane`` 0 along x, 1 along y."""
        across, along = np.sin(self.phi) * np.sin(self.theta), np.cos(self.phi) * np.sin(self.theta)
        return np.asarray((1 - plane) * (1 - across**2) + plane * (1 - along**2), np.float64)


def pixel_geometry(
    x: Real,
    y: Real,
    *,
    center: tuple[float, float],
    distance: float,
    energy: float,
    tx: float = 0.0,
    ty: float = 0.0,
    z: Real | None = None,
) -> PixelGeometry:
    """Angles of pixels.

    Parameters
    ----------
    x, y, z
        Pixel centres, micrometre.
    center
        Where the beam meets the detector, micrometre.
    distance
        Sample to detector, mm.
    energy
        Photon energy, keV.
    tx, ty
        Tilt of the detector, degree.
    """
    x, y, (x0, y0) = x / 1000, y / 1000, (center[0] / 1000, center[1] / 1000)
    c = distance + (0.0 if z is None else (z.mean() - z) / 1000)
    tx, ty = np.deg2rad(tx), np.deg2rad(ty)
    A, B, C = -np.sin(ty) * np.cos(tx), -np.sin(tx), -np.cos(ty) * np.cos(tx)
    a, b = x0 + c * np.tan(ty), y0 - c * np.tan(tx)
    r = np.sqrt((x - a) ** 2 + (y - b) ** 2 + c**2)
    u = A * (x - a) + B * (y - b) - C * c
    theta = np.arccos(u / r)
    with np.errstate(invalid="ignore", divide="ignore"):
        phi = np.arccos(((A**2 + C**2) * (y - b) - A * B * (x - a) + B * C * c) / np.sqrt((A**2 + C**2) * (r**2 - u**2)))
    undefined = np.isnan(phi)
    phi[undefined] = np.where(y >= y0, 0.0, np.pi)[undefined]
    phi = np.where(x < x0, 2 * np.pi - phi, phi)
    # The order of operations is the original's: its lowest pixel lies on a bin edge and must fall on the same side.
    q = 4 * np.pi / (WAVELENGTH / (energy * 1000)) * np.sin(theta / 2)
    return PixelGeometry(theta, phi, q, np.broadcast_to(c, r.shape), r)
