"""What the aggregator is told, and told again when it was restarted."""

from monitor.reader.dispatch.journal import Journal
from monitor.reader.dispatch.lending import Lending
from monitor.wire.aggregator_note import Session
from monitor.wire.note import Note
from monitor.wire.worker_note import Hello

END_POSITION = 1 << 61
"""The end is told to every aggregator that says hello, whatever is durable."""


class AggregatorLink:
    """The reader's view of the aggregator.

    Parameters
    ----------
    lending
        Its batches are handed out again when the aggregator lost their results.
    base
        What this reader calls its session.
    """

    def __init__(self, lending: Lending, base: int) -> None:
        self.peer = b""
        """Empty while it is not there."""
        self._lending = lending
        self._base = base
        self._journal = Journal()
        self._greeting: Hello | None = None

    def tell(self, position: int, note: Note) -> None:
        """Tell it something that it needs until everything up to ``position`` is durable."""
        self._journal.add(position, note)
        if self.peer:
            self._lending.send(self.peer, note)

    def forget(self, stop: int) -> None:
        """Everything before ``stop`` is durable."""
        self._journal.forget(stop)

    def welcome(self, peer: bytes, hello: Hello) -> None:
        """Tell all it does not know, and hand out again what it lost. What it has as durable was forgotten before."""
        known = self._greeting
        repeated = known is not None and (known.generation, known.pid) == (hello.generation, hello.pid)
        missed_nothing = repeated and peer == self.peer
        self.peer, self._greeting = peer, hello
        self._lending.send(peer, Session(base=self._base))
        for note in () if missed_nothing else self._journal.notes():
            self._lending.send(peer, note)
        for epoch in () if repeated else self._lending.epochs:
            self._lending.redo(epoch)
