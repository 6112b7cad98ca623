"""Faults to rehearse with a replay: events that never come, and events whose payloads are scrambled."""

import random

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.xtc.header import DATAGRAM_SIZE

SCRAMBLED_BYTES = 8
"""Bytes changed in a scrambled datagram; behind its header, so that the next datagram is still found."""


class Faults:
    """What happens to the events of a replay, by chance.

    Parameters
    ----------
    drop, corrupt
        Share of the events that are never sent, and of those whose payload is scrambled.
    seed
        Start of all chance.

    Raises
    ------
    ConfigError
        For a share that is not between 0 and 1.
    """

    def __init__(self, *, drop: float = 0.0, corrupt: float = 0.0, seed: int = 1) -> None:
        for name, share in (("--drop", drop), ("--corrupt", corrupt)):
            if not 0 <= share <= 1:
                raise ConfigError(f"is a share of the events, from 0 to 1, and not {share:g}", key=name)
        self._drop, self._corrupt = drop, corrupt
        self._chance = random.Random(seed)
        self.dropped = 0
        self.corrupted = 0

    def drops(self) -> bool:
        """Whether the next event is never sent."""
        dropped = self._chance.random() < self._drop
        self.dropped += dropped
        return dropped

    def applied(self, data: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """A datagram as it is sent: itself, or a scrambled copy; uint8."""
        if self._chance.random() >= self._corrupt or len(data) <= DATAGRAM_SIZE:
            return data
        self.corrupted += 1
        changed = data.copy()
        for _ in range(SCRAMBLED_BYTES):
            changed[self._chance.randrange(DATAGRAM_SIZE, len(changed))] ^= self._chance.randrange(1, 256)
        return changed
