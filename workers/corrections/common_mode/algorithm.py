"""What a common-mode algorithm is: a number, parameters with names and defaults, and a correction prepared for one detector."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from monitor.calib.constants import Constants
from monitor.plugins import Registry
from monitor.settings import Section

Record = Mapping[str, NDArray[np.float32]]
"""What a corrector took off, by name; each array has the shape (events, panels, \\*shape of one panel)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Situation:
    """The detector that an algorithm is prepared for.

    Attributes
    ----------
    shape
        Shape of a frame: (panels, rows, columns).
    family
        Name of the detector's family: ``cspad``.
    constants
        Of this detector, as read.
    note
        Told about what an algorithm has to do without.
    """

    shape: tuple[int, int, int]
    family: str = ""
    constants: Constants = field(default_factory=dict)
    note: Callable[[str], None] = lambda text: None

    @property
    def panel(self) -> tuple[int, int]:
        """Rows and columns of a panel."""
        return self.shape[1:]


class Corrector(Protocol):
    """An algorithm prepared for one detector; it keeps the memory that it works in."""

    @property
    def whole(self) -> bool:
        """Whether it must see all panels of a frame at once."""
        ...

    @property
    def records(self) -> Mapping[str, tuple[int, ...]]:
        """What it can tell of each event, as the shape of one panel's values."""
        ...

    def apply(self, values: NDArray[np.float32], good: NDArray[np.bool_], first: int, record: Record) -> None:
        """Take the common mode off, in place.

        Parameters
        ----------
        values
            Pixels less their pedestals, shape (events, panels, rows, columns), C order, ADU; NaN = absent.
        good
            Pixels that may count, shape (events or 1, panels, rows, columns).
        first
            Number of the first of these panels in the frame.
        record
            Filled where it has a name of ``records``, for these events and panels.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Algorithm:
    """What one file of this folder declares for one number.

    Attributes
    ----------
    parameters
        Model of the parameters; unknown ones are refused.
    make
        Prepares it for a detector. May raise ``ValueError`` with a text for the person who wrote the settings.
    preset
        Defaults of this number where they differ from those of the model.
    from_numbers
        Parameters in the numbers that follow the first one in a common-mode file.
    """

    parameters: type[Section]
    make: Callable[[Any, Situation], Corrector]
    preset: Mapping[str, Any] = field(default_factory=dict)
    from_numbers: Callable[[Sequence[float], Situation], Mapping[str, Any]] = lambda numbers, situation: {}


ALGORITHMS: Registry[Algorithm] = Registry("common mode")


def named(*names: str) -> Callable[[Sequence[float], Situation], Mapping[str, Any]]:
    """Parameters that stand in this order in a common-mode file; those that are missing there keep their defaults."""
    return lambda numbers, situation: dict(zip(names, numbers, strict=False))
