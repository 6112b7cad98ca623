"""Sums of a worker by epoch, with exactly the batches they are made of, until the reader asks for them."""

from dataclasses import dataclass, field

from monitor.model.batch import Batch
from monitor.model.sums import Sums
from monitor.running import Accumulator
from monitor.wire.group import Cover, Group


@dataclass
class _Open:
    """One epoch that this worker has batches of."""

    run: int
    sums: Accumulator = field(default_factory=Accumulator)
    covers: list[Cover] = field(default_factory=list)


class EpochSums:
    """What goes into the groups of one worker.

    Parameters
    ----------
    worker
        Its name.
    """

    def __init__(self, worker: str) -> None:
        self._worker = worker
        self._open: dict[int, _Open] = {}

    @property
    def epochs(self) -> list[int]:
        """Epochs of which something is held, in order."""
        return sorted(self._open)

    def holds(self, batch: Batch) -> bool:
        """Whether the events of a batch are in the sums already (it was handed out twice to this worker)."""
        held = self._open.get(batch.epoch)
        return held is not None and any(cover.first < batch.stop and batch.first < cover.stop for cover in held.covers)

    def add(self, batch: Batch, sums: Sums) -> None:
        """Take the sums over the events of a batch."""
        held = self._open.setdefault(batch.epoch, _Open(batch.run))
        held.sums.add(sums)
        held.covers.append(Cover(batch.lease, batch.first, batch.stop))

    def take(self, epoch: int) -> Group:
        """The group of an epoch, no longer held here; one that covers nothing if there is none."""
        held = self._open.pop(epoch, _Open(run=0))
        return Group(epoch=epoch, run=held.run, worker=self._worker, covers=tuple(held.covers), sums=held.sums.take())

    def forget(self) -> None:
        """Drop everything: a restarted reader hands out anew what is not durable."""
        self._open.clear()
