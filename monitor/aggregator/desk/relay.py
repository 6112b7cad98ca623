"""Passes what clients want changed on to the reader, and its answers back."""

from dataclasses import dataclass, field, replace

from monitor.net.socket import Dealer, Router
from monitor.wire.message import Message

ANSWERS = ("accepted", "refused")
PATIENCE_S = 10.0
MOST_OPEN = 256


@dataclass(slots=True)
class Relay:
    """Requests that wait for the reader's answer.

    Parameters
    ----------
    reader, clients
        Between whom it stands.
    """

    reader: Dealer
    clients: Router
    _open: dict[int, tuple[bytes, int, float]] = field(default_factory=dict)
    _next: int = 1

    def ask(self, peer: bytes, message: Message, now: float) -> None:
        """Pass a request of a client on; refuse it if the reader cannot take it."""
        request = message.header["request"]
        number, self._next = self._next, self._next + 1
        if len(self._open) >= MOST_OPEN or not self.reader.send(replace(message, header={**message.header, "request": number})):
            self._reply(peer, Message("refused", {"why": "the reader has too much to do; try again"}), request)
            return
        self._open[number] = (peer, request, now)

    def step(self, now: float) -> bool:
        """Pass answers back, and forget who waited too long; whether there was anything."""
        busy = False
        while (answer := self.reader.receive()) is not None:
            busy = True
            asked = self._open.pop(answer.header.get("request", -1), None) if answer.kind in ANSWERS else None
            if asked is not None:
                self._reply(asked[0], answer, asked[1])
        for number in [number for number, (_, _, since) in self._open.items() if now - since > PATIENCE_S]:
            peer, request, _ = self._open.pop(number)
            self._reply(peer, Message("refused", {"why": "the reader does not answer; perhaps it is being restarted"}), request)
        return busy

    def _reply(self, peer: bytes, answer: Message, request: int) -> None:
        self.clients.send(peer, replace(answer, header={**answer.header, "request": request}))
