"""Selections made here instead of by each subscriber: the topic he subscribes to names the fields and the decimation.

``pick/<every>/<field>,<field>;`` are the rows whose sequence number is divisible by ``every``, with these fields alone; without
any name all fields. The semicolon ends the topic, so that nobody gets what another one picked whose names begin like his.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from monitor.aggregator.thinning import SEQ, behind, sequence_numbers, take_events
from monitor.errors import ProtocolError
from monitor.model.column import Column
from monitor.model.rows import Rows
from monitor.wire.message import Message
from monitor.wire.rows import Reduced, rows_message

PICK = "pick/"
MOST_PICKS = 64
"""Different selections at one time: each costs some 50 us per batch."""

MOST_LETTERS = 8192


@dataclass(frozen=True, slots=True)
class Pick:
    """One selection.

    Attributes
    ----------
    topic
        Under which it is published.
    every
        Only rows whose sequence number is divisible by this.
    fields
        Names; empty = all.
    """

    topic: str
    every: int
    fields: tuple[str, ...]

    def of(self, rows: Rows) -> Rows:
        """The rows and fields picked, with the further column ``seq``; ``first`` is still that of the whole table."""
        seq = sequence_numbers(rows)
        names = [name for name in self.fields if name in rows.columns] if self.fields else list(rows.columns)
        columns = {name: rows.columns[name] for name in names}
        if self.every > 1:
            index = np.flatnonzero(seq % self.every == 0)
            seq, columns = seq[index], {name: take_events(column, index) for name, column in columns.items()}
        return Rows(rows.first, len(seq), {**columns, SEQ.name: Column(SEQ, seq)})


def pick_of(topic: str) -> Pick:
    """The selection that a topic names.

    Raises
    ------
    ProtocolError
        Saying what a topic looks like, if this one names none.
    """
    _, _, rest = topic.partition(PICK)
    every, slash, names = rest.partition("/")
    good = every.isascii() and every.isdigit() and len(every) < 10 and int(every) > 0
    if not topic.startswith(PICK) or not good or not slash or not names.endswith(";") or len(topic) > MOST_LETTERS:
        raise ProtocolError("a selection is pick/<every>/<field>,<field>; with a whole number from 1")
    return Pick(topic, int(every), tuple(name for name in names[:-1].split(",") if name))


class Picks:
    """The selections that somebody subscribes to."""

    def __init__(self) -> None:
        self._picks: dict[str, Pick] = {}
        self._told: dict[str, int] = {}

    def add(self, topic: str) -> Message | None:
        """Somebody subscribes to a selection; return the refusal, under the same topic, if it cannot be made."""
        if topic in self._picks:
            return None
        try:
            if len(self._picks) >= MOST_PICKS:
                raise ProtocolError(f"there are {MOST_PICKS} different selections already; use the fields that others use")
            self._picks[topic] = pick_of(topic)
        except ProtocolError as error:
            return Message("refused", {"why": str(error)}, topic=topic[:MOST_LETTERS])
        return None

    def remove(self, topic: str) -> None:
        """Nobody subscribes to it any more."""
        self._picks.pop(topic, None)
        self._told.pop(topic, None)

    def messages(self, reduced: Reduced) -> Sequence[Message]:
        """What goes out for these rows, which are next in event order.

        ``first`` to ``stop`` of each message follow those of the one before it; events between them that have no row, and
        messages that would have had no rows, are within.
        """
        made = []
        for pick in self._picks.values():
            rows = reduced.rows
            first = self._told.get(pick.topic, rows.first)
            first = first if first <= rows.first else rows.first
            picked = pick.of(rows)
            if not picked.count:
                self._told.setdefault(pick.topic, first)
                continue
            self._told[pick.topic] = behind(rows)
            made.append(_message(reduced, picked, pick, first))
        return made

    def __len__(self) -> int:
        return len(self._picks)

    @property
    def picks(self) -> Mapping[str, Pick]:
        """Selections by topic."""
        return self._picks


def _message(reduced: Reduced, picked: Rows, pick: Pick, first: int) -> Message:
    """Picked rows as they travel."""
    message = rows_message(replace(reduced, rows=picked, trouble={}, frames={}, config={}), topic=pick.topic)
    return replace(message, header={**message.header, "first": first, "stop": behind(reduced.rows), "every": pick.every})
