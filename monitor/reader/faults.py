"""Faults to rehearse with a replay: events that never come, come late or come twice, and payloads that are scrambled."""

import random

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.xtc.header import DATAGRAM_SIZE

SCRAMBLED_BYTES = 8
"""Bytes changed in a scrambled datagram; behind its header, so that the next datagram is still found."""

MOST_LATE = 8
"""Most events that overtake one that is late, or lie between the two times that an event is sent."""


class Faults:
    """What happens to the events of a replay, by chance.

    Parameters
    ----------
    drop, delay, duplicate, corrupt
        Share of the events that are never sent, that are overtaken by some of their successors, that are sent twice, and of those
        whose payload is scrambled.
    seed
        Start of all chance.

    Attributes
    ----------
    dropped, delayed, duplicated, corrupted
        How often it happened.

    Raises
    ------
    ConfigError
        For a share that is not between 0 and 1.
    """

    def __init__(
        self, *, drop: float = 0.0, delay: float = 0.0, duplicate: float = 0.0, corrupt: float = 0.0, seed: int = 1
    ) -> None:
        for name, share in (("--drop", drop), ("--delay", delay), ("--duplicate", duplicate), ("--corrupt", corrupt)):
            if not 0 <= share <= 1:
                raise ConfigError(f"is a share of the events, from 0 to 1, and not {share:g}", key=name)
        self._drop, self._delay, self._duplicate, self._corrupt = drop, delay, duplicate, corrupt
        self._chance = random.Random(seed)
        self.dropped = self.delayed = self.duplicated = self.corrupted = 0

    @property
    def any(self) -> bool:
        """Whether anything is to go wrong at all."""
        return bool(self._drop or self._delay or self._duplicate or self._corrupt)

    def drops(self) -> bool:
        """Whether the next event is never sent."""
        dropped = self._chance.random() < self._drop
        self.dropped += dropped
        return dropped

    def overtaken(self) -> int:
        """How many later events go before the next one; 0 = it is on time."""
        late = self._chance.random() < self._delay
        self.delayed += late
        return self._chance.randint(1, MOST_LATE) if late else 0

    def again_after(self) -> int | None:
        """After how many further events the next one is sent once more; ``None`` = it is not."""
        twice = self._chance.random() < self._duplicate
        self.duplicated += twice
        return self._chance.randint(0, MOST_LATE) if twice else None

    def applied(self, data: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """A datagram as it is sent: itself, or a scrambled copy; uint8."""
        if self._chance.random() >= self._corrupt or len(data) <= DATAGRAM_SIZE:
            return data
        self.corrupted += 1
        changed = data.copy()
        for _ in range(SCRAMBLED_BYTES):
            changed[self._chance.randrange(DATAGRAM_SIZE, len(changed))] ^= self._chance.randrange(1, 256)
        return changed
