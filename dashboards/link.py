"""The connection to a real service: subscribers for the stream, dealers for questions."""

import itertools
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from monitor.errors import ProtocolError, Unusable
from monitor.net.endpoints import Endpoints
from monitor.net.frame_memory import Recall
from monitor.net.near import stream_of
from monitor.net.publish import ZmqSubscriber
from monitor.net.socket import Together, ZmqDealer
from monitor.wire.message import Message

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 0.5
"""How often the addresses are read again; a restarted service may have others."""

ANSWER_S = 10.0
MOST_UNREAD = 3
"""Frames in a row whose memory cannot be read: this process never will. A single one may be of a service that has just ended."""

MOST_MESSAGES = 50
"""Of one topic in a turn: rows that pile up on a busy machine must not keep the status waiting."""


class ServiceStream:
    """Subscribers of one stream: one for each prefix, because ending one is the way to unsubscribe.

    Parameters
    ----------
    endpoints
        Tells where the service is now; asked again and again.
    """

    def __init__(self, endpoints: Callable[[], Endpoints]) -> None:
        self._endpoints = endpoints
        self._recall = Recall()
        self._unread = 0
        self._address = ""
        self._looked_at = float("-inf")
        self._topics: list[str] = []
        self._open: dict[str, ZmqSubscriber] = {}
        self._together: Together[ZmqSubscriber] = Together()

    def subscribe(self, topic: str) -> None:
        """Ask for all topics that begin with this."""
        self._topics.append(topic)
        self._connect()

    def unsubscribe(self, topic: str) -> None:
        """Take back one ``subscribe``."""
        self._topics.remove(topic)
        if topic in self._open:
            leaving = self._open.pop(topic)
            self._together = Together(self._open.values())
            leaving.close()
        # The service lets go of frames that nobody looks at; kept here, they would stay in the machine's memory.
        self._recall.keep(lambda frame: any(frame.startswith(prefix) for prefix in self._topics))

    def poll(self, timeout_s: float) -> list[Message]:
        """Messages that are here, after waiting at most this long for the first."""
        self._follow()
        if not self._open:
            time.sleep(timeout_s)
            return []
        messages = [message for each in self._together.ready(timeout_s) for message in _waiting(each)]
        return [whole for message in messages if (whole := self._whole(message)) is not None]

    def close(self) -> None:
        """Let go of the sockets."""
        for subscriber in self._open.values():
            subscriber.close()
        self._open, self._together = {}, Together()
        self._recall.close()

    def _whole(self, message: Message) -> Message | None:
        """A message with its image from memory; ``None`` if it cannot be had."""
        try:
            whole = self._recall.whole(message)
        except (Unusable, ProtocolError) as error:
            self._unread += 1
            if self._unread == MOST_UNREAD:
                log.warning("frames_not_from_memory", extra={"why": str(error)})
            return None
        if whole is not message and self._unread < MOST_UNREAD:
            self._unread = 0
        return whole

    def _follow(self) -> None:
        """Go where the service is."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_AGAIN_S:
            return
        self._looked_at = now
        endpoints = self._endpoints()
        address = stream_of(endpoints) if self._unread < MOST_UNREAD else endpoints.stream
        # A folder that is gone means that the service ended; another one may come at the same place.
        if address and address != self._address:
            self.close()
            self._address = address
            self._connect()

    def _connect(self) -> None:
        """Open what is asked for and not open yet."""
        for topic in self._topics:
            if self._address and topic not in self._open:
                self._open[topic] = ZmqSubscriber(self._address, (topic,))
        self._together = Together(self._open.values())


class ServiceRequests:
    """Questions to reader and aggregator; each opens its own connection, so that an answer that comes too late confuses nobody.

    Parameters
    ----------
    endpoints
        Tells where the service is now.
    """

    def __init__(self, endpoints: Callable[[], Endpoints]) -> None:
        self._endpoints = endpoints
        self._numbers = itertools.count(1)

    def history(self, fields: Sequence[str], last: int) -> Message:
        """The newest ``last`` rows."""
        return self._ask(self._endpoints().requests, "history", {"fields": list(fields), "last": last})

    def control(self, changes: Sequence[Mapping[str, Any]], author: str) -> Message:
        """Ask for changes of the settings."""
        content = {"changes": [dict(change) for change in changes], "author": author}
        return self._ask(self._endpoints().reader, "control", content)

    def detector(self, name: str) -> Message:
        """What the workers use for a detector."""
        return self._ask(self._endpoints().requests, "detector", {"detector": name})

    def means(self, begin: str, author: str) -> Message:
        """Ask to have means begin now, or with the run again."""
        return self._ask(self._endpoints().requests, "means", {"begin": begin, "author": author})

    def undo(self, author: str) -> Message:
        """Ask to take back the last change of the settings."""
        return self._ask(self._endpoints().reader, "undo", {"author": author})

    def axes(self) -> Message:
        """What the elements of array fields stand for."""
        return self._ask(self._endpoints().requests, "axes", {})

    def close(self) -> None:
        """Nothing stays open between questions."""

    def _ask(self, address: str, kind: str, content: Mapping[str, Any]) -> Message:
        """Send one request and wait for its answer."""
        if not address:
            raise Unusable("the service has not started yet")
        number = next(self._numbers)
        dealer = ZmqDealer(address)
        try:
            dealer.send(Message(kind, {**content, "request": number}), ANSWER_S)
            end = time.monotonic() + ANSWER_S
            while (left := end - time.monotonic()) > 0:
                answer = dealer.receive(left)
                if answer is not None and answer.header.get("request") == number:
                    return answer
        finally:
            dealer.close()
        raise Unusable(f"the service did not answer within {ANSWER_S:g} s; look at the Overview page whether it runs")


class ServiceLink:
    """How to reach one service.

    Parameters
    ----------
    endpoints
        Tells where the service is now; asked again and again.
    """

    def __init__(self, endpoints: Callable[[], Endpoints]) -> None:
        self._endpoints = endpoints

    def stream(self) -> ServiceStream:
        """A subscriber without topics."""
        return ServiceStream(self._endpoints)

    def requests(self) -> ServiceRequests:
        """A channel for questions."""
        return ServiceRequests(self._endpoints)


def _waiting(subscriber: ZmqSubscriber) -> list[Message]:
    """What a subscriber holds, but not more than one turn should take."""
    messages: list[Message] = []
    while len(messages) < MOST_MESSAGES and (message := subscriber.receive()) is not None:
        messages.append(message)
    return messages
