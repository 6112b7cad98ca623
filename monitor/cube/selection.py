"""Which events of a file count: cuts on fields, with the laser on, off, or either (small-data "filters")."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Columns = Mapping[str, NDArray[Any]]
Laser = Literal["any", "on", "off"]

LASER = "lightStatus/laser"
OF_THE_LASER = ("lightStatus/laser", "enc/lasDelay", "tt/ttCorr", "tt/AMPL", "tt/FLTPOS", "tt/FLTPOS_PS", "tt/FLTPOSFWHM")
"""Cuts on these mean nothing without the laser: they are left out where it is off."""


@dataclass(frozen=True, slots=True)
class Cut:
    """An event passes if the field's value is above ``low`` and below ``high``; NaN does not pass."""

    field: str
    low: float
    high: float

    def passes(self, columns: Columns) -> NDArray[np.bool_]:
        """One truth value per event."""
        values = number_of(columns, self.field)
        return (values > self.low) & (values < self.high)


@dataclass(frozen=True, slots=True)
class Selection:
    """Several cuts, all of which an event must pass; of two on one field both count."""

    cuts: Sequence[Cut] = ()

    def chosen(self, columns: Columns, laser: Laser = "any") -> NDArray[np.bool_]:
        """Which events pass.

        Parameters
        ----------
        columns
            Fields by name, with a leading event axis.
        laser
            ``on``: and have the laser; ``off``: do not have it, whatever the cuts on laser, delay and time tool say.
        """
        passed = np.ones(len(next(iter(columns.values()))) if columns else 0, bool)
        for cut in self.cuts:
            if laser != "off" or cut.field not in OF_THE_LASER:
                passed &= cut.passes(columns)
        if laser != "any":
            passed &= number_of(columns, LASER) == (1 if laser == "on" else 0)
        return passed


def number_of(columns: Columns, field: str) -> NDArray[np.float64]:
    """One number per event: the sum of an array's elements, NaN left out.

    Raises
    ------
    KeyError
        If there is no such field.
    """
    values = np.asarray(columns[field], np.float64)
    return values if values.ndim == 1 else np.asarray(np.nansum(values.reshape(len(values), -1), axis=1))
