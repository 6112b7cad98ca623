"""Run sums of fields of the rows, with the laser on and off beside each other."""

from collections.abc import Mapping

import numpy as np

from monitor.errors import ConfigError
from monitor.model.column import Column
from monitor.model.sums import Sums
from monitor.running import state_of
from monitor.running.on_off import KIND, slots
from monitor.running.split import MARK
from monitor.settings import Sum
from workers.sums import Shots
from workers.trouble import Trouble

NUMBERS = "iufb"


class FieldSums:
    """The sums of fields that the settings ask for.

    Raises
    ------
    ConfigError
        If a name is used twice or cannot be one.
    """

    def __init__(self, wanted: tuple[Sum, ...]) -> None:
        self._fields = {sum_name(entry): entry.field for entry in wanted}
        if len(self._fields) != len(wanted):
            raise ConfigError("two sums have the same name; give one of them another", key="sum.name")
        for name in self._fields:
            if MARK in name or "/" in name:
                raise ConfigError(f"{name!r} cannot be the name of a sum", key="sum.name")

    def of(self, columns: Mapping[str, Column], shots: Shots, trouble: Trouble) -> Sums:
        """Sums over these events alone, by name; a field that is not there gives none.

        Parameters
        ----------
        columns
            Of a whole batch.
        shots
            Which events of the batch count with the laser and without.
        """
        found = {}
        for name, field in self._fields.items():
            column = columns.get(field)
            if column is None:
                continue
            if column.field.ragged or column.field.dtype.kind not in NUMBERS:
                trouble.note(f"sum {name}: {field} is no array of numbers")
                continue
            nothing = np.zeros(len(column), bool)
            on, off = (shots.light.get(state, nothing) & column.mask for state in ("laser_on", "laser_off"))
            counting = on | off
            if counting.any():
                values = np.asarray(column.values, np.float64)[counting]
                found[name] = state_of(KIND, slots(values, on[counting], off[counting]))
        return found


def sum_name(entry: Sum) -> str:
    """Name of a sum, as it stands in the file."""
    return entry.name or f"{entry.field.replace('/', '_')}_onOff"
