"""What the aggregator was told and may have to be told again: a restarted one knows only what it committed."""

from monitor.wire.aggregator_note import EndRun, Lost, Run, Step
from monitor.wire.note import Note
from monitor.wire.worker_note import Pipeline

LASTING = (Run, Step, Pipeline)
"""Notes that hold until the next of their kind."""


class Journal:
    """Notes with the sequence number they belong to, in the order they were said."""

    def __init__(self) -> None:
        self._notes: list[tuple[int, Note]] = []

    def add(self, position: int, note: Note) -> None:
        """Remember a note; it is needed until everything up to ``position`` is durable."""
        last = self._notes[-1][1] if self._notes else None
        if isinstance(note, Lost) and isinstance(last, Lost) and (last.stop, last.why) == (note.first, note.why):
            self._notes[-1] = (position, Lost(first=last.first, stop=note.stop, why=note.why))
            return
        self._notes.append((position, note))

    def forget(self, stop: int) -> None:
        """Everything before ``stop`` is durable: keep what still holds, and what comes later."""
        holding: dict[type[Note], Note] = {}
        for position, note in self._notes:
            if position <= stop and isinstance(note, LASTING):
                holding[type(note)] = note
        # The end of a run is kept one step longer: the aggregator may have stopped between its last commit and closing the file.
        self._notes = [
            (position, note)
            for position, note in self._notes
            if position > stop or holding.get(type(note)) is note or (position == stop and isinstance(note, EndRun))
        ]

    def notes(self) -> list[Note]:
        """What a restarted aggregator must be told, in order."""
        return [note for _, note in self._notes]
