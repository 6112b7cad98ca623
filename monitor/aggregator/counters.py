"""What a listener to the reduced stream missed, told by the counters in the headers. Pure."""

from monitor.wire.message import Message


class Counters:
    """Follows the counter of each topic.

    Attributes
    ----------
    missed
        Messages that never came.
    """

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        self._session: object = None
        self.missed = 0

    def is_new(self, message: Message) -> bool:
        """Count what is missing before this message; false for a state that is sent again for somebody else."""
        n, session = message.header.get("n"), message.header.get("session")
        if not isinstance(n, int):
            return True
        if session != self._session:
            self._session = session
            self._last.clear()
        last = self._last.get(message.topic)
        if last is not None and n <= last:
            return False
        self._last[message.topic] = n
        self.missed += n - last - 1 if last is not None else 0
        return True

    def forget(self, prefix: str) -> None:
        """These topics are not listened to any more: what is not heard of them is not missed."""
        self._last = {topic: n for topic, n in self._last.items() if not topic.startswith(prefix)}
