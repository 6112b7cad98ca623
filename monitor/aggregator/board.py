"""What the HTTP bridge has to tell: the newest states, frames and rows, and the news for those who follow. For many threads."""

import io
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.aggregator.dialect import ROWS
from monitor.aggregator.events import Moment, Table, TableMaker, frame_of, values_of
from monitor.wire.message import Message

STATES = {"run": "run", "step": "step", "schema/events": "schema", "status": "status", "pipeline": "pipeline", "end": "end"}
"""Topic to the word it is asked for by."""

ROWS_KEPT = 20_000
QUEUE = 1000
"""Things kept for a follower that is slow."""

FOLLOWERS = 64

Frame = tuple[Moment, NDArray[Any], str]


class Follower:
    """What one client that follows has not been sent yet."""

    def __init__(self) -> None:
        self._queue: deque[tuple[str, Any]] = deque()
        self._news = threading.Condition()
        self.lost = 0

    def put(self, word: str, content: Any) -> None:
        """Keep something for the client; if there is no room, the oldest is lost."""
        with self._news:
            if len(self._queue) >= QUEUE:
                self._queue.popleft()
                self.lost += 1
            self._queue.append((word, content))
            self._news.notify()

    def get(self, timeout_s: float) -> tuple[str, Any] | None:
        """The oldest thing, or ``None`` after the timeout."""
        with self._news:
            if not self._queue:
                self._news.wait(timeout_s)
            return self._queue.popleft() if self._queue else None


class Board:
    """The newest of everything.

    Parameters
    ----------
    fields, every
        As in ``Thinning``.
    """

    def __init__(self, fields: Sequence[str] = (), every: int = 1) -> None:
        self._maker = TableMaker(fields, every)
        self._lock = threading.Lock()
        self._states: dict[str, Mapping[str, Any]] = {}
        self._frames: dict[str, Frame] = {}
        self._tables: deque[Table] = deque()
        self._kept = 0
        self._followers: list[Follower] = []
        self._lost_before = 0

    def take(self, message: Message) -> None:
        """Keep what a message says, and tell the followers.

        Raises
        ------
        ProtocolError
            If it breaks the rules.
        """
        word: str = STATES.get(message.topic, "")
        content: Any = message.header
        if message.topic == ROWS:
            word, content = "rows", self._maker.table(message)
        elif message.topic.startswith("frame/"):
            detector, moment, image = frame_of(message)
            word, content = "frame", {"detector": detector, "seq": moment.seq, "shape": image.shape}
            with self._lock:
                self._frames[detector] = (moment, image, str(message.header.get("unit", "")))
        if not word:
            return
        with self._lock:
            self._keep(word, content)
            for follower in self._followers:
                follower.put(word, content)

    def state(self, word: str) -> Mapping[str, Any] | None:
        """The newest state of this name, ``None`` before the first."""
        with self._lock:
            return self._states.get(word)

    @property
    def words(self) -> list[str]:
        """States and frames that there are."""
        with self._lock:
            return [*self._states, *(f"frame/{name}" for name in self._frames)]

    def frame(self, detector: str) -> Frame | None:
        """Event, image and unit of the newest frame, ``None`` before the first."""
        with self._lock:
            return self._frames.get(detector)

    def rows(self, last: int, fields: Sequence[str]) -> list[dict[str, Any]]:
        """The newest events, oldest first, each ``{"seq", "time", "fiducials", "values"}``."""
        with self._lock:
            tables = list(self._tables)
        wanted: deque[dict[str, Any]] = deque(maxlen=max(0, last))
        count = 0
        chosen: list[Table] = []
        while tables and count < last:
            chosen.insert(0, tables.pop())
            count += len(chosen[0].moments)
        for table in chosen:
            wanted.extend(_events(table, fields))
        return list(wanted)

    def follow(self) -> Follower | None:
        """Begin to follow, with the present states first; ``None`` if too many do."""
        follower = Follower()
        with self._lock:
            if len(self._followers) >= FOLLOWERS:
                return None
            self._followers.append(follower)
            for word, state in self._states.items():
                follower.put(word, state)
        return follower

    def leave(self, follower: Follower) -> None:
        """End to follow."""
        with self._lock:
            self._followers.remove(follower)
            self._lost_before += follower.lost

    @property
    def followers(self) -> int:
        """How many follow."""
        with self._lock:
            return len(self._followers)

    @property
    def lost(self) -> int:
        """What followers lost because they were slow."""
        with self._lock:
            return self._lost_before + sum(follower.lost for follower in self._followers)

    def _keep(self, word: str, content: Any) -> None:
        if word == "rows":
            self._tables.append(content)
            self._kept += len(content.moments)
            while self._kept - len(self._tables[0].moments) >= ROWS_KEPT:
                self._kept -= len(self._tables.popleft().moments)
        elif word != "frame":
            self._states[word] = content


def columns_of(table: Table, fields: Sequence[str]) -> dict[str, Any]:
    """A table as lists by field: ``{"run", "seq", "time", "fiducials", "values"}``; absent values are ``None``."""
    values = {}
    for path, column in table.columns.items():
        if not fields or any(fnmatchcase(path, wish) for wish in fields):
            pairs = zip(values_of(column), column.mask.tolist(), strict=True)
            values[path] = [value if there else None for value, there in pairs]
    moments = table.moments
    return {
        "run": table.run,
        "seq": [moment.seq for moment in moments],
        "time": [moment.time for moment in moments],
        "fiducials": [moment.fiducials for moment in moments],
        "values": values,
    }


def _events(table: Table, fields: Sequence[str]) -> Iterator[dict[str, Any]]:
    for moment, values in table.events():
        told = {path: value for path, value in values.items() if not fields or any(fnmatchcase(path, wish) for wish in fields)}
        yield {"seq": moment.seq, "time": moment.time, "fiducials": moment.fiducials, "values": told}


def npy_bytes(image: NDArray[Any]) -> bytes:
    """An image as the content of a ``.npy`` file."""
    buffer = io.BytesIO()
    np.save(buffer, image, allow_pickle=False)
    return buffer.getvalue()
