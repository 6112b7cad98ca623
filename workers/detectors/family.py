"""What a file of this folder declares: how payloads of some types, or the batch as a whole, become columns."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from monitor.model.batch import Batch
from monitor.model.column import Column
from monitor.model.field import Field
from monitor.plugins import Registry
from monitor.xtc.types import PayloadType
from workers.payloads import Payloads, Word
from workers.run_view import RunView, Source
from workers.trouble import Trouble

REAL = np.dtype(np.float64)
WHOLE = np.dtype(np.int64)

Read = Callable[[Payloads], Iterable[Column]]
"""Columns of the payloads of one source and type; all of them undamaged, decompressed and long enough for a fixed layout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointFamily:
    """Payloads that become scalars and small arrays.

    Attributes
    ----------
    types
        Type ids it reads, all versions.
    open
        Prepares the reading of one source and type in one run; None if there is nothing in it to record.
    usable_damage
        Damage bits that leave the payload readable; the reader then looks at ``entries["damage"]`` itself.
    """

    types: frozenset[int]
    open: Callable[[Source, PayloadType, RunView], Read | None]
    usable_damage: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Whole:
    """A batch as a whole, for families that look across sources.

    Attributes
    ----------
    batch
        The batch.
    groups
        Its payloads by source and type, damaged ones too.
    trouble
        Where to say what goes wrong.
    """

    batch: Batch
    groups: Mapping[Word, Payloads]
    trouble: Trouble


ReadWhole = Callable[[Whole], Iterable[Column]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFamily:
    """Columns that come from the batch as a whole: scan, EPICS, event codes, presence of sources.

    Attributes
    ----------
    open
        Prepares the reading in one run.
    types
        Type ids that it takes care of, so that nobody else reads them.
    """

    open: Callable[[RunView], ReadWhole]
    types: frozenset[int] = frozenset()


POINTS: Registry[PointFamily] = Registry("detector family")
EVENTS: Registry[EventFamily] = Registry("event family")


def real(name: str, unit: str = "", description: str = "") -> Field:
    """A float64 field."""
    return Field(name=name, dtype=REAL, unit=unit, description=description)


def whole(name: str, description: str = "", unit: str = "1") -> Field:
    """An int64 field."""
    return Field(name=name, dtype=WHOLE, unit=unit, description=description)
