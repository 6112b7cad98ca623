"""Several medians one after the other, each on what the one before left."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from workers.corrections.common_mode.algorithm import Record
from workers.corrections.common_mode.median import Scratch, subtract_medians
from workers.corrections.common_mode.rule import Rule, Tile


class Medians:
    """A corrector of median steps."""

    whole = False
    records: Mapping[str, tuple[int, ...]] = {}

    def __init__(self, steps: Sequence[tuple[Tile, Rule]]) -> None:
        self._steps = [(tile, rule, Scratch(tile)) for tile, rule in steps]

    def apply(self, values: NDArray[np.float32], good: NDArray[np.bool_], first: int, record: Record) -> None:
        """See ``Corrector``."""
        for tile, rule, scratch in self._steps:
            subtract_medians(values, good, tile, rule, scratch)
