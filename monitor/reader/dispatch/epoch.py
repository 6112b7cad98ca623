"""Commit groups: contiguous stretches of batches that become durable together."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from monitor.reader.dispatch.draft import Draft, Standing


@dataclass(slots=True, eq=False)
class EpochState:
    """One commit group on the reader's side.

    Attributes
    ----------
    number, run, first, stop
        What it is and which events it has; ``stop`` grows until it is closed.
    drafts
        Its batches, in order.
    queued
        How many of them wait for a worker.
    owing
        Peers that were given batches of it and were not yet told to send their group.
    opened, quiet
        Time of its first event; time since which it waits only for the aggregator.
    """

    number: int
    run: int
    first: int
    stop: int
    opened: float
    closed: bool = False
    quiet: float = 0.0
    queued: int = 0
    nbytes: int = 0
    drafts: list[Draft] = field(default_factory=list)
    owing: set[bytes] = field(default_factory=set)


class EpochBook:
    """All epochs that are not durable yet, oldest first; at most the last one is open.

    Parameters
    ----------
    first_number
        Number of the first epoch: above all that an earlier reader of this service gave.
    """

    def __init__(self, first_number: int) -> None:
        self._epochs: deque[EpochState] = deque()
        self._next = first_number
        self.nbytes = 0
        """Memory taken by the tables of all batches that are not durable."""

    def __iter__(self) -> Iterator[EpochState]:
        return iter(self._epochs)

    def __len__(self) -> int:
        return len(self._epochs)

    @property
    def open(self) -> EpochState | None:
        """The epoch that still takes events."""
        return self._epochs[-1] if self._epochs and not self._epochs[-1].closed else None

    @property
    def oldest(self) -> EpochState | None:
        """The epoch that is to become durable next."""
        return self._epochs[0] if self._epochs else None

    def of(self, number: int) -> EpochState | None:
        """The epoch of this number, if it is not durable yet."""
        if not self._epochs:
            return None
        at = number - self._epochs[0].number
        return self._epochs[at] if 0 <= at < len(self._epochs) else None

    def take(self, run: int, first: int, stop: int, now: float) -> EpochState:
        """The open epoch, extended to ``stop``; a new one if none is open."""
        epoch = self.open
        if epoch is None:
            epoch = EpochState(self._next, run, first, stop, opened=now)
            self._next += 1
            self._epochs.append(epoch)
        epoch.stop = stop
        return epoch

    def add(self, epoch: EpochState, draft: Draft) -> None:
        """Put a batch into an epoch."""
        nbytes = draft.cut.events.nbytes + draft.cut.pieces.nbytes + draft.cut.epics_changes.nbytes + draft.cut.epics_start.nbytes
        epoch.drafts.append(draft)
        epoch.nbytes += nbytes
        self.nbytes += nbytes

    def close(self) -> EpochState | None:
        """Close the open epoch; returns it if there was one."""
        epoch = self.open
        if epoch is not None:
            epoch.closed = True
        return epoch

    def forget(self, stop: int) -> list[Draft]:
        """Drop everything before ``stop``; returns the batches that are durable now."""
        safe: list[Draft] = []
        while self._epochs and self._epochs[0].stop <= stop and self._epochs[0].closed:
            epoch = self._epochs.popleft()
            self.nbytes -= epoch.nbytes
            safe += [draft for draft in epoch.drafts if draft.standing is not Standing.LOST]
        return safe
