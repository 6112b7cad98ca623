"""Follow a running service from a script or a notebook. One file that needs pyzmq, msgpack and numpy: copy it where you like.

    from client import Monitor

    with Monitor("tcp://127.0.0.1:5580") as monitor:
        for rows in monitor.rows("ipm/sum", "ebeam/charge"):
            print(rows.first, rows["ipm/sum"].mean())

The messages are described in ``docs/messages.md``. What arrives broken is counted in ``bad``; what somebody who reads too slowly
missed is counted by topic in ``missed``.
"""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import msgpack
import numpy as np
import zmq
from numpy.typing import NDArray

VERSION = 1
HEADER_LIMIT = 1 << 20
DEPTH_LIMIT = 16
NUMBERS = "biufcSU"


class BadMessage(ValueError):
    """A message that breaks the rules of the wire."""


class NoAnswer(TimeoutError):
    """The service did not answer in time; is it running?"""


class Refused(ValueError):
    """The service refused a change, and says why."""


@dataclass(frozen=True)
class Message:
    """One message: its topic and kind, the header's fields, and arrays by name (read-only views)."""

    kind: str
    header: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    topic: str = ""


@dataclass(frozen=True)
class Rows:
    """Reduced values of consecutive events; ``rows[name]`` has one value per event, NaN or the missing value where absent.

    Attributes
    ----------
    first, run, step
        Sequence number of the first event; run and step of all of them.
    values
        Field to array, shape (events, ...). Where an event has no value the content is arbitrary: ``rows[name]`` hides it.
    present
        Field to truth values, shape (events,), only for fields that are not always there.
    units
        Field to unit.
    lengths
        Field to number of elements of each event, shape (events,), only for ragged fields: their ``values`` are the elements of
        all events one behind the other, and ``of_event`` takes them apart.
    """

    first: int
    run: int
    step: int
    values: Mapping[str, NDArray[Any]]
    present: Mapping[str, NDArray[np.bool_]]
    units: Mapping[str, str]
    lengths: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(next(iter({**self.values, **self.lengths}.values()), ()))

    def __contains__(self, name: object) -> bool:
        return name in self.values

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


class Monitor:
    """A connection to a running service. It reconnects by itself, and never slows the service.

    Parameters
    ----------
    address
        Where the reduced stream is.
    """

    def __init__(self, address: str = "tcp://127.0.0.1:5580") -> None:
        self._context = zmq.Context()
        self._stream = self._context.socket(zmq.SUB)
        self._stream.setsockopt(zmq.RECONNECT_IVL, 100)
        self._stream.setsockopt(zmq.RECONNECT_IVL_MAX, 1000)
        self._stream.connect(address)
        self._topics: set[str] = set()
        self._newest: dict[str, Message] = {}
        self._counters: dict[str, int] = {}
        self._session: object = None
        self._requests = 0
        self.missed: dict[str, int] = {}
        self.bad = 0

    def __enter__(self) -> "Monitor":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        self._context.destroy(linger=0)

    def subscribe(self, topic: str) -> None:
        """Ask for all topics that begin like this; an empty text asks for everything, pictures included."""
        if topic not in self._topics:
            self._topics.add(topic)
            self._stream.setsockopt(zmq.SUBSCRIBE, topic.encode())

    def receive(self, timeout_s: float | None = None) -> Message | None:
        """The next message of any topic subscribed to; ``None`` after the timeout (``None`` = wait for ever)."""
        end = math.inf if timeout_s is None else time.monotonic() + timeout_s
        while True:
            left = end - time.monotonic()
            if not self._stream.poll(None if left == math.inf else max(0, math.ceil(left * 1000))):
                return None
            try:
                message = decode([frame.buffer for frame in self._stream.recv_multipart(copy=False)])
            except BadMessage:
                self.bad += 1
                continue
            if self._is_new(message):
                self._newest[message.topic] = message
                return message

    def messages(self, *topics: str, timeout_s: float | None = None) -> Iterator[Message]:
        """Messages whose topic begins with one of these, until the service ends or is silent for longer than the timeout."""
        for topic in (*topics, "end"):
            self.subscribe(topic)
        while (message := self.receive(timeout_s)) is not None:
            if message.topic == "end":
                return
            if message.topic.startswith(topics):
                yield message

    def rows(self, *fields: str, timeout_s: float | None = None) -> Iterator[Rows]:
        """Rows as they come, in event order; only these fields, or all.

        A field that no event of a message has is left out.
        """
        for message in self.messages("rows/", timeout_s=timeout_s):
            try:
                found = rows_of(message, fields)
            except BadMessage:
                self.bad += 1
                continue
            yield found

    def latest(self, topic: str, timeout_s: float = 5.0) -> Message:
        """The newest message of a topic, waiting for the first one if need be.

        Raises
        ------
        NoAnswer
            If none comes in time.
        """
        self.subscribe(topic)
        while self.receive(0) is not None:
            continue
        end = time.monotonic() + timeout_s
        while topic not in self._newest:
            if self.receive(max(0.0, end - time.monotonic())) is None:
                raise NoAnswer(f"no message of topic {topic!r} in {timeout_s:g} s")
        return self._newest[topic]

    def status(self, timeout_s: float = 5.0) -> Mapping[str, Any]:
        """How the service stands: rates, counts, latencies, trouble, and the reader's own report under ``reader``."""
        return self.latest("status", timeout_s).header

    def history(self, *fields: str, last: int = 10_000, timeout_s: float = 10.0) -> Rows:
        """The newest rows the service still has, at most ``last``; the field ``seq`` says which event each row is.

        Raises
        ------
        NoAnswer
            If the service does not answer in time.
        """
        reply = self._ask("rows", "history", {"fields": list(fields), "last": last}, timeout_s)
        return rows_of(reply, (*fields, "seq") if fields else ())

    def control(self, changes: Sequence[Mapping[str, Any]], author: str, timeout_s: float = 5.0) -> int:
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
            If the service does not accept them.
        NoAnswer
            If it does not answer in time.
        """
        request = {"changes": [dict(change) for change in changes], "author": author}
        reply = self._ask("reader", "control", request, timeout_s)
        if reply.kind == "refused":
            raise Refused(str(reply.header.get("why")))
        return int(reply.header.get("version", 0))

    def _ask(self, side: str, kind: str, header: Mapping[str, Any], timeout_s: float) -> Message:
        """Send a request to reader or aggregator, at the address the status gives, and wait for the answer."""
        end = time.monotonic() + timeout_s
        address = self.status(timeout_s).get("endpoints", {}).get(side, "")
        if not address:
            raise NoAnswer(f"the service does not say where its {side} socket is")
        self._requests += 1
        socket = self._context.socket(zmq.DEALER)
        try:
            socket.connect(address)
            socket.send_multipart(encode(Message(kind, {**header, "request": self._requests})))
            while socket.poll(max(0, math.ceil((end - time.monotonic()) * 1000))):
                reply = decode([frame.buffer for frame in socket.recv_multipart(copy=False)])
                if reply.header.get("request") == self._requests:
                    return reply
        finally:
            socket.close(linger=0)
        raise NoAnswer(f"no answer to {kind!r} in {timeout_s:g} s")

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
        return last is None or n > last


def rows_of(message: Message, fields: Sequence[str] = ()) -> Rows:
    """The row table in a ``rows`` or ``history`` message; only these fields, or all."""
    header = message.header
    names = [name for name in header.get("fields", {}) if f"c/{name}" in message.arrays and (not fields or name in fields)]
    return Rows(
        first=int(header.get("first", 0)),
        run=int(header.get("run", -1)),
        step=int(header.get("step", -1)),
        values={name: message.arrays[f"c/{name}"] for name in names},
        present={name: message.arrays[f"p/{name}"] for name in names if f"p/{name}" in message.arrays},
        units={name: str(header["fields"][name][0]) for name in names},
        lengths={name: _lengths(message, name) for name in names if f"n/{name}" in message.arrays},
    )


def _lengths(message: Message, name: str) -> NDArray[np.int64]:
    """Elements of each event of a ragged field; refused if they do not fit its values."""
    lengths, values = message.arrays[f"n/{name}"], message.arrays[f"c/{name}"]
    if lengths.dtype != np.int64 or lengths.ndim != 1 or values.ndim == 0:
        raise BadMessage(f"the lengths of {name!r} are no whole numbers")
    if any(not 0 <= n <= len(values) for n in lengths.tolist()) or int(lengths.sum()) != len(values):
        raise BadMessage(f"the lengths of {name!r} do not fit its values")
    return lengths


def encode(message: Message) -> list[bytes]:
    """Parts of a message without arrays."""
    header = {**message.header, "v": VERSION, "kind": message.kind, "columns": []}
    return [message.topic.encode(), msgpack.packb(header)]


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
            dtype = np.dtype(text) if text[:1] in "<>|" and text[1:2] in NUMBERS and text[2:].isdigit() else None
        elif isinstance(text, list):
            dtype = np.dtype([(entry[0], _dtype(entry[1]), *map(tuple, entry[2:])) for entry in text])
        else:
            dtype = None
    except (TypeError, ValueError, IndexError, KeyError) as error:
        raise BadMessage("unknown dtype") from error
    if dtype is None or dtype.itemsize == 0:
        raise BadMessage("a dtype that cannot travel")
    return dtype
