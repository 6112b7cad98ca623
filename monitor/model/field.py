"""One column of the row table, said before the first value comes."""

from dataclasses import dataclass

import numpy as np

MISSING_INTEGER = -99999
"""What the written file holds where an integer was absent (small-data convention)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column: what a worker promises, HDF5 stores and a plot reads.

    Attributes
    ----------
    name
        Path in the small-data file, for example ``ebeam/charge`` or ``cspad/ROI_0_sum``.
    dtype
        Type of one element.
    shape
        Shape of one event's value; ``()`` for a scalar.
    unit
        Physical unit; ``"1"`` for a pure number, ``""`` where it is not known.
    description
        One line for a person.
    """

    name: str
    dtype: np.dtype[np.generic]
    shape: tuple[int, ...] = ()
    unit: str = ""
    description: str = ""

    @property
    def missing(self) -> float | int | bytes:
        """Value that stands for "absent" in a written file: NaN, -99999 (0 for unsigned), or empty text."""
        if self.dtype.kind == "f":
            return float("nan")
        if self.dtype.kind == "i":
            return max(MISSING_INTEGER, int(np.iinfo(self.dtype).min))  # type: ignore[type-var]  # kind "i" is an integer
        return b"" if self.dtype.kind == "S" else 0
