"""Datagrams that a replay or another sender pushes over a socket: a live source, never slowed by the reader."""

import time
from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np

from monitor.errors import ProtocolError
from monitor.net.socket import Router, ZmqRouter
from monitor.reader.block import Block, GapBlock, Memory
from monitor.reader.merge import Merge
from monitor.reader.report import counts_of
from monitor.reader.sources.turn import IN_TURN, Fate, Turn
from monitor.reader.xtc2.live import LiveMerge
from monitor.settings import Settings
from monitor.wire.datagrams import Datagrams, Ready, ReplayEnd, ReplayHello, datagrams_of
from monitor.wire.message import Message
from monitor.wire.note import note_of, to_message
from monitor.xtc.header import EPICS, Level, Transition
from monitor.xtc.walk import Heads, Stop, heads
from monitor.xtc.write import datagram, type_word, xtc
from monitor.xtc2.detect import FIRST_BYTES, is_xtc2
from monitor.xtc2.heads import Heads as Heads2
from monitor.xtc2.heads import Stop as Stop2
from monitor.xtc2.heads import heads as heads2

QUEUE = 16
"""Messages that may wait in the socket; what the sender has beyond them it drops and counts."""

LEAST_PATIENCE_S, PATIENCE_S = 0.02, 0.5
"""Limits of the time that an event waits for a stream: for one that is silent or on time, and for one that is late."""
SETTLE_S = 0.02
"""An event that lost a part waits so long for its other half."""

MESSAGES_PER_READ = 256
EVERYTHING = 1 << 30
BROKEN = "broken messages from the source"


class ListenSource:
    """Awaits datagrams on an address; ends when the sender says so.

    Parameters
    ----------
    address
        Where to listen, for example ``tcp://127.0.0.1:5581``.
    settings
        ``source.first_camera_stream`` is used.
    router
        A memory twin in tests; None: a socket is bound.
    clock
        Monotonic seconds.

    Raises
    ------
    Unusable, ConfigError
        If the address cannot be used.
    """

    def __init__(
        self, address: str, settings: Settings, *, router: Router | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._router = router if router is not None else ZmqRouter(address, hwm=QUEUE)
        self.zmq = getattr(self._router, "zmq", None)
        """Socket that wakes the reader's loop."""
        self.address = self._router.address
        self._first_camera = settings.source.first_camera_stream
        self._clock = clock
        self._merge: Merge | LiveMerge | None = None
        self._key: tuple[str, int] = ("", 0)
        self._next_version = 0
        self._counts: Counter[str] = Counter()
        self._turn = Turn(0)
        self._over = False
        self._streams: tuple[int, ...] = ()

    @property
    def finished(self) -> bool:
        """Whether the sender said that nothing else will come, and everything was handed out."""
        return self._over and self._merge is None

    @property
    def total_events(self) -> int | None:
        """Not known of a live source."""
        return None

    @property
    def counts(self) -> Mapping[str, int]:
        """What was damaged, lost on the way, or left out, by a text that names it."""
        found = self._counts + (_counts(self._merge) if self._merge is not None else Counter())
        found[BROKEN] += self._router.bad
        return +found

    def read(self, max_events: int) -> list[Block]:
        """Blocks that are complete; a little more than ``max_events`` events together where a run ends among them."""
        blocks: list[Block] = []
        for _ in range(min(max_events, MESSAGES_PER_READ)):
            received = None if self._over else self._router.receive()
            if received is None:
                break
            blocks += self._take(*received)
        if self._merge is not None:
            blocks += self._merge.take(max_events, self._clock())
        return blocks

    def close(self) -> None:
        """Give the address free."""
        self._router.close()

    def _take(self, peer: bytes, message: Message) -> list[Block]:
        """Take one message; what breaks the rules is counted and dropped."""
        try:
            if message.kind == ReplayHello.KIND:
                self._router.send(peer, to_message(Ready()))
                return []
            if message.kind == ReplayEnd.KIND:
                return self._end(note_of(ReplayEnd, message))
            return self._feed(datagrams_of(message))
        except ProtocolError:
            self._counts[BROKEN] += 1
            return []

    def _feed(self, datagrams: Datagrams) -> list[Block]:
        """Give datagrams to the merge; a new run begins with its first."""
        blocks: list[Block] = []
        if self._merge is None or self._key != (datagrams.experiment, datagrams.run):
            blocks += self._close_run()
            self._open_run(datagrams)
        found = heads2(datagrams.bytes) if isinstance(self._merge, LiveMerge) else heads(datagrams.bytes)
        if found.reason not in (Stop.END, Stop2.END):
            self._counts["broken datagrams from the source"] += 1
        if datagrams.events and not len(found.table):
            return blocks + self._missed(datagrams.n + datagrams.events)
        blocks += self._missed(datagrams.n - (not datagrams.events and _is_event(found)))
        fate = self._fate(datagrams, found)
        self._counts[fate] += bool(fate)
        if not fate:
            self._give(datagrams, found)
        return blocks

    def _give(self, datagrams: Datagrams, found: Heads | Heads2) -> None:
        """Hand datagrams to the merge of their generation."""
        if isinstance(self._merge, LiveMerge) and isinstance(found, Heads2):
            if len(found.table):
                self._merge.feed(datagrams.stream, datagrams.bytes, found, now=self._clock())
        elif isinstance(self._merge, Merge) and isinstance(found, Heads):
            self._merge.feed(datagrams.stream, Memory(datagrams.bytes), datagrams.bytes, found, now=self._clock())

    def _fate(self, datagrams: Datagrams, found: Heads | Heads2) -> Fate:
        """Whether datagrams come in their turn; a transition always does."""
        if not len(found.table):
            return IN_TURN
        if datagrams.events:
            return self._turn.event(datagrams.stream, datagrams.n, first=True)
        if _is_event(found):
            return self._turn.event(datagrams.stream, datagrams.n - 1, first=False)
        self._turn.transition()
        return IN_TURN

    def _missed(self, n: int) -> list[Block]:
        """Events before ``n`` that were due and never came; what came before them is handed out first."""
        missed = self._turn.missed(n)
        if missed <= 0 or self._merge is None:
            return []
        self._counts["lost on the way from the source"] += missed
        return [*self._merge.take(EVERYTHING, self._clock()), GapBlock(count=missed, state=self._merge.state)]

    def _end(self, note: ReplayEnd) -> list[Block]:
        """The sender is at its end."""
        blocks = self._missed(note.n) + self._close_run()
        self._over = note.final
        return blocks

    def _open_run(self, datagrams: Datagrams) -> None:
        """A merge for the streams of this run; events arrive in order, so none has to wait for an earlier one."""
        self._key = (datagrams.experiment, datagrams.run)
        self._turn = Turn(datagrams.n)
        self._streams = datagrams.streams
        if is_xtc2(datagrams.bytes[:FIRST_BYTES].tobytes()):
            known = max(datagrams.run, 0)
            self._merge = LiveMerge(datagrams.experiment, known, streams=datagrams.streams, version=self._next_version)
            return
        self._merge = Merge(
            datagrams.experiment,
            datagrams.run if datagrams.run >= 0 else None,
            streams=datagrams.streams,
            first_camera_stream=self._first_camera,
            look_ahead=(0, 0),
            patience_s=PATIENCE_S,
            least_patience_s=LEAST_PATIENCE_S,
            settle_s=SETTLE_S,
            version=self._next_version,
        )

    def _close_run(self) -> list[Block]:
        """What is left of the run at hand."""
        merge, self._merge = self._merge, None
        if merge is None:
            return []
        for stream in self._streams:
            merge.end(stream)
        blocks = merge.take(EVERYTHING, self._clock())
        self._counts += _counts(merge)
        self._next_version = merge.state.version + 1
        return blocks


def _is_event(found: Heads | Heads2) -> bool:
    """Whether the first of these datagrams is one of an event."""
    if not len(found.table):
        return False
    word = found.table["service"] if isinstance(found, Heads2) else found.table["control"]
    return int(word[0]) & 15 == Transition.L1ACCEPT


def _counts(merge: Merge | LiveMerge) -> Counter[str]:
    """What a merge met on its way."""
    return merge.counts if isinstance(merge, LiveMerge) else counts_of(merge)


def warm() -> None:
    """Compile what the first events would else wait for: a live source does not wait meanwhile."""
    begin = datagram(service=Transition.CONFIGURE, seconds=1, nanoseconds=1, children=[])
    epics = xtc(level=Level.SEGMENT, physical=0, contains=type_word(EPICS, 1), payload=bytes(64))
    event = datagram(service=Transition.L1ACCEPT, seconds=1, nanoseconds=2, children=[epics], fiducials=3)
    data = np.frombuffer(begin + event, np.uint8)
    merge = Merge("warm", 1, streams=(0,), look_ahead=(0, 0))
    merge.feed(0, Memory(data), data, heads(data))
    merge.end(0)
    merge.take(10)
