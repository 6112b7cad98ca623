"""Keeps what is known of each detector that somebody looks at, and asks again when the run or the settings change."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np

from dashboards.pictures.details import Details, details_of
from dashboards.snapshot import Snapshot
from monitor.errors import ProtocolError, Unusable
from monitor.wire.message import Message

ASK_AGAIN_S = 1.0
NAMES_AGAIN_S = 5.0
MOST_DETECTORS = 64

Key = tuple[int, int, int]


@dataclass(slots=True)
class _Entry:
    """What is known of one detector, for which key, and what was asked."""

    details: Details | None = None
    key: Key | None = None
    asked_for: Key = (-1, -1, -1)
    answer: Future[Message] | None = None
    next: float = float("-inf")
    why: str = ""


class Book:
    """Used in the thread of the sessions alone.

    Parameters
    ----------
    snapshot
        The newest one.
    ask
        Asks the service about a detector.
    clock
        Monotonic seconds.
    """

    def __init__(
        self,
        snapshot: Callable[[], Snapshot],
        ask: Callable[[str], "Future[Message]"],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._snapshot, self._ask, self._clock = snapshot, ask, clock
        self._entries: dict[str, _Entry] = {}
        self._names: tuple[str, ...] = ()

    def get(self, detector: str) -> Details | None:
        """What is known now; what is missing or out of date is asked for."""
        entry = self._entries.get(detector)
        if entry is None:
            if len(self._entries) >= MOST_DETECTORS:
                return None
            entry = self._entries[detector] = _Entry()
        self._take(entry)
        key, now = key_of(self._snapshot()), self._clock()
        if entry.key != key and entry.answer is None and now >= entry.next:
            entry.next, entry.asked_for = now + ASK_AGAIN_S, key
            entry.answer = self._ask(detector)
        return entry.details

    def names(self) -> tuple[str, ...]:
        """Detectors that make images, as far as the service knows."""
        entry = self._entries.setdefault("", _Entry())
        now = self._clock()
        if entry.answer is not None and entry.answer.done():
            answer, entry.answer = entry.answer, None
            self._names = _names_in(answer) or self._names
        if entry.answer is None and now >= entry.next:
            entry.next = now + NAMES_AGAIN_S
            entry.answer = self._ask("")
        return self._names

    def why(self, detector: str) -> str:
        """Why nothing is known; empty if something is, or nobody has answered yet."""
        entry = self._entries.get(detector)
        return entry.why if entry is not None and entry.details is None else ""

    def _take(self, entry: _Entry) -> None:
        """The answer, if it is here; one about older settings is shown and asked for again."""
        if entry.answer is None or not entry.answer.done():
            return
        answer, entry.answer = entry.answer, None
        # Raised here, it would keep every frame that this call is made from, with their pictures, until garbage is collected.
        failed = answer.exception()
        if isinstance(failed, Unusable | ProtocolError):
            entry.why = str(failed)
            return
        message = answer.result()
        try:
            if message.kind != "detector":
                entry.why = str(message.header.get("why", "the service does not tell"))
                return
            entry.details, entry.why = details_of(message), ""
        except (Unusable, ProtocolError) as error:
            entry.why = str(error)
            return
        version = message.header.get("version")
        if isinstance(version, int) and version >= entry.asked_for[2]:
            entry.key = entry.asked_for


def key_of(snapshot: Snapshot) -> Key:
    """Life of the service, run, and version of the settings of the newest row."""
    versions = snapshot.rows.last(1).column("pipeline_version")
    version = int(versions[0]) if len(versions) and np.isfinite(versions[0]) else -1
    run = snapshot.run.get("run")
    return snapshot.restarts, run if isinstance(run, int) else -1, version


def _names_in(answer: "Future[Message]") -> tuple[str, ...]:
    """Names in an answer; none if it has none."""
    if isinstance(answer.exception(), Unusable | ProtocolError):
        return ()
    names = answer.result().header.get("detectors")
    return tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else ()


def closed() -> Book:
    """A book where nobody can be asked."""

    def refuse(detector: str) -> "Future[Message]":
        answer: Future[Message] = Future()
        answer.set_exception(Unusable(f"there is no service that knows {detector!r}"))
        return answer

    return Book(Snapshot, refuse)
