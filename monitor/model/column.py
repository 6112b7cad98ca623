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
        Of a ragged field: the elements of all events one behind the other, shape ``(lengths.sum(), *field.shape)``.
    present
        Shape ``(events,)``; ``None`` means that every event has a value.
    lengths
        Of a ragged field the elements of each event, int64, shape ``(events,)``; 0 where the event has no value. Else ``None``.
    """

    field: Field
    values: NDArray[Any]
    present: NDArray[np.bool_] | None = None
    lengths: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.values) if self.lengths is None else len(self.lengths)

    @property
    def mask(self) -> NDArray[np.bool_]:
        """True where the event has a value, shape ``(events,)``."""
        return np.ones(len(self), bool) if self.present is None else self.present

    def filled(self) -> NDArray[Any]:
        """Values with the file's missing value where the event has none (NaN, -99999); a copy only if needed.

        Of a ragged field the values as they are: an absent event has no elements.
        """
        if self.lengths is not None or self.present is None or self.present.all():
            return self.values
        values = self.values.copy()
        values[~self.present] = self.field.missing
        return values

    def part(self, start: int, stop: int) -> "Column":
        """Events ``start`` to ``stop`` (as in a slice, not negative) of this column, as views."""
        present = None if self.present is None else self.present[start:stop]
        if self.lengths is None:
            return Column(self.field, self.values[start:stop], present)
        lengths = self.lengths[start:stop]
        first = int(self.lengths[:start].sum())
        return Column(self.field, self.values[first : first + int(lengths.sum())], present, lengths)

    def of_event(self, i: int) -> NDArray[Any]:
        """Value of one event, shape ``field.shape``; of a ragged field its elements, shape ``(elements, *field.shape)``.

        Where the event has none: the missing value, or no elements. A view where there is a value.
        """
        if not 0 <= i < len(self):
            raise IndexError(f"event {i} of {len(self)}")
        if self.lengths is not None:
            first = int(self.lengths[:i].sum())
            elements: NDArray[Any] = self.values[first : first + int(self.lengths[i])]
            return elements
        if self.present is not None and not self.present[i]:
            return np.full(self.field.shape, self.field.missing, self.field.dtype)
        return np.asarray(self.values[i])
