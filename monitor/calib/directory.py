"""The calib directory: ``<calib>/<Group>/<source>/<ctype>/<begin>-<end>.data``, and which file holds for a run."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from monitor.calib.run_range import select

GROUPS = {
    "Cspad": "CsPad::CalibV1",
    "Cspad2x2": "CsPad2x2::CalibV1",
    "Princeton": "Princeton::CalibV1",
    "pnCCD": "PNCCD::CalibV1",
    "Epix": "Epix::CalibV1",
    "Epix10k": "Epix10ka::CalibV1",
    "Epix100a": "Epix100a::CalibV1",
    "Andor": "Andor::CalibV1",
    "DualAndor": "Andor3d::CalibV1",
    "Acqiris": "Acqiris::CalibV1",
    "Imp": "Imp::CalibV1",
    "Evr": "EvrData::CalibV1",
    "Timepix": "Timepix::CalibV1",
    "Fli": "Fli::CalibV1",
    "Pimax": "Pimax::CalibV1",
    "Jungfrau": "Jungfrau::CalibV1",
    "Epix10ka": "Epix10ka::CalibV1",
    "Epix10ka2M": "Epix10ka2M::CalibV1",
    "Epix10kaQuad": "Epix10kaQuad::CalibV1",
    "Epixhr2x2": "Epixhr2x2::CalibV1",
    "Epixm320": "Epixm320::CalibV1",
    "Epixuhr": "Epixuhr::CalibV1",
    "Epixuhr3x2": "Epixuhr3x2::CalibV1",
    "Piranha4": "Piranha4::CalibV1",
    "Uxi": "Uxi::CalibV1",
    "Pixis": "Pixis::CalibV1",
} | dict.fromkeys(
    (
        "Tm6740",
        "Opal1000",
        "Opal2000",
        "Opal4000",
        "Opal8000",
        "OrcaFl40",
        "Fccd960",
        "Quartz4A150",
        "Rayonix",
        "Fccd",
        "Zyla",
        "ControlsCamera",
        "StreakC7700",
        "Archon",
        "iStar",
        "Alvium",
    ),
    "Camera::CalibV1",
)
"""Folder of each kind of detector, by device name."""

CTYPES = (
    "pedestals",
    "pixel_status",
    "pixel_rms",
    "pixel_gain",
    "pixel_mask",
    "pixel_bkgd",
    "common_mode",
    "geometry",
    "pixel_offset",
    "status_data",
    "status_extra",
)
"""Calibration types, in the facility's order; each is a folder of files."""

GEOMETRY = "geometry"
"""The one that is a text of its own and no array."""

_SOURCE = re.compile(r"(?P<detector>\w+)[-.](?P<detector_id>[0-9]+)[|:](?P<device>\w+)[-.](?P<device_id>[0-9]+)")


def source_name(source: str) -> str | None:
    """Folder name of a source, ``CxiDs1.0:Cspad.0``; None for what has no constants: a BLD, a process, an unknown device.

    Parameters
    ----------
    source
        ``CxiDs1-0|Cspad-0``, ``CxiDs1.0:Cspad.0`` or either within ``DetInfo(...)``.
    """
    match = _SOURCE.fullmatch(source.removeprefix("DetInfo(").removesuffix(")"))
    if match is None or match["device"] not in GROUPS:
        return None
    return f"{match['detector']}.{match['detector_id']}:{match['device']}.{match['device_id']}"


def device_of(source: str) -> str:
    """Device in a source text: ``Cspad``; empty if there is none."""
    match = _SOURCE.fullmatch(source.removeprefix("DetInfo(").removesuffix(")"))
    return match["device"] if match else ""


def source_folder(calib: Path, source: str) -> Path | None:
    """Folder of one detector's constants in a calib directory; None for what has no constants."""
    name = source_name(source)
    return None if name is None else calib / GROUPS[device_of(source)] / name


def folder_for(place: Path, source: str) -> Path:
    """Folder with the calibration types of a source: in a calib directory, or the place itself if it is such a folder."""
    folder = source_folder(place, source)
    return folder if folder is not None and is_folder(folder) else place


def is_folder(path: Path) -> bool:
    """Whether a folder is there and can be reached; ``Path.is_dir`` would raise where one on the way may not be entered."""
    try:
        return path.is_dir()
    except OSError:
        return False


def closed(folders: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Those of these folders that are there and cannot be listed, and why."""
    for folder in folders:
        try:
            os.scandir(folder).close()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            yield folder, f"the folder cannot be read: {error.strerror}"


def way_to(place: Path, source: str) -> tuple[Path, ...]:
    """Folders on the way to the calibration types of a source, from the outermost on."""
    folder = source_folder(place, source)
    return (place,) if folder is None else (place, folder.parent, folder)


def file_for(folder: Path, ctype: str, run: int) -> Path | None:
    """File of one calibration type in a detector's folder that holds for a run, if there is one."""
    place = folder / ctype
    try:
        name = select((entry.name for entry in place.iterdir()), run)
    except OSError:
        return None
    return place / name if name else None


def geometry_file(place: Path, source: str, run: int) -> Path | None:
    """Geometry of a source that holds for a run, in a calib directory or the folder of one source; None if there is none."""
    return file_for(folder_for(place, source), GEOMETRY, run) if is_folder(place) else None


def calib_near(data_file: Path) -> Path | None:
    """The folder ``calib`` in, beside or one above the folder of a data file, if there is one."""
    for parent in list(data_file.absolute().parents)[:3]:
        if is_folder(parent / "calib"):
            return parent / "calib"
    return None
