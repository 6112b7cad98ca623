"""The live view: everything that subscribers and late viewers are shown, kept small and up to date."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from monitor.aggregator.epoch import MergeSums
from monitor.aggregator.frames import Frames
from monitor.aggregator.means import SINCE, STEP, Means
from monitor.aggregator.pace import Latency, Rate
from monitor.aggregator.pick import PICK, Picks
from monitor.aggregator.publish import Stream
from monitor.aggregator.schema import Schema
from monitor.aggregator.used import Used
from monitor.settings import Pages
from monitor.wire.message import Message
from monitor.wire.rows import Reduced, rows_message

STATUS_PAUSE_S = 0.5
ROWS_TOPIC = "rows/events"
MOST_SHOWN = 4096

Figures = Callable[[], dict[str, Any]]


class View:
    """What is published, and when.

    Parameters
    ----------
    pages
        Rates and sizes.
    merge
        Merges two sets of sums into a new one.
    session
        See ``Stream``.
    """

    def __init__(self, pages: Pages, merge: MergeSums, *, session: int) -> None:
        self.stream = Stream(session)
        self.frames = Frames(pages.frame_rate)
        self.means = Means(merge, self.frames)
        self.picks = Picks()
        self.shown: deque[Reduced] = deque(maxlen=MOST_SHOWN)
        """What was shown and nobody has taken yet."""
        self.latency = Latency()
        self.rate = Rate()
        self.file = ""
        self.endpoints: dict[str, str] = {}
        self.bridges: Mapping[str, Any] = {}
        self.alarms: Sequence[Mapping[str, Any]] = ()
        self.processes: Mapping[str, Mapping[str, int]] = {}
        self.used = Used()
        self._schema = Schema()
        self._run = -1
        self._reader: dict[str, Any] = {}
        self._status_at = float("-inf")
        self._waiting: list[Message] = []

    def subscribed(self, prefix: str) -> list[Message]:
        """Somebody new subscribed: the states he needs now; frames follow when they are due."""
        self.frames.show_again(prefix)
        states = self.stream.subscribed(prefix)
        refusal = self.picks.add(prefix) if prefix.startswith(PICK) else None
        return states if refusal is None else [*states, self.stream.stamped(refusal)]

    def unsubscribed(self, prefix: str) -> None:
        """Nobody subscribes to this beginning of topics any more."""
        self.stream.unsubscribed(prefix)
        if prefix.startswith(PICK):
            self.picks.remove(prefix)
            self.stream.forget(prefix)

    def state(self, message: Message) -> list[Message]:
        """A state that the reader told, under the topic of its kind."""
        return [self.stream.stamped(replace(message, topic=message.kind))]

    def reader_status(self, message: Message) -> None:
        """The reader's own figures, shown within the status."""
        self._reader = dict(message.header)

    def forget_since(self) -> None:
        """The means since somebody had them begin anew are void, and of the step; who subscribes next must not be sent them."""
        for window in (SINCE, STEP):
            self.stream.forget_below(f"{window}/")

    def received(self, reduced: Reduced, processed: int) -> None:
        """Rows came, perhaps with frames; ``processed`` events have a row now."""
        self.frames.add(reduced, processed)
        self.used = self.used.after(reduced)

    def show(self, reduced: Reduced, now: float) -> None:
        """These rows are next in event order."""
        rows = reduced.rows
        if reduced.run != self._run:
            self._run = reduced.run
            self.frames.restart()
        self.latency.add(reduced, now)
        self.rate.add(rows.count, now)
        self.shown.append(reduced)
        schema = self._schema.update(reduced.run, rows)
        if schema is not None:
            self._waiting.append(self.stream.stamped(schema))
        if self.stream.wanted(ROWS_TOPIC):
            self._waiting.append(self.stream.stamped(rows_message(reduced, topic=ROWS_TOPIC)))
        self._waiting += [self.stream.stamped(message) for message in self.picks.messages(reduced)]

    def flushed(self) -> list[Message]:
        """What ``show`` made ready, in order."""
        waiting, self._waiting = self._waiting, []
        return waiting

    def due(self, now: float, figures: Figures) -> list[Message]:
        """Everything that is to go out at this time."""
        messages = self.flushed()
        messages += [self.stream.stamped(frame) for frame in self.frames.due(now, self.stream.wanted)]
        mean = self.means.due(now, self.stream.wanted)
        if mean is not None:
            messages.append(self.stream.stamped(mean))
        if now - self._status_at >= STATUS_PAUSE_S:
            self._status_at = now
            messages.append(self.stream.stamped(self._status(now, figures())))
        return messages

    @property
    def frames_watched(self) -> bool:
        """Whether somebody subscribes to the frames of any detector."""
        return self.stream.wanted_below("frame")

    def last(self, end: Message, now: float, figures: dict[str, Any]) -> list[Message]:
        """The final figures, every mean image that is not shown yet, and the end."""
        messages = self.flushed()
        while (mean := self.means.due(float("inf"), self.stream.wanted)) is not None:
            messages.append(self.stream.stamped(mean))
        messages.append(self.stream.stamped(self._status(now, figures)))
        return [*messages, self.stream.stamped(replace(end, topic=end.kind))]

    def _status(self, now: float, figures: dict[str, Any]) -> Message:
        header = {
            "time": now,
            "reader": self._reader,
            "damaged": _total(self._reader.get("damage", {})),
            "rate": self.rate.value(now),
            "latency": self.latency.value(),
            "file": self.file,
            "endpoints": self.endpoints,
            "processes": self.processes,
            "bridges": self.bridges,
            "since": asdict(self.means.since) if self.means.since is not None else {},
            "alarms": [dict(alarm) for alarm in self.alarms],
            **figures,
        }
        return Message("status", header, topic="status")


def _total(damage: object) -> int:
    """Sum of all counts in a map of counts, or of maps of counts."""
    if isinstance(damage, dict):
        return sum(_total(value) for value in damage.values())
    return damage if isinstance(damage, int) and not isinstance(damage, bool) else 0
