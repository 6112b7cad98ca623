"""What subscribers see: a counter per topic, and the last word on everything that is a state."""

from collections import Counter
from dataclasses import replace

from monitor.wire.message import Message

STATES = ("run", "step", "schema/", "sum/", "step_sum/", "since_sum/", "status", "pipeline", "plot/", "end")
"""Topics (or beginnings of topics) whose last message is sent again to each new subscriber."""

MOST_TOPICS = 100_000
"""Subscriptions that are looked at; whoever comes with more gets what others asked for."""


class Stream:
    """Stamps messages and remembers those that a new subscriber needs.

    Parameters
    ----------
    session
        A number that no earlier stream of this service had: with another one, counters start anew.
    """

    def __init__(self, session: int) -> None:
        self._session = session
        self._count: dict[str, int] = {}
        self._last: dict[str, Message] = {}
        self._prefixes: set[str] = set()
        self._words: Counter[str] = Counter()
        self.held: frozenset[str] = frozenset()
        """Beginnings of topics that are made although nobody subscribes to them at present."""

    def wanted(self, topic: str) -> bool:
        """Whether somebody subscribes to this topic, so that it is worth making; the number of subscriptions costs nothing."""
        return any(topic[:n] in self._prefixes or topic[:n] in self.held for n in range(len(topic) + 1))

    def wanted_below(self, word: str) -> bool:
        """Whether somebody subscribes to any topic that begins with this word and a slash."""
        return self._words[word] > 0 or self.wanted(f"{word}/")

    def subscribed(self, prefix: str) -> list[Message]:
        """Somebody new subscribed: return the states he needs, with the counters they were sent under."""
        self.note(prefix)
        return [message for topic, message in self._last.items() if topic.startswith(prefix)]

    def note(self, prefix: str) -> None:
        """Somebody new subscribed, and gets the states later."""
        if prefix not in self._prefixes and len(self._prefixes) < MOST_TOPICS:
            self._prefixes.add(prefix)
            word, slash, _ = prefix.partition("/")
            self._words[word] += bool(slash)

    def unsubscribed(self, prefix: str) -> None:
        """Nobody subscribes to this prefix any more."""
        if prefix in self._prefixes:
            self._prefixes.discard(prefix)
            word, slash, _ = prefix.partition("/")
            self._words[word] -= bool(slash)
            if not self._words[word]:
                del self._words[word]

    def forget(self, topic: str) -> None:
        """A topic is not made any more: its counter begins anew if it comes back."""
        self._count.pop(topic, None)
        self._last.pop(topic, None)

    def forget_below(self, prefix: str) -> None:
        """States whose topics begin like this are void; their counters go on."""
        self._last = {topic: message for topic, message in self._last.items() if not topic.startswith(prefix)}

    def stamped(self, message: Message) -> Message:
        """The message with its topic's counter ``n`` and the ``session``; kept if it is a state."""
        topic = message.topic
        n = self._count.get(topic, 0) + 1
        self._count[topic] = n
        stamped = replace(message, header={**message.header, "n": n, "session": self._session})
        if topic.startswith(STATES):
            self._last[topic] = stamped
        return stamped
