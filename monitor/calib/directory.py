"""The calib directory: ``<calib>/<Group>/<source>/<ctype>/<begin>-<end>.data``, and which file holds for a run.

Rules: PSCalib's CalibFileFinder. Unlike it, a file name that is no run range is passed over and never stops the search.
"""

import re
from collections.abc import Iterable
from pathlib import Path

RUN_LIMIT = 9999
"""Later runs use the constants of this one (the facility's rule)."""

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

_SOURCE = re.compile(r"(?P<detector>\w+)-(?P<detector_id>\d+)\|(?P<device>\w+)-(?P<device_id>\d+)")
_RANGE = re.compile(r"(?P<begin>\d+)-(?P<end>\d+|end)\.data")


def select(names: Iterable[str], run: int) -> str | None:
    """File name that holds for a run: largest begin, among equal begins the smallest end; ``None`` if there is none."""
    run = min(run, RUN_LIMIT)
    best: tuple[int, int, str] | None = None
    for name in names:
        match = _RANGE.fullmatch(name)
        if match is None:
            continue
        begin = int(match["begin"])
        end = RUN_LIMIT if match["end"] == "end" else int(match["end"])
        if end > RUN_LIMIT or not begin <= run <= end:
            continue
        if best is None or (begin, -end) > best[:2]:
            best = (begin, -end, name)
    return best[2] if best else None


def source_folder(calib: Path, source: str) -> Path | None:
    """Folder of one detector's constants.

    Parameters
    ----------
    calib
        The calib directory.
    source
        Source text with ``-`` and ``|``, for example ``CxiDs1-0|Cspad-0``; a BLD or a process has no constants.
    """
    match = _SOURCE.fullmatch(source)
    if match is None or match["device"] not in GROUPS:
        return None
    name = f"{match['detector']}.{match['detector_id']}:{match['device']}.{match['device_id']}"
    return calib / GROUPS[match["device"]] / name


def file_for(folder: Path, ctype: str, run: int) -> Path | None:
    """File of one calibration type in a detector's folder that holds for a run, if there is one."""
    place = folder / ctype
    if not place.is_dir():
        return None
    name = select((entry.name for entry in place.iterdir()), run)
    return place / name if name else None


def geometry_file(place: Path, source: str, run: int) -> Path | None:
    """Geometry of a detector that holds for a run, in a calib directory or the folder of one source in it, if there is one."""
    folder = source_folder(place, source)
    return file_for(folder if folder is not None and folder.is_dir() else place, "geometry", run)


def calib_near(data_file: Path) -> Path | None:
    """The folder ``calib`` in, beside or one above the folder of a data file, if there is one."""
    for parent in list(data_file.absolute().parents)[:3]:
        if (parent / "calib").is_dir():
            return parent / "calib"
    return None
