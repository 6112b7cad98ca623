"""The values of one field for consecutive events."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.field import Field


@dataclass(frozen=True, slots=True)
class Column:
    """Values of one field with a leading event axis; absence is explicit.

    Attributes
    ----------
    field
        What the values are.
    values
        Shape ``(events, *field.shape)``, dtype ``field.dtype``. Where ``present`` is false the value is arbitrary.
    present
        Shape ``(events,)``; ``None`` means that every event has a value.
    """

    field: Field
    values: NDArray[Any]
    present: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def mask(self) -> NDArray[np.bool_]:
        """True where the event has a value, shape ``(events,)``."""
        return np.ones(len(self.values), bool) if self.present is None else self.present

    def filled(self) -> NDArray[Any]:
        """Values with the file's missing value where the event has none (NaN, -99999); a copy only if needed."""
        if self.present is None or self.present.all():
            return self.values
        values = self.values.copy()
        values[~self.present] = self.field.missing
        return values

    def part(self, start: int, stop: int) -> "Column":
        """Events ``start`` to ``stop`` of this column, as views."""
        present = None if self.present is None else self.present[start:stop]
        return Column(self.field, self.values[start:stop], present)
