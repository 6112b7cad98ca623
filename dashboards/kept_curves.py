"""Curves that somebody kept as references, for all browsers of this process."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboards.texts import clock

MOST = 24


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """A mean at one time: of which field, shape (elements,) each."""

    field: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]


class KeptCurves:
    """The newest ``MOST`` references; the oldest gives way.

    Parameters
    ----------
    now
        Unix time in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def keep(self, kept: Kept, about: str) -> str:
        """Keep a curve; return the name under which it is offered."""
        name = f"{kept.field}, {about}, {clock(self._now())}"
        self._kept[name] = kept
        self._kept.move_to_end(name)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return name

    def names(self, field: str) -> list[str]:
        """References of a field, newest first."""
        return [name for name, kept in reversed(self._kept.items()) if kept.field == field]

    def get(self, name: str) -> Kept | None:
        """The reference of this name."""
        return self._kept.get(name)
