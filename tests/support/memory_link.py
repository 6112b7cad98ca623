"""Memory twin of the connection to a service: a test puts in what is to be heard."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from monitor.errors import Unusable
from monitor.wire.message import Message


@dataclass
class MemoryLink:
    """Stream and requests in one; nothing waits."""

    coming: deque[Message] = field(default_factory=deque)
    topics: list[str] = field(default_factory=list)
    history_answer: Message | Exception | None = None
    control_answer: Message | Exception | None = None
    axes_answer: Message | Exception | None = field(default_factory=lambda: Unusable("nobody told what the axes are"))
    axes_asked: int = 0
    asked: list[tuple[str, Any]] = field(default_factory=list)

    def stream(self) -> "MemoryLink":
        return self

    def requests(self) -> "MemoryLink":
        return self

    def subscribe(self, topic: str) -> None:
        self.topics.append(topic)

    def unsubscribe(self, topic: str) -> None:
        self.topics.remove(topic)

    def poll(self, timeout_s: float) -> list[Message]:
        del timeout_s
        messages = list(self.coming)
        self.coming.clear()
        return messages

    def history(self, fields: Sequence[str], last: int) -> Message:
        self.asked.append(("history", last))
        return _given(self.history_answer)

    def control(self, changes: Sequence[Mapping[str, Any]], author: str) -> Message:
        self.asked.append(("control", list(changes)))
        return _given(self.control_answer)

    def means(self, begin: str, author: str) -> Message:
        self.asked.append(("means", (begin, author)))
        return Message("accepted", {})

    def axes(self) -> Message:
        self.axes_asked += 1
        return _given(self.axes_answer)

    def close(self) -> None:
        self.topics.clear()


def _given(answer: Message | Exception | None) -> Message:
    if isinstance(answer, Exception):
        raise answer
    assert answer is not None
    return answer
