"""What subscribers see: a counter per topic, and the last word on everything that is a state."""

from dataclasses import replace

from monitor.wire.message import Message

STATES = ("run", "step", "schema/", "sum/", "step_sum/", "status", "pipeline", "end")
"""Topics (or beginnings of topics) whose last message is sent again to each new subscriber."""


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

    def wanted(self, topic: str) -> bool:
        """Whether somebody subscribes to this topic, so that it is worth making."""
        return any(topic.startswith(prefix) for prefix in self._prefixes)

    def wanted_below(self, start: str) -> bool:
        """Whether somebody subscribes to any topic that begins like this."""
        return any(prefix.startswith(start) or start.startswith(prefix) for prefix in self._prefixes)

    def subscribed(self, prefix: str) -> list[Message]:
        """Somebody new subscribed: return the states he needs, with the counters they were sent under."""
        self._prefixes.add(prefix)
        return [message for topic, message in self._last.items() if topic.startswith(prefix)]

    def unsubscribed(self, prefix: str) -> None:
        """Nobody subscribes to this prefix any more."""
        self._prefixes.discard(prefix)

    def stamped(self, message: Message) -> Message:
        """The message with its topic's counter ``n`` and the ``session``; kept if it is a state."""
        topic = message.topic
        n = self._count.get(topic, 0) + 1
        self._count[topic] = n
        stamped = replace(message, header={**message.header, "n": n, "session": self._session})
        if topic.startswith(STATES):
            self._last[topic] = stamped
        return stamped
