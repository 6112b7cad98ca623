"""Curves that people kept as references, shared by all sessions of this process, so that a link to one shows the same."""

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np

MOST_KEPT = 64
MOST_BYTES = 4 << 20
"""Of one curve; a plot on a screen has far less."""


@dataclass(frozen=True, slots=True)
class Curves:
    """What a plot showed, and when."""

    numbers: Mapping[str, Mapping[str, Any]]
    when: str


class Kept:
    """The newest ``MOST_KEPT`` references, by an identifier that belongs to their content."""

    def __init__(self) -> None:
        self._curves: OrderedDict[str, Curves] = OrderedDict()

    def keep(self, numbers: Mapping[str, Mapping[str, Any]], now: float | None = None) -> str:
        """Keep a plot's numbers; returns their identifier, empty if they are too many to keep."""
        arrays = {name: {key: np.array(values) for key, values in curve.items()} for name, curve in numbers.items()}
        digest, size = sha256(), 0
        for name, curve in arrays.items():
            for key, values in curve.items():
                digest.update(f"{name}\0{key}\0{values.dtype}\0".encode() + values.tobytes())
                size += values.nbytes
        if size > MOST_BYTES:
            return ""
        identifier = digest.hexdigest()[:12]
        self._curves[identifier] = Curves(arrays, time.strftime("%H:%M:%S", time.localtime(now)))
        self._curves.move_to_end(identifier)
        while len(self._curves) > MOST_KEPT:
            self._curves.popitem(last=False)
        return identifier

    def get(self, identifier: str) -> Curves | None:
        """What was kept under an identifier; ``None`` if it is not, or not any more."""
        return self._curves.get(identifier)


KEPT = Kept()
"""Those of this process; sessions all run in its one loop."""
