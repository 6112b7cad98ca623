"""Constants written as text, as the facility's tools lay it out (PSCalib's NDArrIO.save_txt)."""

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

ORIGIN = ("HOST", "WORK_DIR", "FILE_NAME", "DATE_TIME", "UID")
"""What a header says about where the file comes from, in this order."""

PLAIN_SIZE = 32 * 185 * 388
"""Arrays of the CsPad are written without their shape, so that the oldest readers can take them."""

FORMS = {
    "pedestals": "%.3f",
    "pixel_rms": "%.3f",
    "pixel_gain": "%.6f",
    "pixel_offset": "%.6f",
    "pixel_bkgd": "%.3f",
    "common_mode": "%.9g",
}
"""How a number of each calibration type is written; whole numbers for all others."""


def array_text(
    array: NDArray[Any],
    form: str = "%.3f",
    *,
    comments: Sequence[str] = (),
    origin: Mapping[str, str] | None = None,
    described: bool | None = None,
) -> str:
    """An array as text.

    Parameters
    ----------
    array
        Any shape of at least one dimension; the last axis becomes the rows' numbers.
    form
        How one number is written.
    comments
        Lines in front of everything.
    origin
        Values of ``ORIGIN``; a word that is not there stays empty.
    described
        Write type and shape, so that the array comes back as it is; None: unless it has the size of a CsPad.
    """
    known = origin or {}
    about = {word: known.get(word, "") for word in ORIGIN} | {"SHAPE": str(array.shape), "DATATYPE": array.dtype.name}
    lines = [f"# {comment}" for comment in comments] + ["", *_block(about), ""]
    if array.size != PLAIN_SIZE if described is None else described:
        shape = {f"DIM:{axis}": str(length) for axis, length in enumerate(array.shape)}
        lines += [*_block({"DTYPE": array.dtype.name, "NDIM": str(array.ndim)} | shape), ""]
    return "\n".join([*lines, *_rows(array, form), ""])


def _block(about: Mapping[str, str]) -> list[str]:
    return [f"# {key:<12} {value}" for key, value in about.items()]


def _rows(array: NDArray[Any], form: str) -> list[str]:
    """One line per row; a single row is framed by blanks, as the original does it."""
    if array.ndim == 1:
        return [" " + "".join(f"{form % number} " for number in array.tolist())]
    rows = array.reshape(-1, array.shape[-1])
    line = " ".join([form] * rows.shape[1])
    return [line % tuple(row) for row in rows.tolist()]
