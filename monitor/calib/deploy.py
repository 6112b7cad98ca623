"""Puts a constants file into a calib directory, whole or not at all, with a line in HISTORY."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np

from monitor.calib.constants import read_mask
from monitor.calib.directory import CTYPES, GEOMETRY, device_of, source_folder
from monitor.calib.geometry.text import read_geometry
from monitor.calib.history import history_line
from monitor.calib.numpy_file import SUFFIXES
from monitor.calib.run_range import HISTORY, RunRange
from monitor.calib.shapes import in_words, sizes_of, typed
from monitor.calib.text_writer import FORMS, array_text
from monitor.errors import ConfigError, DamagedData, Unusable

FOLDER_MODE, FILE_MODE = 0o2775, 0o664
"""Those of the facility: the group may deploy too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What goes where.

    Attributes
    ----------
    file
        A text as it is, or a ``.npy`` array, which is written as text.
    calib, source, ctype, runs
        Where it goes.
    force
        Replace a file of the same range; the old one is kept under its name and the time.
    about
        What HISTORY says besides: ``exp``, ``run``, ``app``, ``user``, ``host``, ``comment``.
    """

    file: Path
    calib: Path
    source: str
    ctype: str
    runs: RunRange
    force: bool = False
    about: Mapping[str, str] = field(default_factory=dict)


def deploy(order: Deployment, time: datetime) -> Path:
    """Deploy a file; where it is now.

    Raises
    ------
    ConfigError
        If source or type is none, or a file of that range is there and ``force`` is not set.
    DamagedData
        If the file is not what it should be; nothing is changed then.
    Unusable
        If the folder cannot be written.
    """
    folder = source_folder(order.calib, order.source)
    if folder is None:
        raise ConfigError("is no detector with constants; write for example CxiDs1.0:Cspad.0", key=order.source)
    if order.ctype not in CTYPES:
        raise ConfigError(f"is no calibration type; there are {', '.join(CTYPES)}", key=order.ctype)
    if not order.calib.is_dir():
        raise ConfigError("there is no such calib directory", key=str(order.calib))
    text = _text(order, time)
    target = folder / order.ctype / order.runs.file_name
    try:
        _make_folders(order.calib, target.parent)
        _put(text, target, order.force, time)
        line = history_line({**order.about, "file": target.name, "copy_of": str(order.file.absolute())}, time)
        with (target.parent / HISTORY).open("a") as history:
            history.write(line + "\n")
    except OSError as error:
        raise Unusable(f"{target} cannot be written: {error.strerror}") from error
    return target


def _text(order: Deployment, time: datetime) -> bytes:
    """The text to deploy, once it is known to be what it should be."""
    file, ctype = order.file, order.ctype
    if ctype == GEOMETRY:
        read_geometry(file)
        return file.read_bytes()
    array = np.atleast_1d(typed(read_mask(file), ctype))
    allowed = sizes_of(device_of(order.source)) if ctype != "common_mode" else ()
    if not array.size or (allowed and array.size not in allowed):
        expected = f", expected are {in_words(allowed)}" if allowed else ""
        raise DamagedData(f"has {array.size:,} numbers{expected}", source=str(file))
    if file.suffix not in SUFFIXES:
        return file.read_bytes()
    origin = {
        "HOST": order.about.get("host", ""),
        "WORK_DIR": str(Path.cwd()),
        "FILE_NAME": str(file),
        "DATE_TIME": f"{time:%Y-%m-%dT%H:%M:%S}",
        "UID": order.about.get("user", ""),
    }
    return array_text(array, FORMS.get(ctype, "%d"), origin=origin).encode()


def _make_folders(calib: Path, folder: Path) -> None:
    """The three levels below the calib directory."""
    for path in (folder.parent.parent, folder.parent, folder):
        if path != calib and not path.is_dir():
            path.mkdir(exist_ok=True)
            path.chmod(FOLDER_MODE)


def _put(text: bytes, target: Path, force: bool, time: datetime) -> None:
    """Write beside, then give it its name in one go."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        fresh.write_bytes(text)
        fresh.chmod(FILE_MODE)
        if force:
            if target.exists():
                shutil.copy2(target, target.with_name(f"{target.name}-{time:%Y-%m-%dT%H:%M:%S}"))
            fresh.replace(target)
        else:
            os.link(fresh, target)
    except FileExistsError:
        raise ConfigError("is there already; --force replaces it and keeps the old one beside it", key=str(target)) from None
    finally:
        fresh.unlink(missing_ok=True)
