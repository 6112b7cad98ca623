"""The reduced stream once more, for another network: some topics, some fields, some events. Pure; time comes in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from monitor.aggregator.counters import Counters
from monitor.aggregator.pick import PICK, Picks
from monitor.aggregator.publish import Stream
from monitor.aggregator.thinning import Thinning
from monitor.errors import ProtocolError
from monitor.wire.message import Message
from monitor.wire.rows import rows_message, rows_of

ALWAYS = ("run", "step", "schema/", "status", "end")
"""Topics that every subscriber needs; they are small."""

ROWS = "rows/"
OTHERS = (ROWS, "frame/", "sum/", "step_sum/", "pipeline", "plot/", "log")
PICTURES = ("frame/", "sum/", "step_sum/")
ON_DEMAND = (ROWS, *PICTURES)
"""Asked for only while somebody listens to them here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What goes on.

    Attributes
    ----------
    topics
        Beginnings of the topics that go on besides those of ``ALWAYS``; empty = all.
    fields, every, rate
        As in ``Thinning``.
    picture_rate
        Most pictures per second and topic; 0 = no limit.
    """

    topics: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    every: int = 1
    rate: float = 0.0
    picture_rate: float = 0.0

    @property
    def leaves_rows_alone(self) -> bool:
        """Whether rows go on as they are."""
        return not self.fields and self.every == 1 and not self.rate


class Forward:
    """Takes messages of one stream and says what goes out on the other.

    Parameters
    ----------
    choice
        What goes on.
    session
        A number that no earlier stream at this address had.
    """

    def __init__(self, choice: Filter, *, session: int) -> None:
        self._choice = choice
        self._topics = choice.topics or OTHERS
        self._thinning = Thinning(choice.fields, every=choice.every, rate=choice.rate)
        self._pause_s = 1 / choice.picture_rate if choice.picture_rate else 0.0
        self._held: dict[str, Message] = {}
        self._shown: dict[str, float] = {}
        self._counters = Counters()
        self._picks = Picks()
        self.stream = Stream(session)
        self.address = ""
        self.bad = 0
        self.sent = 0

    def wanted(self) -> set[str]:
        """Beginnings of the topics that have to be asked for now."""
        return {*ALWAYS, *(topic for topic in self._topics if not topic.startswith(ON_DEMAND) or self._is_listened_to(topic))}

    def _is_listened_to(self, topic: str) -> bool:
        """Whether somebody here may want what begins so; it is enough that the first words are the same."""
        return self.stream.wanted_below(topic.partition("/")[0]) or (topic.startswith(ROWS) and len(self._picks) > 0)

    def subscribed(self, prefix: str) -> list[Message]:
        """Somebody new subscribed here: the states he needs, and the refusal of a selection that cannot be made."""
        states = self.stream.subscribed(prefix)
        refusal = self._picked(prefix) if prefix.startswith(PICK) else None
        return states if refusal is None else [*states, self.stream.stamped(refusal)]

    def unsubscribed(self, prefix: str) -> None:
        """Nobody subscribes to this beginning of topics here any more."""
        self.stream.unsubscribed(prefix)
        if prefix.startswith(PICK):
            self._picks.remove(prefix)
            self.stream.forget(prefix)

    def _picked(self, topic: str) -> Message | None:
        """Make a selection from now on; the refusal if there is nothing to select from."""
        if any(name.startswith(ROWS) or ROWS.startswith(name) for name in self._topics):
            return self._picks.add(topic)
        return Message("refused", {"why": f"no rows go on here, only {', '.join(self._topics)}"}, topic=topic)

    def forget(self, prefix: str) -> None:
        """These topics are not asked for any more."""
        self._counters.forget(prefix)
        self._held = {topic: message for topic, message in self._held.items() if not topic.startswith(prefix)}

    def take(self, message: Message, now: float) -> list[Message]:
        """What goes out because of this message; one that breaks the rules is counted and dropped."""
        topic = message.topic
        if not topic.startswith((*ALWAYS, *self._topics)) or not self._counters.is_new(message):
            return []
        try:
            changed = self._rows(message) if topic.startswith(ROWS) else [self._changed(message)]
        except ProtocolError:
            self.bad += 1
            return []
        if self._pause_s and topic.startswith(PICTURES):
            self._held[topic] = changed[0]
            return self.due(now)
        return [self._stamped(each) for each in changed]

    def due(self, now: float) -> list[Message]:
        """Pictures whose time has come."""
        ready = [topic for topic in self._held if now - self._shown.get(topic, float("-inf")) >= self._pause_s]
        self._shown.update(dict.fromkeys(ready, now))
        return [self._stamped(self._held.pop(topic)) for topic in ready]

    def _stamped(self, message: Message) -> Message:
        self.sent += 1
        return self.stream.stamped(message)

    def _rows(self, message: Message) -> list[Message]:
        """Rows as they go on, and the selections from them; nothing if none of them does."""
        if self._choice.leaves_rows_alone and not len(self._picks):
            return [message]
        reduced = self._thinning.thin(rows_of(message))
        if not reduced.rows.count:
            return []
        whole = message if self._choice.leaves_rows_alone else rows_message(reduced, topic=message.topic)
        return [whole, *self._picks.messages(reduced)]

    def _changed(self, message: Message) -> Message:
        """Any other message as it goes on."""
        if message.topic == "status":
            # The sockets of the service cannot be reached from where this is read, or must not be.
            told = {"missed": self._counters.missed, "bad": self.bad, "sent": self.sent, **self._told}
            return replace(message, header={**message.header, "endpoints": {"stream": self.address}, "forward": told})
        if message.topic.startswith("schema/"):
            return replace(message, header={**message.header, "fields": self._schema(message.header.get("fields"))})
        return message

    @property
    def _told(self) -> Mapping[str, Any]:
        choice = self._choice
        return {"topics": list(self._topics), "fields": list(choice.fields), "every": choice.every, "rate": choice.rate}

    def _schema(self, fields: object) -> Sequence[Any]:
        """Entries of the fields that go on."""
        known: list[Any] = fields if isinstance(fields, list) else [fields]
        if not all(isinstance(entry, dict) and isinstance(entry.get("name"), str) for entry in known):
            raise ProtocolError("a schema whose fields have no names")
        return [entry for entry in known if self._thinning.wants(entry["name"])]
