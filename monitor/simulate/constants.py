"""Detector constants as a calib directory: ``calib/<Group>/<source>/<ctype>/0-end.data``, as the facility's tools lay it out."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.calib.directory import GROUPS

PLAIN_SHAPE = (5920, 388)
"""CsPad arrays are written without a header block, which the oldest readers cannot take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """One file of a calib directory.

    Attributes
    ----------
    source
        ``XppGon.0:Cspad.0``.
    ctype
        ``pedestals``, ``pixel_status``, ``geometry``, ...
    content
        An array, or the text of a geometry.
    form
        How one number is written, for example ``%.2f``.
    """

    source: str
    ctype: str
    content: NDArray[np.generic] | str
    form: str = "%.2f"

    @property
    def group(self) -> str:
        """First folder: the detector family."""
        device = self.source.split(":")[1].split(".")[0]
        return GROUPS[device]


def write_constants(directory: Path, constants: list[Constant]) -> Path:
    """Write all files; return the calib directory (made even if there is nothing to write)."""
    calib = directory / "calib"
    calib.mkdir(parents=True, exist_ok=True)
    for constant in constants:
        folder = calib / constant.group / constant.source / constant.ctype
        folder.mkdir(parents=True, exist_ok=True)
        text = constant.content if isinstance(constant.content, str) else array_text(constant.content, constant.form)
        temporary = folder / "0-end.data.inprogress"
        temporary.write_text(text)
        temporary.rename(folder / "0-end.data")
    return calib


def array_text(array: NDArray[np.generic], form: str) -> str:
    """An array in the facility's text form: a header with type and shape, then one line per row of the last axis."""
    rows = array.reshape(-1, array.shape[-1])
    line = " ".join([form] * rows.shape[1])
    body = "\n".join(line % tuple(row.tolist()) for row in rows)
    if rows.shape == PLAIN_SHAPE:
        return f"{body}\n"
    header = [f"# DTYPE {array.dtype.name}", f"# NDIM {array.ndim}", *(f"# DIM:{i} {n}" for i, n in enumerate(array.shape))]
    return "\n".join([*header, "", body, ""])
