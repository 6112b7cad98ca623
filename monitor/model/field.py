"""One column of the row table, said before the first value comes."""

from dataclasses import dataclass

import numpy as np

MISSING_INTEGER = -99999
"""What the written file holds where an integer was absent (small-data convention)."""

VARIABLE = "var_"
"""Begins the step of a path below which one event has any number of elements (small-data convention)."""


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
    ragged
        One event has any number of elements; ``shape`` is the shape of one element. The name has a step that begins with ``var_``
        above its last one (``epix/var_droplet/x``); all ragged fields below the same step share their lengths.
    aligned
        Group of its own rate that the field belongs to (an integrating detector): only events that have a value get a row,
        at ``<aligned>/<name>``. Empty = a row for every event.

    Raises
    ------
    ValueError
        If a ragged field has no group of its own, or ``aligned`` is not one step of a path.
    """

    name: str
    dtype: np.dtype[np.generic]
    shape: tuple[int, ...] = ()
    unit: str = ""
    description: str = ""
    ragged: bool = False
    aligned: str = ""

    def __post_init__(self) -> None:
        if self.ragged and not self.group:
            raise ValueError(f"ragged field {self.name!r} has no var_<group> above its last step, as in epix/var_droplet/x")
        if self.aligned in (".", "..") or "/" in self.aligned or "\0" in self.aligned or self.aligned.startswith(VARIABLE):
            raise ValueError(f"{self.aligned!r} cannot be the name of a group")

    @property
    def path(self) -> str:
        """Where the values belong: the name, below the group of its own rate if there is one. Columns of rows go by it."""
        return f"{self.aligned}/{self.name}" if self.aligned else self.name

    @property
    def group(self) -> str:
        """The path up to the step that makes a ragged field ragged: ``epix/var_droplet``; empty if there is none."""
        return group_in(self.path)

    @property
    def missing(self) -> float | int | bytes:
        """Value that stands for "absent" in a written file: NaN, -99999 (0 for unsigned), or empty text."""
        if self.dtype.kind == "f":
            return float("nan")
        if self.dtype.kind == "i":
            return max(MISSING_INTEGER, int(np.iinfo(self.dtype).min))  # type: ignore[type-var]  # kind "i" is an integer
        return b"" if self.dtype.kind == "S" else 0


def group_in(path: str) -> str:
    """The part of a path up to its first step that begins with ``var_`` and is not its last one; empty if there is none.

    >>> group_in("epix/var_droplet/x")
    'epix/var_droplet'
    """
    steps = path.split("/")
    return next(("/".join(steps[: n + 1]) for n, step in enumerate(steps[:-1]) if step.startswith(VARIABLE)), "")
