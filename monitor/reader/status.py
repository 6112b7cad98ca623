"""How the reader stands, as it tells the aggregator and whoever asks."""

from collections import deque

from monitor.reader.dispatch.machine import Dispatch
from monitor.reader.dispatch.pool import Worker
from monitor.reader.sources.source import Source
from monitor.wire.aggregator_note import ReaderStatus

WINDOW_S = 2.0


class Rate:
    """Events per second over the last seconds."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque()

    def of(self, now: float, events: int) -> float:
        """The rate, given the number of events so far."""
        self._marks.append((now, events))
        while len(self._marks) > 2 and now - self._marks[0][0] > WINDOW_S:
            self._marks.popleft()
        then, before = self._marks[0]
        return (events - before) / (now - then) if now > then else 0.0


def reader_status(dispatch: Dispatch, source: Source, *, now: float, unix: float, rate: float, bad: int) -> ReaderStatus:
    """The present status.

    Parameters
    ----------
    dispatch, source
        Where the numbers come from.
    now, unix
        Monotonic and Unix time in seconds.
    rate
        Events per second.
    bad
        Messages that broke the rules of the wire.
    """
    counts = dict(source.counts)
    if bad:
        counts["broken messages"] = bad
    oldest = dispatch.lending.queue.oldest
    total = source.total_events
    return ReaderStatus(
        state=dispatch.state,
        events=dispatch.intake.seq,
        rate=rate,
        lost=dispatch.intake.lost,
        quarantined=dispatch.intake.quarantined,
        trimmed=counts.pop("trimmed", 0),
        damage=counts,
        queue=len(dispatch.lending.queue),
        leased=dispatch.lending.leased,
        lag=max(0.0, unix - oldest.cut.created) if oldest is not None else 0.0,
        workers=tuple(_worker(worker, now) for worker in dispatch.lending.pool),
        restarts=dict(dispatch.lending.pool.restarts),
        run=dispatch.intake.place.run,
        step=dispatch.intake.place.step,
        pipeline=dispatch.intake.version,
        mode="live" if dispatch.live else "lossless",
        total=-1 if total is None else total,
    )


def _worker(worker: Worker, now: float) -> dict[str, object]:
    """One line of the table of workers; ``last_seen`` is seconds ago."""
    hello = worker.hello
    busy = worker.stats.get("busy", 0.0)
    return {
        "name": hello.name,
        "generation": hello.generation,
        "pid": hello.pid,
        "host": hello.host,
        "batches": worker.batches,
        "events": worker.events,
        "busy": float(busy) if isinstance(busy, int | float) else 0.0,
        "last_seen": now - worker.last_seen,
        "leases": len(worker.leases),
    }
