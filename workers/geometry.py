"""Which geometry an area detector gets: the file the settings name, that of the calib directory, else how it was built."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from monitor.calib.constants import content_of
from monitor.calib.directory import calib_near, device_of, geometry_file
from monitor.calib.geometry.coordinates import areas, coordinates
from monitor.calib.geometry.fit import check_fit
from monitor.calib.geometry.nominal import nominal_geometry
from monitor.calib.geometry.pixel_index import grid_of, pixel_index
from monitor.calib.geometry.rayonix import DEVICE, matrix_name, with_matrix
from monitor.calib.geometry.text import read_geometry
from monitor.calib.geometry.tree import Geometry
from monitor.errors import ConfigError, DamagedData
from monitor.model.place import FilePlace, Place
from monitor.settings import CONSTANTS_RAW, CONSTANTS_REQUIRED, GEOMETRY_ROUGH, Detector, Settings
from workers.detectors.area import Arrangement, Layout, Positions
from workers.run_view import Source
from workers.trouble import Trouble

KEPT = 4
"""Arrangements kept for the next run: that of a 2.3 Mpx detector has 80 MB and takes 0.25 s to make."""


def arranged(
    layout: Layout, detector: Detector, source: Source, run: int, settings: Settings, places: tuple[Place, ...], note: Trouble
) -> Layout:
    """The layout with the arrangement of the geometry file that holds for the run; without one as built, or as it is.

    A file that cannot be used, or whose pixels are not those of a frame, is named with what was expected.

    Raises
    ------
    ConfigError
        If the settings name a file that does not exist.
    """
    path = geometry_path(detector, source.text, run, settings, places)
    if path is None:
        nominal = None if detector.geometry == GEOMETRY_ROUGH else _nominal(device_of(source.text), layout.shape)
        return layout if nominal is None else replace(layout, arrangement=lambda: nominal)
    try:
        content = content_of(path)
        if settings.constants.get(str(path), content) != content:
            note.note(f"{detector.name}: {path} has changed since this version of the settings was made")
        matrix = _matrix(layout) if device_of(source.text) == DEVICE else ""
        made, corrected = _arrangement(path, content, layout.shape, matrix)
    except (DamagedData, OSError) as error:
        note.note(f"{detector.name}: {error}; the rough arrangement is used")
        return replace(layout, arrangement=lambda: replace(layout.arrangement(), rough=True))
    if corrected:
        note.note(f"{detector.name}: {path} is for another binning; the configuration says {matrix}")
    return replace(layout, arrangement=lambda: made)


def _matrix(layout: Layout) -> str:
    """Matrix that the configuration of a camera with binning means; empty if it does not tell the size of a pixel."""
    pitch = layout.arrangement().pitch
    return matrix_name(layout.shape, pitch) if pitch > 1 and len(layout.shape) == 2 else ""


def geometry_path(detector: Detector, source: str, run: int, settings: Settings, places: tuple[Place, ...]) -> Path | None:
    """The geometry file of a detector for a run; None if there is none, or none is wanted."""
    if detector.geometry == GEOMETRY_ROUGH:
        return None
    if detector.geometry:
        path = Path(detector.geometry)
        if not path.is_file():
            raise ConfigError(f"there is no geometry file {path}", key=f"detector.{detector.name}.geometry")
        return path
    own = "" if detector.constants in (CONSTANTS_RAW, CONSTANTS_REQUIRED) else detector.constants
    near = (calib_near(Path(place.path)) for place in places if isinstance(place, FilePlace))
    common = settings.calib_directory or next((path for path in near if path is not None), "")
    found = (geometry_file(Path(folder), source, run) for folder in (own, common) if folder)
    return next((path for path in found if path is not None), None)


@lru_cache(maxsize=KEPT)
def _arrangement(path: Path, sha256: str, shape: tuple[int, ...], matrix: str) -> tuple[Arrangement, bool]:
    """Arrangement of a file of this content, and whether its matrix had to be replaced by ``matrix``.

    Raises
    ------
    DamagedData
        If the pixels are not those of a frame of this shape.
    """
    stored = read_geometry(path)
    geometry = with_matrix(stored, matrix) if matrix else stored
    check_fit(geometry, shape)
    return _placed(geometry, shape, str(path), sha256), geometry is not stored


@lru_cache(maxsize=KEPT)
def _nominal(device: str, shape: tuple[int, ...]) -> Arrangement | None:
    """Arrangement of a detector as built; several panels are never exactly where they were meant to be."""
    geometry = nominal_geometry(device, shape)
    return None if geometry is None else replace(_placed(geometry, shape), rough=len(geometry.sensors()) > 1)


def _placed(geometry: Geometry, shape: tuple[int, ...], path: str = "", sha256: str = "") -> Arrangement:
    """Arrangement of a geometry that has the pixels of a frame of this shape."""
    interleaved = shape[-1:] == (2,)
    pixels = coordinates(geometry, interleaved=interleaved)
    places = pixel_index(pixels, grid_of(pixels, geometry.scale))
    rows, columns = places.rows.reshape(shape), places.columns.reshape(shape)
    area = areas(geometry, interleaved=interleaved).astype(np.float32).reshape(shape)
    pixels = pixels.reshaped(shape)
    positions = Positions(x=pixels.x, y=pixels.y, z=pixels.z if path else None, area=area, path=path, sha256=sha256)
    return Arrangement(rows, columns, places.shape, pitch=geometry.scale, positions=positions)
