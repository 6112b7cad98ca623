"""Follow a running service from a script or a notebook. One file that needs pyzmq, msgpack and numpy: copy it where you like.

    from client import Monitor

    with Monitor("tcp://127.0.0.1:5580") as monitor:
        for rows in monitor.rows("ipm2/sum", "ebeam/charge"):
            print(rows.first, rows["ipm2/sum"].mean())

``AsyncMonitor`` is the same for asyncio. The messages are described in ``docs/messages.md``, more examples in ``docs/stream.md``.
What arrives broken is counted in ``bad``; what somebody who reads too slowly missed is counted by topic in ``missed``.

It is longer than our other files because it is the only one that has to work alone.
"""

import asyncio
import html
import importlib
import itertools
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgpack
import numpy as np
import zmq
import zmq.auth
from numpy.typing import ArrayLike, NDArray

VERSION = 1
HEADER_LIMIT = 1 << 20
DEPTH_LIMIT = 16
NUMBERS = "biufcSU"
PICTURES = ("frame/", "sum/", "step_sum/", "since_sum/")
INBOX = 10_000
HEAL_S = 2.0
PAGE = 100_000
T = TypeVar("T")


class BadMessage(ValueError):
    """A message that breaks the rules of the wire."""


class NoAnswer(TimeoutError):
    """The service did not answer in time; is it running, and is the key the right one?"""


class Refused(ValueError):
    """The service refused a request, and says why."""


@dataclass(frozen=True)
class Message:
    """One message: its topic and kind, the header's fields, and arrays by name (read-only views)."""

    kind: str
    header: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    topic: str = ""


@dataclass(frozen=True)
class Rows:
    """Reduced values of events in order; ``rows[name]`` has one value per event, NaN or the missing value where absent.

    Attributes
    ----------
    first, run, step
        Sequence number of the first event; run and step of all of them (-1 in history, where they may differ).
    values
        Field to array, shape (events, ...). Where an event has no value the content is arbitrary: ``rows[name]`` hides it.
    present
        Field to truth values, shape (events,), only for fields that are not always there.
    units
        Field to unit.
    lengths
        Field to number of elements of each event, shape (events,), only for ragged fields: their ``values`` are the elements of
        all events one behind the other, and ``of_event`` takes them apart.
    seq
        Sequence number of each event, int64, shape (events,).
    stop
        Sequence number behind the last event that these rows speak for.
    """

    first: int
    run: int
    step: int
    values: Mapping[str, NDArray[Any]]
    present: Mapping[str, NDArray[np.bool_]]
    units: Mapping[str, str]
    lengths: Mapping[str, NDArray[np.int64]]
    seq: NDArray[np.int64]
    stop: int

    def __len__(self) -> int:
        return len(self.seq)

    def __contains__(self, name: object) -> bool:
        return name in self.values

    def __iter__(self) -> Iterator[str]:
        """Names of the fields, as of a table's columns."""
        return iter(self.values)

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Values of a field; absent ones are NaN, and for that integers become float64. Ragged ones as in ``values``."""
        values, present = self.values[name], self.present.get(name)
        if present is None or name in self.lengths or values.dtype.kind not in "biuf":
            return values
        filled = values.astype(values.dtype if values.dtype.kind == "f" else np.float64)
        filled[~present] = np.nan
        return filled

    def of_event(self, name: str, i: int) -> NDArray[Any]:
        """Value of one event, the first one is 0; of a ragged field its elements, none where it is absent."""
        if name not in self.lengths:
            return np.asarray(self[name][i])
        first, count = int(self.lengths[name][:i].sum()), int(self.lengths[name][i])
        elements: NDArray[Any] = self.values[name][first : first + count]
        return elements

    def since(self, seq: int) -> "Rows":
        """The rows from a sequence number on, as views."""
        at = int(np.searchsorted(self.seq, seq))
        skipped = {name: int(lengths[:at].sum()) for name, lengths in self.lengths.items()}
        return replace(
            self,
            first=max(self.first, seq),
            values={name: values[skipped.get(name, at) :] for name, values in self.values.items()},
            present={name: present[at:] for name, present in self.present.items()},
            lengths={name: lengths[at:] for name, lengths in self.lengths.items()},
            seq=self.seq[at:],
        )

    def to_pandas(self) -> Any:
        """A pandas ``DataFrame`` of the fields that are one number per event, indexed by sequence number."""
        return _pandas({name: self[name] for name in self.values if name not in self.lengths}, self.seq)

    def to_xarray(self) -> Any:
        """An xarray ``Dataset`` along ``seq`` of all fields but ragged ones, with their units."""
        return _xarray({name: self[name] for name in self.values if name not in self.lengths}, self.seq, self.units)

    def _repr_html_(self) -> str:
        title = f"{len(self)} rows from event {self.first}, run {self.run}, step {self.step}"
        return _html({name: self[name] for name in self.values if name not in self.lengths}, self.seq, self.units, title)


@dataclass(frozen=True)
class Sum:
    """A running sum over the present run: its kind, the events in it, and its arrays (``total`` and others)."""

    kind: str
    count: int
    arrays: Mapping[str, NDArray[Any]]


@dataclass
class XYPlot:
    """Curves; ``xdata`` and ``ydata`` are arrays, or lists of arrays for several curves."""

    ts: Any
    title: str
    xdata: Any
    ydata: Any
    xlabel: Any = None
    ylabel: Any = None
    leg_label: Any = None
    leg_offset: Any = None
    formats: Any = "-"

    @property
    def valid(self) -> bool:
        """Whether there is anything to draw."""
        return self.xdata is not None and self.ydata is not None


@dataclass
class Hist:
    """Histograms; ``bins`` are the edges, one more than ``values``; lists of arrays for several."""

    ts: Any
    title: str
    bins: Any
    values: Any
    xlabel: Any = None
    ylabel: Any = None
    leg_label: Any = None
    leg_offset: Any = None
    formats: Any = "-"
    fills: Any = True

    @property
    def valid(self) -> bool:
        """Whether there is anything to draw."""
        return self.bins is not None and self.values is not None


@dataclass
class Image:
    """A picture, shape (rows, columns), row 0 on top; ``pos`` and ``scale`` are origin and size of a pixel, x first."""

    ts: Any
    title: str
    image: Any
    xlabel: Any = None
    ylabel: Any = None
    aspect_ratio: Any = None
    aspect_lock: bool = True
    pos: Any = None
    scale: Any = None

    @property
    def valid(self) -> bool:
        """Whether there is anything to draw."""
        return self.image is not None


@dataclass
class MultiPlot:
    """Several plots side by side."""

    ts: Any
    title: str
    data_con: list[Any] = field(default_factory=list)
    ncols: Any = None
    use_windows: bool = False

    @property
    def valid(self) -> bool:
        """Whether there is anything to draw."""
        return bool(self.data_con) and all(plot.valid for plot in self.data_con)

    def add(self, plot: Any) -> None:
        """One more plot."""
        self.data_con.append(plot)

    def get(self, i: int) -> Any:
        """One of the plots."""
        return self.data_con[i]

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.data_con)


Plot = XYPlot | Hist | Image | MultiPlot
DATA = ("xdata", "ydata", "bins", "values", "image")


@dataclass(frozen=True)
class _Wait:
    """What a step of work waits for: a message on a socket, at most so many milliseconds."""

    socket: "zmq.Socket[bytes]"
    ms: int


Work = Generator[_Wait, None, T]
"""Work without waiting in it: whoever runs it waits, with or without asyncio."""

Steps = Generator[_Wait | Rows, None, None]


class _Inbox:
    """Messages for one iteration."""

    def __init__(self, topics: tuple[str, ...]) -> None:
        self.topics = topics
        self.messages: deque[Message] = deque()


class _Link:
    """Sockets and counters of a connection; all work on it is generators of waits."""

    def __init__(
        self,
        address: str = "tcp://127.0.0.1:5580",
        *,
        key: str | Path = "",
        server_key: str | Path = "",
        queue: int = 1000,
    ) -> None:
        self._context = zmq.Context()
        self._address = address
        self._keys = _key_pair(key, server_key)
        self._stream = self._socket(zmq.SUB)
        self._stream.setsockopt(zmq.RCVHWM, queue)
        self._stream.setsockopt(zmq.RECONNECT_IVL, 100)
        self._stream.setsockopt(zmq.RECONNECT_IVL_MAX, 1000)
        self._stream.connect(address)
        self._wanted: dict[str, int] = {}
        self._inboxes: list[_Inbox] = []
        self._newest: dict[str, Message] = {}
        self._counters: dict[str, int] = {}
        self._session: object = None
        self._numbers = itertools.count(1)
        self._desk: tuple[str, zmq.Socket[bytes]] | None = None
        self.missed: dict[str, int] = {}
        self.bad = 0
        self.fetched = 0
        """Rows that were missed on the stream, or came before it, and were fetched from the history."""

    def close(self) -> None:
        """End the connection."""
        self._context.destroy(linger=200)

    def subscribe(self, topic: str) -> None:
        """Ask for all topics that begin like this; an empty text asks for everything, pictures included."""
        self._wanted[topic] = self._wanted.get(topic, 0) + 1
        if self._wanted[topic] == 1:
            self._stream.setsockopt(zmq.SUBSCRIBE, topic.encode())

    def unsubscribe(self, topic: str) -> None:
        """Take back one ``subscribe``."""
        self._wanted[topic] -= 1
        if not self._wanted[topic]:
            del self._wanted[topic]
            self._stream.setsockopt(zmq.UNSUBSCRIBE, topic.encode())

    def _socket(self, kind: int) -> "zmq.Socket[bytes]":
        socket: zmq.Socket[bytes] = self._context.socket(kind)
        if self._keys is not None:
            socket.curve_publickey, socket.curve_secretkey, socket.curve_serverkey = self._keys
        return socket

    def _open(self, *topics: str) -> _Inbox:
        inbox = _Inbox(topics)
        self._inboxes.append(inbox)
        for topic in topics:
            self.subscribe(topic)
        return inbox

    def _close(self, inbox: _Inbox) -> None:
        self._inboxes.remove(inbox)
        for topic in inbox.topics:
            if not self._stream.closed:
                self.unsubscribe(topic)

    def _pump(self) -> Message | None:
        """The next new message on the socket, also put into each inbox it is for; ``None`` if there is none now."""
        while self._stream.poll(0):
            try:
                message = decode([frame.buffer for frame in self._stream.recv_multipart(copy=False)])
            except BadMessage:
                self.bad += 1
                continue
            if not self._is_new(message):
                continue
            self._newest[message.topic] = message
            for inbox in self._inboxes:
                if message.topic.startswith(inbox.topics):
                    if len(inbox.messages) >= INBOX:
                        dropped = inbox.messages.popleft()
                        self.missed[dropped.topic] = self.missed.get(dropped.topic, 0) + 1
                    inbox.messages.append(message)
            return message
        return None

    def _receive(self, timeout_s: float | None) -> Work[Message | None]:
        """The next message of any topic; ``None`` after the timeout."""
        end = math.inf if timeout_s is None else time.monotonic() + timeout_s
        while (message := self._pump()) is None:
            left = end - time.monotonic()
            if left <= 0:
                return None
            yield _Wait(self._stream, _ms(left))
        return message

    def _next(self, inbox: _Inbox, timeout_s: float | None) -> Work[Message | None]:
        """The next message of an inbox; ``None`` after the timeout."""
        end = math.inf if timeout_s is None else time.monotonic() + timeout_s
        while not inbox.messages:
            if self._pump() is not None:
                continue
            left = end - time.monotonic()
            if left <= 0:
                return None
            yield _Wait(self._stream, _ms(left))
        return inbox.messages.popleft()

    def _latest(self, topic: str, timeout_s: float) -> Work[Message]:
        passing = topic.startswith(PICTURES) and topic not in self._wanted
        if passing:
            # Pictures that nobody takes would fill the memory of a script that looks at one now and then.
            self._newest.pop(topic, None)
            self._counters.pop(topic, None)
        if topic not in self._wanted:
            self.subscribe(topic)
        try:
            while self._pump() is not None:
                continue
            end = time.monotonic() + timeout_s
            while topic not in self._newest:
                if (yield from self._receive(max(0.0, end - time.monotonic()))) is None:
                    raise NoAnswer(f"no message of topic {topic!r} in {timeout_s:g} s")
            return self._newest[topic]
        finally:
            if passing and not self._stream.closed:
                self.unsubscribe(topic)

    def _ask(self, message: Message, timeout_s: float) -> Work[Message]:
        """Send a request to the address that the status gives, and wait for the answer."""
        end = time.monotonic() + timeout_s
        desk = yield from self._at_desk(timeout_s)
        number = next(self._numbers)
        desk.send_multipart(encode(replace(message, header={**message.header, "request": number})))
        while (left := end - time.monotonic()) > 0:
            yield _Wait(desk, _ms(left))
            while desk.poll(0):
                try:
                    reply = decode([frame.buffer for frame in desk.recv_multipart(copy=False)])
                except BadMessage:
                    self.bad += 1
                    continue
                if reply.header.get("request") != number:
                    continue
                if reply.kind == "refused":
                    raise Refused(str(reply.header.get("why")))
                return reply
        raise NoAnswer(f"no answer to {message.kind!r} in {timeout_s:g} s")

    def _at_desk(self, timeout_s: float) -> Work["zmq.Socket[bytes]"]:
        """The socket for requests, connected to where the service answers them now."""
        status = yield from self._latest("status", timeout_s)
        address = _reachable(str(status.header.get("endpoints", {}).get("requests", "")), self._address)
        if not address:
            raise NoAnswer("the service does not say where it answers requests")
        if self._desk is None or self._desk[0] != address:
            if self._desk is not None:
                self._desk[1].close(linger=0)
            self._desk = (address, self._socket(zmq.DEALER))
            self._desk[1].setsockopt(zmq.RECONNECT_IVL_MAX, 1000)
            self._desk[1].connect(address)
        return self._desk[1]

    def _past(self, fields: Sequence[str], every: int, since: int, before: int | None, timeout_s: float) -> Work[list[Rows]]:
        """Rows of the present run that the service still has, in order, in as many pages as it takes."""
        pages: list[Rows] = []
        while True:
            wish: dict[str, Any] = {"fields": list(fields), "last": PAGE, "since": since, "every": every, "this_run": since == 0}
            reply = yield from self._ask(Message("history", wish if before is None else {**wish, "before": before}), timeout_s)
            page = rows_of(reply, fields)
            pages.insert(0, page)
            if not len(page):
                break
            before = page.first
        # Later answers reach further, but have no rows from there: the newest page came first.
        stop = pages[-1].stop
        return [replace(page, stop=stop) for page in pages[1:] or pages]

    def _rows(self, fields: Sequence[str], every: int, history: bool, timeout_s: float | None) -> Steps:
        """Rows as they come; with history without a gap and without a double, whatever was missed."""
        topic = topic_of(fields, every)
        inbox = self._open(topic, "end")
        reach, last, session = -1, -1, self._session
        try:
            if history:
                for page in (yield from self._past(fields, every, 0, None, 10.0)):
                    reach, self.fetched = page.stop, self.fetched + len(page)
                    if len(page):
                        yield page
            while (message := (yield from self._next(inbox, timeout_s))) is not None and message.topic != "end":
                if message.kind == "refused":
                    raise Refused(str(message.header.get("why")))
                try:
                    rows = rows_of(message, fields)
                except BadMessage:
                    self.bad += 1
                    continue
                # The same numbers again under the same session are new events: a live source was opened anew.
                if rows.first < last and message.header.get("session") == session:
                    reach = -1
                last, session = rows.stop, message.header.get("session")
                if history and 0 <= reach < rows.first:
                    for page in (yield from self._healed(fields, every, reach, rows.first)):
                        self.fetched += len(page)
                        yield page
                if history and rows.first < reach:
                    rows = rows.since(reach)
                reach = max(reach, rows.stop)
                if len(rows):
                    yield rows
        finally:
            self._close(inbox)

    def _healed(self, fields: Sequence[str], every: int, since: int, before: int) -> Work[list[Rows]]:
        """Rows between two events that the stream did not bring; there may be none."""
        end = time.monotonic() + HEAL_S
        while True:
            pages = yield from self._past(fields, every, since, before, 10.0)
            if max(page.stop for page in pages) >= before or time.monotonic() > end:
                return [page for page in pages if len(page)]

    def _is_new(self, message: Message) -> bool:
        """Keep count; a state that is sent again for somebody else is not new."""
        n, session = message.header.get("n"), message.header.get("session")
        if not isinstance(n, int):
            return True
        if session != self._session:
            self._session = session
            self._counters.clear()
        last = self._counters.get(message.topic)
        self._counters[message.topic] = n
        if last is not None and n > last + 1:
            self.missed[message.topic] = self.missed.get(message.topic, 0) + n - last - 1
        # Of a selection that nobody had for a while the counter begins again; it is no state and never sent twice.
        return last is None or n > last or message.topic.startswith("pick/")

    # -- requests, the same with and without asyncio ------------------------------------------------------------------------

    def _history(self, fields: Sequence[str], last: int, timeout_s: float) -> Work[Rows]:
        reply = yield from self._ask(Message("history", {"fields": list(fields), "last": last}), timeout_s)
        return rows_of(reply, (*fields, "seq") if fields else ())

    def _frames(self, detector: str, last: int, timeout_s: float) -> Work[tuple[NDArray[np.float32], NDArray[np.int64]]]:
        end = time.monotonic() + timeout_s
        while True:
            try:
                reply = yield from self._ask(Message("frames", {"detector": detector, "last": last}), timeout_s)
            except Refused:
                # Frames are made only while somebody wants them: the first ones come a moment after the first wish.
                if time.monotonic() > end:
                    raise
                yield _Wait(self._stream, 200)
                continue
            return reply.arrays["image"], reply.arrays["seq"]

    def _sums(self, timeout_s: float) -> Work[dict[str, Sum]]:
        reply = yield from self._ask(Message("sums", {}), timeout_s)
        return {
            name: Sum(
                str(entry["kind"]),
                int(entry["count"]),
                {key.rpartition("/")[2]: array for key, array in reply.arrays.items() if key.rpartition("/")[0] == f"s/{name}"},
            )
            for name, entry in reply.header["sums"].items()
        }

    def _version(self, kind: str, header: Mapping[str, Any], timeout_s: float) -> Work[int]:
        reply = yield from self._ask(Message(kind, header), timeout_s)
        return int(reply.header.get("version", 0))

    def _give(self, message: Message, timeout_s: float) -> Work[None]:
        """Hand something over; with a timeout of 0 without waiting whether it is taken."""
        if timeout_s:
            yield from self._ask(message, timeout_s)
        else:
            desk = yield from self._at_desk(5.0)
            desk.send_multipart(encode(message))


class Monitor(_Link):
    """A connection to a running service. It reconnects by itself, and never slows the service.

    Parameters
    ----------
    address
        Where the reduced stream is.
    key, server_key
        Beyond the service's own machine: your ``<name>.key_secret`` file, and the service's public key or its ``.key`` file.
    queue
        Messages that wait for you while you do not read; what comes beyond is missed.
    """

    def __enter__(self) -> "Monitor":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def receive(self, timeout_s: float | None = None) -> Message | None:
        """The next message of any topic subscribed to; ``None`` after the timeout (``None`` = wait for ever)."""
        return _done(self._receive(timeout_s))

    def messages(self, *topics: str, timeout_s: float | None = None) -> Iterator[Message]:
        """Messages whose topic begins with one of these, until the service ends or is silent for longer than the timeout."""
        inbox = self._open(*topics, "end")
        try:
            while (message := _done(self._next(inbox, timeout_s))) is not None and message.topic != "end":
                yield message
        finally:
            self._close(inbox)

    def rows(
        self, *fields: str, every: int = 1, history: bool = False, timeout_s: float | None = None
    ) -> Generator[Rows, None, None]:
        """Rows as they come, in event order, until the service ends.

        Parameters
        ----------
        fields
            Only these; the service sends nothing else. None = all. A field that no event of a message has is left out.
        every
            Only events whose sequence number is divisible by this; the service sends nothing else.
        history
            Begin with the rows of the present run that came before, and fetch what is missed later: no gap, no double. Only
            fields of few numbers per event have a history.
        timeout_s
            End when nothing comes for so long.

        Raises
        ------
        Refused
            If the service cannot make this selection.
        """
        for item in self._rows(fields, every, history, timeout_s):
            if isinstance(item, _Wait):
                item.socket.poll(item.ms)
            else:
                yield item

    def table(self, *fields: str, every: int = 1, history: bool = True, most: int = 10_000_000) -> "Table":
        """Columns that grow with the run, at most the newest ``most`` rows; see ``Table``."""
        return Table(self._rows(fields, every, history, None), most)

    def latest(self, topic: str, timeout_s: float = 5.0) -> Message:
        """The newest message of a topic, waiting for the first one if need be.

        Raises
        ------
        NoAnswer
            If none comes in time.
        """
        return _done(self._latest(topic, timeout_s))

    def status(self, timeout_s: float = 5.0) -> Mapping[str, Any]:
        """How the service stands: rates, counts, latencies, trouble, and the reader's own report under ``reader``."""
        return self.latest("status", timeout_s).header

    def frame(self, detector: str, timeout_s: float = 5.0) -> NDArray[np.float32]:
        """The newest frame, shape (rows, columns), NaN = masked."""
        return self.latest(f"frame/{detector}", timeout_s).arrays["image"]

    def mean(self, detector: str, algorithm: str = "calib", timeout_s: float = 5.0) -> NDArray[np.float32]:
        """The mean frame of the present run so far, shape (rows, columns), NaN = masked."""
        return self.latest(f"sum/{detector}/{algorithm}", timeout_s).arrays["image"]

    def history(self, *fields: str, last: int = 10_000, timeout_s: float = 10.0) -> Rows:
        """The newest rows the service still has, at most ``last``; ``seq`` says which event each row is.

        Raises
        ------
        NoAnswer
            If the service does not answer in time.
        """
        return _done(self._history(fields, last, timeout_s))

    def frames(self, detector: str, last: int = 10, timeout_s: float = 5.0) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """The last frames, shape (frames, rows, columns), NaN = masked, and the sequence number of each.

        Raises
        ------
        Refused
            If there is no such detector, naming those there are.
        """
        return _done(self._frames(detector, last, timeout_s))

    def sums(self, timeout_s: float = 10.0) -> dict[str, Sum]:
        """All sums over the present run, exactly as they go into the file, by name."""
        return _done(self._sums(timeout_s))

    def control(self, changes: Sequence[Mapping[str, Any]], author: str = "", timeout_s: float = 12.0) -> int:
        """Change settings of the running service.

        Parameters
        ----------
        changes
            Each ``{"path": "detector.cspad.feature.ROI_0.ROI", "value": ...}``.
        author
            Who wants it; kept in the file.
        timeout_s
            How long to wait for the answer.

        Returns
        -------
        int
            Pipeline version that has the changes.

        Raises
        ------
        Refused
            If the service does not accept them, or the key does not permit it.
        NoAnswer
            If it does not answer in time.
        """
        return _done(self._version("control", {"changes": [dict(change) for change in changes], "author": author}, timeout_s))

    def undo(self, author: str = "", timeout_s: float = 12.0) -> int:
        """Take the last change of settings back; returns the pipeline version that has them as before. Raises as ``control``."""
        return _done(self._version("undo", {"author": author}, timeout_s))

    def publish(self, topic: str, plot: Plot, timeout_s: float = 0.0) -> None:
        """Show a plot of yours on the pages; with a timeout, wait until it is taken. Raises ``Refused`` then."""
        _done(self._give(plot_message(topic, plot), timeout_s))

    def columns(
        self,
        client: str,
        seq: ArrayLike,
        values: Mapping[str, ArrayLike],
        units: Mapping[str, str] | None = None,
        timeout_s: float = 0.0,
    ) -> None:
        """Put columns of yours into the small-data file, below ``user/<client>``.

        Parameters
        ----------
        client
            Name of the group; with keys, the name of the key stands there instead.
        seq
            Sequence number of each event, ascending, as in ``Rows.seq``.
        values
            Name to one value, or few numbers, for each of the events.
        units
            Name to unit.
        timeout_s
            Wait so long until it is taken, and raise ``Refused`` if not; 0 = do not wait. What comes after the rows of its
            events were written is late: counted in the status under ``user``, and not in the file.
        """
        _done(self._give(columns_message(client, seq, values, units or {}), timeout_s))

    def _repr_html_(self) -> str:
        try:
            status = self.status(1.0)
        except NoAnswer as error:
            return f"<p>{html.escape(self._address)}: {html.escape(str(error))}</p>"
        reader = status.get("reader") or {}
        entries = {"address": self._address, "run": reader.get("run"), "state": reader.get("state"), "file": status.get("file")}
        entries |= {name: status.get(name) for name in ("processed", "written", "lost", "late", "rate")} | {"missed": self.missed}
        cells = "".join(f"<tr><th>{html.escape(str(k))}</th><td>{html.escape(str(v))}</td></tr>" for k, v in entries.items())
        return f"<table>{cells}</table>"


class AsyncMonitor(_Link):
    """``Monitor`` for asyncio: the same methods, awaited; see there."""

    async def __aenter__(self) -> "AsyncMonitor":
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    async def messages(self, *topics: str, timeout_s: float | None = None) -> AsyncIterator[Message]:
        """As ``Monitor.messages``."""
        inbox = self._open(*topics, "end")
        try:
            while (message := await _awaited(self._next(inbox, timeout_s))) is not None and message.topic != "end":
                yield message
        finally:
            self._close(inbox)

    async def rows(
        self, *fields: str, every: int = 1, history: bool = False, timeout_s: float | None = None
    ) -> AsyncIterator[Rows]:
        """As ``Monitor.rows``."""
        steps = self._rows(fields, every, history, timeout_s)
        try:
            for item in steps:
                if isinstance(item, _Wait):
                    await _readable(item)
                else:
                    yield item
        finally:
            steps.close()

    async def latest(self, topic: str, timeout_s: float = 5.0) -> Message:
        """As ``Monitor.latest``."""
        return await _awaited(self._latest(topic, timeout_s))

    async def status(self, timeout_s: float = 5.0) -> Mapping[str, Any]:
        """As ``Monitor.status``."""
        return (await self.latest("status", timeout_s)).header

    async def history(self, *fields: str, last: int = 10_000, timeout_s: float = 10.0) -> Rows:
        """As ``Monitor.history``."""
        return await _awaited(self._history(fields, last, timeout_s))

    async def frames(
        self, detector: str, last: int = 10, timeout_s: float = 5.0
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """As ``Monitor.frames``."""
        return await _awaited(self._frames(detector, last, timeout_s))

    async def sums(self, timeout_s: float = 10.0) -> dict[str, Sum]:
        """As ``Monitor.sums``."""
        return await _awaited(self._sums(timeout_s))

    async def control(self, changes: Sequence[Mapping[str, Any]], author: str = "", timeout_s: float = 12.0) -> int:
        """As ``Monitor.control``."""
        return await _awaited(self._version("control", {"changes": [dict(c) for c in changes], "author": author}, timeout_s))

    async def undo(self, author: str = "", timeout_s: float = 12.0) -> int:
        """As ``Monitor.undo``."""
        return await _awaited(self._version("undo", {"author": author}, timeout_s))


class Table:
    """Columns that grow: ``update`` takes what has come, ``table[name]`` is all of it so far.

    A field that a row does not have is NaN there, and integers become float64 for that. ``seq``, ``run`` and ``step`` are columns
    too. Ragged fields have none.

    Parameters
    ----------
    steps
        Where rows come from.
    most
        Rows kept; the oldest go.
    """

    def __init__(self, steps: Steps, most: int) -> None:
        self._steps, self._most = steps, most
        self._columns: dict[str, NDArray[Any]] = {}
        self._count = 0
        self.units: dict[str, str] = {}
        self.ended = False
        """The service has ended; no more rows will come."""

    def update(self, timeout_s: float = 0.0) -> int:
        """Take the rows that have come, waiting at most this long if there are none; returns how many there are new."""
        end, new = time.monotonic() + timeout_s, 0
        for item in self._steps:
            if isinstance(item, Rows):
                self._add(item)
                new += len(item)
            elif not item.socket.poll(0):
                left = end - time.monotonic()
                if new or left <= 0:
                    return new
                item.socket.poll(min(item.ms, _ms(left)))
        self.ended = True
        return new

    def close(self) -> None:
        """Let go of the subscription."""
        self._steps.close()

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __getitem__(self, name: str) -> NDArray[Any]:
        """All values of a field so far, shape (rows, ...); a read-only view, which later updates leave as it is."""
        view = self._columns[name][: self._count]
        view.flags.writeable = False
        return view

    def to_pandas(self) -> Any:
        """A pandas ``DataFrame`` of the fields that are one number per event, indexed by sequence number."""
        return _pandas({name: self[name] for name in self if name != "seq"}, self._seq)

    def to_xarray(self) -> Any:
        """An xarray ``Dataset`` along ``seq``, with units."""
        return _xarray({name: self[name] for name in self if name != "seq"}, self._seq, self.units)

    @property
    def _seq(self) -> NDArray[np.int64]:
        return self["seq"] if "seq" in self else np.zeros(0, np.int64)

    def _add(self, rows: Rows) -> None:
        """Put rows behind those that are here."""
        n = len(rows)
        new: dict[str, NDArray[Any]] = {"seq": rows.seq, "run": np.full(n, rows.run), "step": np.full(n, rows.step)}
        new |= {name: rows[name] for name in rows.values if name not in rows.lengths and name != "seq"}
        self.units.update(rows.units)
        if self._count + n > self._most:
            keep = max(0, self._most - n)
            self._columns = {name: values[self._count - keep : self._count].copy() for name, values in self._columns.items()}
            self._count = keep
            new = {name: values[-self._most :] for name, values in new.items()}
            n = min(n, self._most)
        for name in {**self._columns, **new}:
            self._columns[name] = _grown(self._columns.get(name), self._count, new.get(name), n)
        self._count += n

    def _repr_html_(self) -> str:
        return _html({name: self[name] for name in self if name != "seq"}, self._seq, self.units, f"{len(self)} rows")


class Publisher:
    """``publish.send(topic, XYPlot(...))`` as in psmon, without pickle: shows plots of a script on the pages of the service."""

    def __init__(self) -> None:
        self._monitor: Monitor | None = None

    @property
    def initialized(self) -> bool:
        """Whether it is connected."""
        return self._monitor is not None

    def init(self, address: str = "tcp://127.0.0.1:5580", *, key: str | Path = "", server_key: str | Path = "") -> None:
        """Connect; only the first time counts. Arguments as of ``Monitor``."""
        if self._monitor is None:
            self._monitor = Monitor(address, key=key, server_key=server_key)

    def send(self, topic: str, data: Plot) -> None:
        """Show a plot under this topic; it takes the place of the last one. Connects to this machine's service if need be."""
        self.init()
        assert self._monitor is not None
        self._monitor.publish(topic, data)

    def close(self) -> None:
        """End the connection."""
        if self._monitor is not None:
            self._monitor.close()
            self._monitor = None


publish = Publisher()


def topic_of(fields: Sequence[str], every: int = 1) -> str:
    """Topic of the rows with these fields alone, and of every n-th event alone."""
    return f"pick/{every}/{','.join(fields)};" if fields or every != 1 else "rows/events"


def plot_message(topic: str, plot: Plot) -> Message:
    """A plot as it travels: numbers as arrays, the rest in the header."""
    arrays: dict[str, NDArray[Any]] = {}
    return Message("plot", {"topic": topic, "plot": _plot_entry(plot, arrays)}, arrays)


def plot_of(entry: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Plot:
    """The plot in ``header["plot"]`` and the arrays of a message.

    Raises
    ------
    BadMessage
        If it is none.
    """
    kinds: dict[object, Any] = {"XYPlot": XYPlot, "Hist": Hist, "Image": Image, "MultiPlot": MultiPlot}
    try:
        given = {key: value for key, value in entry.items() if key != "kind"}
        for name in set(DATA) & set(given):
            value = given[name]
            given[name] = [arrays[each] for each in value] if isinstance(value, list) else arrays[value]
        if entry.get("kind") == "MultiPlot":
            given["data_con"] = [plot_of(each, arrays) for each in given["data_con"]]
        plot: Plot = kinds[entry["kind"]](**given)
    except (TypeError, KeyError, AttributeError) as error:
        raise BadMessage("this is no plot") from error
    return plot


def _plot_entry(plot: Plot, arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """What the header says of a plot; its numbers are put into ``arrays``."""
    entry: dict[str, Any] = {"kind": type(plot).__name__}
    for name, value in vars(plot).items():
        if name == "data_con":
            entry[name] = [_plot_entry(each, arrays) for each in value]
        elif name in DATA:
            several = isinstance(value, list | tuple) and any(np.ndim(each) for each in value)
            names = []
            for each in value if several else [value]:
                names.append(f"a/{len(arrays)}")
                arrays[names[-1]] = np.asarray(each)
            entry[name] = names if several else names[0]
        elif value is not None:
            entry[name] = value if isinstance(value, str | int | float | bool | list | tuple | dict) else str(value)
    return entry


def columns_message(client: str, seq: ArrayLike, values: Mapping[str, ArrayLike], units: Mapping[str, str]) -> Message:
    """Columns of a client as they travel."""
    arrays = {f"c/{name}": np.asarray(each) for name, each in values.items()}
    fields = {name: units.get(name, "") for name in values}
    return Message("columns", {"client": client, "fields": fields}, {"seq": np.asarray(seq, np.int64), **arrays})


def rows_of(message: Message, fields: Sequence[str] = ()) -> Rows:
    """The row table in a ``rows`` or ``history`` message; only these fields, or all."""
    header = message.header
    names = [name for name in header.get("fields", {}) if f"c/{name}" in message.arrays and (not fields or name in fields)]
    first, count = int(header.get("first", 0)), int(header.get("count", 0))
    seq = message.arrays.get("c/seq")
    if seq is None and message.kind == "rows" and "every" not in header:
        seq = np.arange(first, first + count)
    if seq is None or seq.dtype != np.int64 or seq.shape != (count,):
        raise BadMessage("the rows lack their sequence numbers")
    # Rows that a forward has thinned have numbers of their own, and reach further than there are rows.
    stop = max(first + count, int(seq[-1]) + 1) if count else first
    return Rows(
        first=first,
        run=int(header.get("run", -1)),
        step=int(header.get("step", -1)),
        values={name: message.arrays[f"c/{name}"] for name in names},
        present={name: message.arrays[f"p/{name}"] for name in names if f"p/{name}" in message.arrays},
        units={name: str(header["fields"][name][0]) for name in names},
        lengths={name: _lengths(message, name) for name in names if f"n/{name}" in message.arrays},
        seq=seq,
        stop=int(header.get("stop", stop)),
    )


def _lengths(message: Message, name: str) -> NDArray[np.int64]:
    """Elements of each event of a ragged field; refused if they do not fit its values."""
    lengths, values = message.arrays[f"n/{name}"], message.arrays[f"c/{name}"]
    if lengths.dtype != np.int64 or lengths.ndim != 1 or values.ndim == 0:
        raise BadMessage(f"the lengths of {name!r} are no whole numbers")
    if any(not 0 <= n <= len(values) for n in lengths.tolist()) or int(lengths.sum()) != len(values):
        raise BadMessage(f"the lengths of {name!r} do not fit its values")
    return lengths


def encode(message: Message) -> list[Any]:
    """Parts of a message; each array is a part of its own."""
    arrays = {name: np.ascontiguousarray(array).reshape(np.shape(array)) for name, array in message.arrays.items()}
    columns = [
        {"name": name, "dtype": array.dtype.str, "shape": array.shape, "part": part, "at": 0}
        for part, (name, array) in enumerate(arrays.items())
    ]
    header = msgpack.packb({**message.header, "v": VERSION, "kind": message.kind, "columns": columns})
    return [message.topic.encode(), header, *(array.tobytes() for array in arrays.values())]


def decode(parts: Sequence[Any]) -> Message:
    """The message in these parts (bytes or views of bytes).

    Raises
    ------
    BadMessage
        If anything about them breaks the rules: too large, too deep, another version, arrays that do not fit.
    """
    if len(parts) < 2 or len(parts[1]) > HEADER_LIMIT:
        raise BadMessage("too few parts, or a header that is too large")
    try:
        header = msgpack.unpackb(parts[1], strict_map_key=True, max_ext_len=0)
        topic = bytes(parts[0]).decode()
    except (ValueError, TypeError, RecursionError, msgpack.exceptions.UnpackException) as error:
        raise BadMessage("the header is no map, or the topic no text") from error
    if not isinstance(header, dict) or header.get("v") != VERSION or _too_deep(header):
        raise BadMessage("the header is no map, of another version, or too deep")
    kind, columns = header.pop("kind", None), header.pop("columns", [])
    header.pop("v")
    if not isinstance(kind, str) or not isinstance(columns, list):
        raise BadMessage("the header lacks a kind, or its columns are no list")
    return Message(kind, header, dict(_array(column, parts[2:]) for column in columns), topic)


def _too_deep(header: object) -> bool:
    """Whether maps and lists are nested deeper than allowed."""
    here = [header]
    for _ in range(DEPTH_LIMIT):
        deeper: list[object] = []
        for item in here:
            deeper.extend(item.values() if isinstance(item, dict) else item if isinstance(item, list) else ())
        if not deeper:
            return False
        here = deeper
    return True


def _array(column: object, parts: Sequence[Any]) -> tuple[str, NDArray[Any]]:
    """Name and array of one column entry; every number is checked before it is used."""
    if not isinstance(column, dict):
        raise BadMessage("a column is no map")
    name, shape, part, at = (column.get(key) for key in ("name", "shape", "part", "at"))
    if not isinstance(name, str) or not isinstance(shape, list) or not isinstance(part, int) or not isinstance(at, int):
        raise BadMessage("a column lacks name, shape, part or at")
    if len(shape) > 16 or not all(isinstance(n, int) and n >= 0 for n in (*shape, part, at)):
        raise BadMessage(f"column {name!r} has an impossible shape or place")
    dtype = _dtype(column.get("dtype"))
    count = math.prod(shape)
    if part >= len(parts) or max(shape, default=0) > 1 << 40 or at + count * dtype.itemsize > len(parts[part]):
        raise BadMessage(f"column {name!r} does not fit its part")
    array = np.frombuffer(parts[part], dtype, count, at) if count else np.empty(0, dtype)
    array = array.reshape(shape)
    array.flags.writeable = False
    return name, array


def _dtype(text: object) -> np.dtype[Any]:
    """The dtype of a column: numbers, fixed text, or a packed structure of these."""
    try:
        if isinstance(text, str):
            return _plain_dtype(text)
        if isinstance(text, list):
            dtype = np.dtype([(entry[0], _dtype(entry[1]), *map(tuple, entry[2:])) for entry in text])
        else:
            dtype = None
    except (TypeError, ValueError, IndexError, KeyError) as error:
        raise BadMessage("unknown dtype") from error
    if dtype is None or dtype.itemsize == 0:
        raise BadMessage("a dtype that cannot travel")
    return dtype


@lru_cache(maxsize=1024)
def _plain_dtype(text: str) -> np.dtype[Any]:
    """The dtype that a numpy string names."""
    if text[:1] not in "<>|" or text[1:2] not in NUMBERS or not text[2:].isdigit():
        raise ValueError(text)
    dtype = np.dtype(text)
    if dtype.itemsize == 0:
        raise ValueError(text)
    return dtype


def _done(work: Work[T]) -> T:
    """Do work, waiting where it waits."""
    try:
        while True:
            step = next(work)
            step.socket.poll(step.ms)
    except StopIteration as stop:
        result: T = stop.value
        return result


async def _awaited(work: Work[T]) -> T:
    """Do work, letting other tasks run where it waits."""
    try:
        while True:
            await _readable(next(work))
    except StopIteration as stop:
        result: T = stop.value
        return result


async def _readable(step: _Wait) -> None:
    """Wait until a socket may have something, or the time is over."""
    if step.socket.poll(0):
        return
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    descriptor = step.socket.fileno()
    loop.add_reader(descriptor, ready.set)
    try:
        async with asyncio.timeout(step.ms / 1000):
            await ready.wait()
    except TimeoutError:
        return
    finally:
        loop.remove_reader(descriptor)


def _ms(seconds: float) -> int:
    """Milliseconds to wait; never so long that a script cannot be interrupted."""
    return max(1, min(1000, math.ceil(min(seconds, 1.0) * 1000)))


def _key_pair(key: str | Path, server_key: str | Path) -> tuple[bytes, bytes, bytes] | None:
    """Public, secret and server key; ``None`` without keys."""
    if not key and not server_key:
        return None
    public, secret = zmq.auth.load_certificate(key)
    if secret is None:
        raise ValueError(f"{key} holds no secret key; give the file that ends in .key_secret")
    text = str(server_key)
    server = zmq.auth.load_certificate(text)[0] if text.endswith(".key") else text.encode()
    return public, secret, server


def _reachable(address: str, stream: str) -> str:
    """An address of the service as it looks from here: one that means "any" is where its stream was found."""
    parts = urlsplit(address)
    if parts.hostname not in ("0.0.0.0", "::", "*"):
        return address
    return f"tcp://{urlsplit(stream).hostname}:{parts.port}"


def _grown(old: NDArray[Any] | None, count: int, new: NDArray[Any] | None, n: int) -> NDArray[Any]:
    """A column with ``n`` values more behind the first ``count``; NaN where either has none. Doubles its room when full."""
    known = [each for each in (old, new) if each is not None]
    dtype = np.result_type(*(each.dtype for each in known))
    if len(known) < 2 and (count if old is None else n) and dtype.kind in "biu":
        dtype = np.dtype(np.float64)
    shape = known[-1].shape[1:]
    blank: Any = np.nan if dtype.kind == "f" else np.zeros((), dtype)
    if old is None or old.dtype != dtype or old.shape[1:] != shape or len(old) < count + n:
        room = np.full((max(1024, 2 * (count + n)), *shape), blank, dtype)
        if old is not None and old.shape[1:] == shape:
            room[:count] = old[:count]
        old = room
    old[count : count + n] = blank if new is None else new
    return old


def _pandas(columns: Mapping[str, NDArray[Any]], seq: NDArray[np.int64]) -> Any:
    pandas = importlib.import_module("pandas")
    plain = {name: values for name, values in columns.items() if values.ndim == 1}
    return pandas.DataFrame(plain, index=pandas.Index(seq, name="seq"))


def _xarray(columns: Mapping[str, NDArray[Any]], seq: NDArray[np.int64], units: Mapping[str, str]) -> Any:
    xarray = importlib.import_module("xarray")
    variables = {
        name: (("seq", *(f"{name}_{i}" for i in range(values.ndim - 1))), values, {"units": units.get(name, "")})
        for name, values in columns.items()
    }
    return xarray.Dataset(variables, coords={"seq": seq})


def _html(columns: Mapping[str, NDArray[Any]], seq: NDArray[np.int64], units: Mapping[str, str], title: str) -> str:
    """The last few rows as a table."""
    shown = {name: values for name, values in columns.items() if values.ndim == 1}
    names = "".join(f"<th>{html.escape(name)} {html.escape(units.get(name, ''))}</th>" for name in shown)
    lines = [
        f"<tr><td>{seq[i]}</td>"
        + "".join(f"<td>{html.escape(f'{v[i]:.6g}' if v.dtype.kind == 'f' else str(v[i]))}</td>" for v in shown.values())
        + "</tr>"
        for i in range(max(0, len(seq) - 8), len(seq))
    ]
    return f"<p>{html.escape(title)}</p><table><tr><th>event</th>{names}</tr>{''.join(lines)}</table>"
