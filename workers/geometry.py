"""Which geometry an area detector gets: the file the settings name, that of the calib directory, else the family's rough one."""

import hashlib
import math
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from monitor.calib.directory import calib_near, geometry_file
from monitor.calib.geometry.coordinates import INTERLEAVED, areas, coordinates
from monitor.calib.geometry.pixel_index import grid_of, pixel_index
from monitor.calib.geometry.text import read_geometry
from monitor.calib.geometry.tree import Geometry
from monitor.errors import ConfigError, DamagedData
from monitor.model.place import FilePlace, Place
from monitor.settings import Detector, Settings
from workers.detectors.area import Arrangement, Layout, Measured
from workers.run_view import Source
from workers.trouble import Trouble

ROUGH = "none"
"""What the setting ``geometry`` says for the family's own arrangement."""
KEPT = 4
"""Arrangements kept for the next run: a large detector's takes about 100 MB and a second to make."""


def arranged(
    layout: Layout, detector: Detector, source: Source, run: int, settings: Settings, places: tuple[Place, ...], note: Trouble
) -> Layout:
    """The layout with the arrangement of a geometry file, where one holds for the run; else as it is.

    A file that cannot be used, or whose pixels are not those of a frame, is named with what was expected.

    Raises
    ------
    ConfigError
        If the settings name a file that does not exist.
    """
    path = geometry_path(detector, source.text, run, settings, places)
    if path is None:
        return layout
    try:
        made = _arrangement(path, hashlib.sha256(path.read_bytes()).hexdigest(), layout.shape)
    except (DamagedData, OSError) as error:
        note.note(f"{detector.name}: {error}; the rough arrangement is used")
        return layout
    return replace(layout, arrangement=lambda: made)


def geometry_path(detector: Detector, source: str, run: int, settings: Settings, places: tuple[Place, ...]) -> Path | None:
    """The geometry file of a detector for a run; None if there is none, or none is wanted."""
    if detector.geometry == ROUGH:
        return None
    if detector.geometry:
        path = Path(detector.geometry)
        if not path.is_file():
            raise ConfigError(f"there is no geometry file {path}", key=f"detector.{detector.name}.geometry")
        return path
    named = [Path(text) for text in (detector.constants, settings.calib_directory) if text]
    near = (calib_near(Path(place.path)) for place in places if isinstance(place, FilePlace))
    folders = [*(path for path in named if path.is_dir()), *(path for path in near if path is not None)]
    found = (geometry_file(folder, source, run) for folder in folders)
    return next((path for path in found if path is not None), None)


@lru_cache(maxsize=KEPT)
def _arrangement(path: Path, sha256: str, shape: tuple[int, ...]) -> Arrangement:
    """Arrangement of a file of this content; ``DamagedData`` if its pixels are not those of a frame of this shape."""
    geometry = read_geometry(path)
    check_fit(geometry, shape)
    interleaved = shape[-1:] == (2,)
    pixels = coordinates(geometry, interleaved=interleaved)
    places = pixel_index(pixels, grid_of(pixels, geometry.scale))
    pixels = pixels.reshaped(shape)
    area = areas(geometry, interleaved=interleaved).astype(np.float32)
    measured = Measured(x=pixels.x, y=pixels.y, z=pixels.z, area=area.reshape(shape), path=str(path), sha256=sha256)
    return Arrangement(
        places.rows.reshape(shape), places.columns.reshape(shape), places.shape, pitch=geometry.scale, measured=measured
    )


def check_fit(geometry: Geometry, shape: tuple[int, ...]) -> None:
    """Whether a geometry has the pixels of a frame.

    Raises
    ------
    DamagedData
        Saying what was expected.
    """
    sensors = geometry.sensors()
    interleaved = shape[-1:] == (2,) and INTERLEAVED in [each.name for each in geometry.objects]
    panel = shape[:-1] if interleaved else shape[-2:]
    expected, found = (math.prod(shape) // math.prod(panel), panel), (len(sensors), sensors[0].shape)
    if expected != found:
        raise DamagedData(f"a geometry of {_panels(*found)}, frames have {_panels(*expected)}", source=geometry.source)


def _panels(count: int, shape: tuple[int, ...]) -> str:
    return f"{count} panel{'s' if count > 1 else ''} of {' x '.join(map(str, shape))} pixels"
