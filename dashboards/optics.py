"""From a pixel to momentum transfer and resolution: where beam, sample and detector are, as far as it is known."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboards.pictures.details import Details
from dashboards.snapshot import Snapshot

ANGSTROM_KEV = 12.398419843320026
"""Wavelength in angstrom times energy in keV (h c)."""

SHORTEST_UM = 1000.0
"""Geometry files without a distance have z near 0."""

SAMPLE = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Optics:
    """Enough to say q.

    Attributes
    ----------
    energy
        Photons, keV.
    distance
        Sample to detector, mm.
    x, y
        Where the beam meets the detector, micrometre, in its pixel positions.
    """

    energy: float
    distance: float
    x: float
    y: float

    def q(self, x: float, y: float) -> float:
        """Momentum transfer at a position (micrometre), 1/angstrom; the detector is taken as flat and upright."""
        angle = math.atan(math.hypot(x - self.x, y - self.y) / (1000 * self.distance))
        return 4 * math.pi * self.energy / ANGSTROM_KEV * math.sin(angle / 2)

    def radius(self, resolution: float) -> float | None:
        """Distance from the beam in micrometre at which a resolution (angstrom) lies; ``None`` if it is never reached ahead."""
        sine = ANGSTROM_KEV / self.energy / (2 * resolution)
        angle = 2 * math.asin(sine) if sine < 1 else math.pi
        return 1000 * self.distance * math.tan(angle) if angle < math.pi / 2 else None


@dataclass(frozen=True, slots=True)
class Given:
    """What a person says instead of what is known; ``None`` = nothing."""

    energy: float | None = None
    distance: float | None = None
    x: float | None = None
    y: float | None = None


def optics_for(snapshot: Snapshot, plain: Mapping[str, Any], details: Details, given: Given) -> tuple[Optics | None, str]:
    """Where everything is, and in words where that comes from or what is missing.

    What a person says goes first, then the azimuthal average of the settings, so that its q is the same; then the measured photon
    energy and the geometry file.

    Parameters
    ----------
    plain
        The settings in force.
    """
    averaging = next(_azimuthal(plain, details.detector), {})
    pairs = {
        "energy": _first(("by hand", given.energy), ("settings", _energy(averaging)), ("measured", _measured(snapshot))),
        "distance": _first(
            ("by hand", given.distance), ("settings", _number(averaging.get("dis_to_sam"))), ("geometry", _z(details))
        ),
    }
    missing = [name for name, (_, value) in pairs.items() if value is None]
    if "x" not in details.maps or "y" not in details.maps:
        missing.append("pixel positions")
    if missing:
        words = {"energy": "photon energy", "distance": "distance"}
        return None, f"No q without {' and '.join(words.get(name, name) for name in missing)}."
    x, y = _centre(averaging, details)
    x, y = (x if given.x is None else given.x), (y if given.y is None else given.y)
    energy, distance = pairs["energy"][1] or 0.0, pairs["distance"][1] or 0.0
    said = f"{energy:.5g} keV ({pairs['energy'][0]}), {distance:.5g} mm ({pairs['distance'][0]}), centre {x:.0f}, {y:.0f} µm"
    return Optics(energy=energy, distance=distance, x=x, y=y), said


@dataclass(frozen=True, slots=True)
class Placement:
    """Positions to places in the assembled image: row = rows . (1, x, y), column = columns . (1, x, y)."""

    rows: tuple[float, float, float]
    columns: tuple[float, float, float]

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Row and column (of pixel corners, as plots count) of a position in micrometre."""
        row, column = (c[0] + c[1] * x + c[2] * y for c in (self.rows, self.columns))
        return row + 0.5, column + 0.5

    @property
    def pixels_per_um(self) -> float:
        """Length of a micrometre in the image."""
        determinant = self.rows[1] * self.columns[2] - self.rows[2] * self.columns[1]
        return math.sqrt(abs(determinant))


def placement_of(details: Details) -> Placement | None:
    """How positions become places, fitted to some thousand pixels; ``None`` if positions are not known or lie on a line."""
    if "x" not in details.maps or "y" not in details.maps:
        return None
    places = np.flatnonzero(details.index.reshape(-1) >= 0)
    places = places[:: max(1, len(places) // SAMPLE)]
    pixels = details.index.reshape(-1)[places]
    x, y = (details.maps[name].reshape(-1)[pixels].astype(np.float64) for name in ("x", "y"))
    good = np.isfinite(x) & np.isfinite(y)
    matrix = np.column_stack([np.ones(good.sum()), x[good], y[good]])
    if len(matrix) < 3 or np.linalg.matrix_rank(matrix) < 3:
        return None
    rows, columns = np.divmod(places[good], details.index.shape[1])
    return Placement(*(_fitted(matrix, wanted) for wanted in (rows, columns)))


def _fitted(matrix: NDArray[np.float64], wanted: NDArray[np.int64]) -> tuple[float, float, float]:
    a, b, c = np.linalg.lstsq(matrix, wanted.astype(np.float64), rcond=None)[0]
    return float(a), float(b), float(c)


def _azimuthal(plain: Mapping[str, Any], detector: str) -> Iterator[Mapping[str, Any]]:
    """Azimuthal averages of a detector that know their distance."""
    for entry in plain.get("detector") or ():
        if entry.get("name") == detector:
            yield from (each for each in entry.get("feature") or () if "dis_to_sam" in each and "center" in each)


def _first(*pairs: tuple[str, float | None]) -> tuple[str, float | None]:
    return next(((word, value) for word, value in pairs if value is not None and value > 0), ("", None))


def _energy(averaging: Mapping[str, Any]) -> float | None:
    """Photon energy in keV; numbers from 100 on are eV, as in the feature."""
    value = _number(averaging.get("eBeam"))
    return value / 1000 if value is not None and value >= 100 else value


def _measured(snapshot: Snapshot) -> float | None:
    """Newest measured photon energy in keV."""
    for name in snapshot.fields:
        if name.endswith("/photon_energy"):
            values = snapshot.rows.last(1000).column(name)
            values = values[np.isfinite(values) & (values > 0)]
            return float(np.median(values)) / 1000 if len(values) else None
    return None


def _z(details: Details) -> float | None:
    """Distance in mm that a geometry file says."""
    z = details.maps.get("z")
    middle = abs(float(np.median(z))) if z is not None else 0.0
    return middle / 1000 if middle > SHORTEST_UM else None


def _centre(averaging: Mapping[str, Any], details: Details) -> tuple[float, float]:
    """The beam: as the azimuthal average has it; the origin of a geometry file; else the middle of the pixels."""
    centre = averaging.get("center")
    if isinstance(centre, list | tuple) and len(centre) == 2 and all(_number(value) is not None for value in centre):
        return float(centre[0]), float(centre[1])
    if "z" in details.maps:
        return 0.0, 0.0
    return tuple(float(np.nanmean(details.maps[name])) for name in ("x", "y"))  # type: ignore[return-value]


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
