"""What goes to the store, one piece at a time: epochs that completed while the store was busy go together."""

from monitor.aggregator.epoch import Complete, MergeSums
from monitor.aggregator.instruction import Commit, Config, Configure, FinishRun, OpenRun, StoreOrder
from monitor.wire.aggregator_note import Committed

EVENTS_AT_ONCE = 1 << 16
"""Most events of one commit, so that the store never holds the stream up for long and memory stays bounded."""


class Commits:
    """A queue in front of the store. At most one order is under way; commits of one run that wait are merged.

    Parameters
    ----------
    merge
        Merges two sets of sums into a new one.
    committed
        Everything before this event is durable.
    """

    def __init__(self, merge: MergeSums, committed: int = 0) -> None:
        self._merge = merge
        self._queue: list[StoreOrder] = []
        self._under_way: StoreOrder | None = None
        self.committed = committed

    @property
    def idle(self) -> bool:
        """Nothing waits and nothing is under way."""
        return not self._queue and self._under_way is None

    @property
    def waiting_rows(self) -> int:
        """Rows that are complete but not yet durable."""
        orders = [*self._queue, *([self._under_way] if self._under_way else [])]
        return sum(table.count for order in orders if isinstance(order, Commit) for table in order.rows)

    def put(self, order: OpenRun | Configure | Config | FinishRun) -> None:
        """Queue something that is not a commit, behind everything that is queued."""
        self._queue.append(order)

    def add(self, complete: Complete) -> None:
        """Queue an epoch, together with the one before it if that still waits."""
        epoch = complete.epoch
        new = Commit(
            epoch=epoch.epoch,
            run=epoch.run,
            step=complete.step,
            first=epoch.first,
            stop=epoch.stop,
            rows=complete.rows,
            sums=complete.sums,
            lost=complete.lost,
        )
        last = self._queue[-1] if self._queue else None
        if isinstance(last, Commit) and last.run == new.run and new.stop - last.first <= EVENTS_AT_ONCE:
            self._queue[-1] = self._joined(last, new)
        else:
            self._queue.append(new)

    def next_order(self) -> StoreOrder | None:
        """What the store should do now; ``None`` while it is busy or nothing waits."""
        if self._under_way is not None or not self._queue:
            return None
        self._under_way = self._queue.pop(0)
        return self._under_way

    def done(self) -> Committed | None:
        """The order under way is carried out; return the acknowledgement if rows became durable."""
        order, self._under_way = self._under_way, None
        if not isinstance(order, Commit):
            return None
        self.committed = order.stop
        return Committed(epoch=order.epoch, stop=order.stop)

    def _joined(self, one: Commit, other: Commit) -> Commit:
        """Two commits that follow each other as one."""
        return Commit(
            epoch=other.epoch,
            run=other.run,
            step=other.step,
            first=one.first,
            stop=other.stop,
            rows=(*one.rows, *other.rows),
            sums=self._merge(one.sums, other.sums),
            lost=(*one.lost, *other.lost),
        )
