"""The loop of ``xtcmon forward``: a subscriber of one stream, a publisher of another."""

import threading
import time

from monitor.aggregator.forward import Filter, Forward
from monitor.net.publish import Publisher, ZmqPublisher, ZmqSubscriber
from monitor.net.socket import wait
from monitor.wire.message import Message

TURN_S = 0.05
BATCH = 64
"""Most messages taken in one turn."""

QUEUE = 2000
"""Messages that may wait on either side; what comes beyond is lost, and counted in the status."""


class Forwarding:
    """The forward with its sockets."""

    def __init__(self, forward: Forward, source: ZmqSubscriber, publisher: Publisher) -> None:
        self._forward, self._source, self._publisher = forward, source, publisher
        self._asked: set[str] = set()
        forward.address = publisher.address

    def step(self, now: float) -> bool:
        """One turn without waiting; whether anything came."""
        for prefix in self._publisher.subscriptions():
            self._publish(self._forward.subscribed(prefix))
        for prefix in self._publisher.departures():
            self._forward.unsubscribed(prefix)
        self._ask()
        self._publish(self._forward.due(now))
        for i in range(BATCH):
            message = self._source.receive()
            if message is None:
                return i > 0
            self._publish(self._forward.take(message, now))
        return True

    def _publish(self, messages: list[Message]) -> None:
        for message in messages:
            self._publisher.publish(message)

    def _ask(self) -> None:
        """Ask for what is wanted here, and for nothing else."""
        wanted = self._forward.wanted()
        for topic in wanted - self._asked:
            self._source.subscribe(topic)
        for topic in self._asked - wanted:
            self._source.unsubscribe(topic)
            self._forward.forget(topic)
        self._asked = wanted


def run_forward(
    choice: Filter, source: str, to: str, stop: threading.Event, *, insecure: bool = False, server_key: str = ""
) -> None:
    """Forward until ``stop`` is set.

    Parameters
    ----------
    choice
        What goes on.
    source, to
        Address of the stream to follow, and the one to bind.
    stop
        Ends the loop.
    insecure
        Bind an address that other machines can reach without keys.
    server_key
        Public key of the service that is followed, where its keys are not the ones here.

    Raises
    ------
    ConfigError, Unusable
        If an address cannot be used.
    """
    publisher = ZmqPublisher(to, hwm=QUEUE, insecure=insecure)
    try:
        subscriber = ZmqSubscriber(source, (), hwm=QUEUE, server_key=server_key)
        try:
            forwarding = Forwarding(Forward(choice, session=time.time_ns()), subscriber, publisher)
            while not stop.is_set():
                if not forwarding.step(time.monotonic()):
                    wait((subscriber, publisher), TURN_S)
        finally:
            subscriber.close()
    finally:
        publisher.close()
