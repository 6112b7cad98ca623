"""The process of the bridges: hears the reduced stream like anybody else, and tells it on. It can slow nobody but itself."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from monitor.aggregator.counters import Counters
from monitor.aggregator.dialect import Speaker, open_speakers
from monitor.net.publish import ZmqSubscriber
from monitor.net.socket import Dealer, ZmqDealer, wait
from monitor.settings import Settings
from monitor.wire.client_note import BridgeStatus
from monitor.wire.message import Message
from monitor.wire.note import to_message

TURN_S = 0.05
"""Longest wait of one turn: reports are never later than this."""

REPORT_S = 1.0
FAREWELL_S = 1.0
"""How long clients may still fetch the last events after the end; sockets drop what they still hold when they are closed."""

BATCH = 16
"""Most messages taken in one turn, before clients are heard again."""

QUEUE = 2000
"""Messages of the stream that may wait for the bridges; what comes beyond is missed, and counted."""


class Source(Protocol):
    """Where messages come from."""

    bad: int

    def receive(self, timeout_s: float = 0.0) -> Message | None:
        """Next message, or None after the timeout."""


@dataclass
class Bridging:
    """The bridges of a service with what they hear.

    Attributes
    ----------
    speakers
        The bridges.
    source
        The reduced stream.
    aggregator
        Is told what became of the messages; ``None`` = nobody.
    clock
        Monotonic seconds.
    """

    speakers: Sequence[Speaker]
    source: Source
    aggregator: Dealer | None
    clock: Callable[[], float] = time.monotonic
    _counters: Counters = field(default_factory=Counters)
    _told_at: float = float("-inf")

    def step(self) -> bool:
        """One turn without waiting: take what came, hear the clients, tell the aggregator; whether anything came."""
        came = False
        for _ in range(BATCH):
            message = self.source.receive()
            if message is None:
                break
            came = True
            if self._counters.is_new(message):
                for speaker in self.speakers:
                    speaker.take(message)
                    # Who asks for each message must not wait for a whole batch of them to be told on.
                    speaker.serve()
        for speaker in self.speakers:
            speaker.serve()
        self._tell()
        return came

    def report(self) -> dict[str, Any]:
        """What became of the messages, by bridge."""
        return {speaker.name: speaker.report() for speaker in self.speakers}

    def _tell(self) -> None:
        now = self.clock()
        if self.aggregator is None or now - self._told_at < REPORT_S:
            return
        self._told_at = now
        while self.aggregator.receive() is not None:
            continue
        self.aggregator.send(to_message(BridgeStatus(bridges=self.report(), missed=self._counters.missed + self.source.bad)))


def run_bridges(settings: Settings, stream: str, rows: str, stop: threading.Event, *, server_key: str = "") -> None:
    """Serve until ``stop`` is set.

    Parameters
    ----------
    settings
        The set-up.
    stream, rows
        Where the reduced stream is, and the aggregator's socket for reports (empty = none).
    stop
        Ends the loop.
    server_key
        Public key of the service, where its keys are not the ones here.

    Raises
    ------
    ConfigError, Unusable
        If a bridge cannot be opened.
    """
    speakers = open_speakers(settings.bridge)
    try:
        topics = sorted({topic for speaker in speakers for topic in speaker.topics})
        source = ZmqSubscriber(stream, topics, hwm=QUEUE, server_key=server_key)
        aggregator = ZmqDealer(rows, "bridges", hwm=10) if rows else None
        try:
            bridging = Bridging(speakers, source, aggregator)
            while not stop.is_set():
                _turn(bridging)
            end = time.monotonic() + FAREWELL_S
            while time.monotonic() < end:
                _turn(bridging)
        finally:
            source.close()
            if aggregator is not None:
                aggregator.close()
    finally:
        for speaker in speakers:
            speaker.close()


def _turn(bridging: Bridging) -> None:
    """One turn, and a short wait if there was nothing to do."""
    if not bridging.step():
        wait((bridging.source, *(socket for speaker in bridging.speakers for socket in speaker.sockets)), TURN_S)
