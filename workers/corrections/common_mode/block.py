"""Blocks of pixels in memory order, as algorithms 2 and 3 use them."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from monitor.settings import Section
from workers.corrections.common_mode.algorithm import Situation
from workers.corrections.common_mode.rule import Tile

SHORTEST_LENGTH, USUAL_LENGTH = 100, 128
"""A length below the first means the second in a common-mode file (the facility's rule)."""


class Parameters(Section):
    """Blocks and limits."""

    threshold: float = 30.0
    """Pixels from this on are signal and do not count, ADU."""
    maxcorr: float = Field(100.0, ge=0)
    """A greater correction is not believed, and nothing is taken off, ADU."""
    length: int = Field(0, ge=0)
    """Pixels of a block; 0 = those of a panel."""


def from_numbers(numbers: Sequence[float], situation: Situation) -> Mapping[str, Any]:
    """Parameters of a common-mode file: threshold, largest correction, length."""
    threshold, maxcorr, length = (*numbers[:3], *(0.0,) * (3 - len(numbers[:3])))
    return {"threshold": threshold, "maxcorr": maxcorr, "length": int(length) if length >= SHORTEST_LENGTH else USUAL_LENGTH}


def length_of(parameters: Parameters, situation: Situation) -> tuple[Tile, bool]:
    """A block as a tile of one row, and whether blocks run across the borders of panels."""
    pixels = situation.shape[1] * situation.shape[2]
    length = min(parameters.length or pixels, situation.shape[0] * pixels)
    return Tile(rows=1, columns=length), pixels % length != 0
