"""The desk's thread: requests in, answers out, and what the loop and the desk have for each other in bounded queues between."""

import threading
import time
from collections import deque
from dataclasses import replace
from typing import Literal

from monitor.aggregator.desk.desk import CONTROLS, Asker, Desk
from monitor.aggregator.desk.relay import Relay
from monitor.aggregator.joiner import Columns
from monitor.aggregator.used import Used
from monitor.errors import ProtocolError
from monitor.model.sums import Sums
from monitor.net.socket import Dealer, Router, ZmqRouter, wait
from monitor.wire import checked
from monitor.wire.client_note import MeansRequest
from monitor.wire.message import Message
from monitor.wire.rows import Reduced

TURN_S = 0.02
BATCH = 64
MOST_ITEMS, MOST_GIFTS = 4096, 256
"""Items from the loop, and gifts for it, that may wait; more are dropped: rows then have a gap in the history."""


class DeskThread:
    """Runs a desk; the loop's side of it has the face ``monitor.aggregator.desk.face.Desk``.

    Parameters
    ----------
    desk
        Makes the answers.
    router
        Where clients ask.
    reader
        Where controls go.
    control
        Who may change settings where no keys are in use.
    """

    def __init__(self, desk: Desk, router: Router, reader: Dealer, *, control: Literal["anyone", "nobody"] = "anyone") -> None:
        self.bad = 0
        self.sums: tuple[int, Sums] = (-1, {})
        self.used = Used()
        self._desk, self._router, self._control = desk, router, control
        self._relay = Relay(reader, router)
        self._items: deque[Reduced | Message] = deque(maxlen=MOST_ITEMS)
        self._gifts: deque[Message | Columns | MeansRequest] = deque()
        self._leave = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="desk")

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def close(self) -> None:
        """Answer no more; the sockets are the caller's to close."""
        self._leave.set()
        if self._thread.is_alive():
            self._thread.join()

    # -- the loop's side -------------------------------------------------------------------------------------------------

    def take(self, item: Reduced | Message) -> None:
        """Keep rows that were shown, or a message that was published, for the answers.

        Raises
        ------
        RuntimeError
            If the desk's thread has failed: a bug of ours, which must end the process.
        """
        if self._failure is not None:
            raise RuntimeError("the desk has failed") from self._failure
        if isinstance(item, Reduced) or item.topic.startswith("frame/"):
            self._items.append(item)

    def given(self) -> Message | Columns | MeansRequest | None:
        """The next thing a client gave; ``None`` if there is none."""
        return self._gifts.popleft() if self._gifts else None

    def wants_frames(self, now: float) -> bool:
        """Whether somebody asked for frames a short while ago, so that they should be made."""
        return self._desk.frames_wanted(now)

    # -- the desk's own side ---------------------------------------------------------------------------------------------

    def _run(self) -> None:
        """The thread."""
        try:
            while not self._leave.is_set():
                if not self.step(time.time()):
                    self._rest()
        except Exception as error:
            # A thread cannot end its process; the loop does, at the next row.
            self._failure = error

    def step(self, now: float) -> bool:
        """One turn; whether anything came."""
        self._catch_up()
        busy = self._relay.step(now)
        for _ in range(BATCH):
            received = self._router.receive()
            if received is None:
                break
            busy = True
            self._catch_up()
            self._answer(*received, now)
        if self._router.bad:
            self.bad, self._router.bad = self.bad + self._router.bad, 0
        while len(self._gifts) < MOST_GIFTS and (plot := self._desk.plots.due(now)) is not None:
            self._gifts.append(plot)
        return busy

    def _catch_up(self) -> None:
        """Take what the loop has shown since."""
        self._desk.sums, self._desk.used = self.sums, self.used
        while self._items:
            self._desk.take(self._items.popleft())

    def _answer(self, peer: bytes, message: Message, now: float) -> None:
        """Answer one request, or say why not; what is no request is counted."""
        try:
            request = checked.integer(message, "request") if "request" in message.header else None
            asker = self._asker()
            if message.kind in CONTROLS:
                self._relay.ask(peer, self._permitted(message, asker), now)
                return
            if message.kind == MeansRequest.KIND:
                message = self._permitted(message, asker)
            answer = self._desk.answer(message, asker, now)
            self._hand_on()
        except ProtocolError as error:
            if not isinstance(message.header.get("request"), int):
                self.bad += 1
                return
            request, answer = message.header["request"], Message("refused", {"why": str(error)})
        if answer is not None and request is not None:
            self._router.send(peer, replace(answer, header={**answer.header, "request": request}))

    def _asker(self) -> Asker:
        """Who sent the last message, and what he may do."""
        gate, user = getattr(self._router, "gate", None), getattr(self._router, "user", "")
        if gate is None:
            return Asker(may_control=self._control == "anyone")
        client = gate.may(user, "read")
        if client is None:
            raise ProtocolError("this key is not allowed here any more")
        return Asker(name=client.name, may_control="control" in client.rights, may_publish="publish" in client.rights)

    def _permitted(self, message: Message, asker: Asker) -> Message:
        """A control as it may go to the reader.

        Raises
        ------
        ProtocolError
            If the client may not change anything, saying who can allow it.
        """
        if not asker.may_control and asker.name:
            raise ProtocolError(
                "this key may only read; whoever runs the service can allow it: xtcmon keys allow ... --may control"
            )
        if not asker.may_control:
            raise ProtocolError("settings cannot be changed from here: [stream] control is set to nobody")
        checked.integer(message, "request")
        if asker.name:
            # A name that a key proves stands before one that anybody can write.
            said = message.header.get("author", "")
            author = asker.name if said in ("", asker.name) else f"{asker.name} ({str(said)[:60]})"
            return replace(message, header={**message.header, "author": author})
        return message

    def _hand_on(self) -> None:
        """Columns, and wishes for means, for the loop; what finds no room is counted as bad."""
        gifts: list[Columns | MeansRequest] = [*self._desk.columns, *self._desk.means]
        self._desk.columns, self._desk.means = [], []
        for each in gifts:
            if len(self._gifts) < MOST_GIFTS:
                self._gifts.append(each)
            else:
                self.bad += 1

    def _rest(self) -> None:
        """Wait for a request, or a little."""
        if isinstance(self._router, ZmqRouter):
            wait([self._router], TURN_S)
        else:
            self._leave.wait(TURN_S)
