"""One thread that listens to the service and keeps a versioned snapshot; sessions only read."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from dashboards.alarms.guard import Guard
from dashboards.intake import Intake
from dashboards.joined_rows import groups_of
from dashboards.meaning import heard_as, shown_as
from dashboards.question import Question
from dashboards.service import Link, Requests, Stream
from dashboards.snapshot import Snapshot
from monitor.errors import ProtocolError, Unusable
from monitor.wire.message import Message

log = logging.getLogger(__name__)

TOPICS = ("run", "step", "schema/events", "rows/events", "status", "pipeline", "log", "end")
"""What the feed always listens to. Pictures are heavy: they are asked for while somebody looks."""

KEPT_AT_THE_END = {"sum/", "plot/"}

NO_ALARMS = "This dashboard watches no alarms."
POLL_S = 0.1
"""How long a turn waits for messages: longer than from picture to picture, so that no turn is for nothing."""

HISTORY_AGAIN_S = 2.0


class Feed:
    """Hears the service for all sessions of this process.

    Parameters
    ----------
    link
        How to reach the service.
    history
        Most rows kept.
    guard
        Watches the alarms.
    """

    def __init__(self, link: Link, history: int, guard: Guard | None = None) -> None:
        self.on_pictures: Callable[[], None] = lambda: None
        """Called in the feed's thread when the snapshot has other pictures."""
        self._guard = guard
        self._link = link
        self._history = history
        self._intake = Intake(history)
        self._snapshot = self._intake.snapshot()
        self._watched: Counter[str] = Counter()
        self._subscribed: set[str] = set()
        self._followed: tuple[object, ...] = ()
        self._watch_lock = threading.Lock()
        self._requests: Requests | None = None
        self._asker = ThreadPoolExecutor(1, thread_name_prefix="dashboard-requests")
        self._asked: Future[Message] | None = None
        self._ask_at = 0.0
        self._asked_for = -1
        self._answered_for = -1
        self._axes = Question(lambda: self._asker.submit(lambda: self._channel().axes()), self._intake.take_axes)
        self._refused = 0
        self._leave = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="dashboard-feed", daemon=True)

    @property
    def snapshot(self) -> Snapshot:
        """The newest state; immutable, the same object until something arrives."""
        return self._snapshot

    @property
    def refused(self) -> int:
        """Messages dropped because they break the rules."""
        return self._refused

    @property
    def failure(self) -> Exception | None:
        """What ended the feed's thread, if it was a bug of ours; whoever owns the feed has to raise it."""
        return self._failure

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening and let go of the sockets."""
        self._leave.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._requests is not None:
            self._asker.submit(self._requests.close)
        self._asker.shutdown(wait=True)

    def watch(self, topic: str) -> None:
        """Somebody looks at pictures whose topic begins so."""
        with self._watch_lock:
            self._watched[topic] += 1

    def unwatch(self, topic: str) -> None:
        """Takes back one ``watch``."""
        with self._watch_lock:
            self._watched[topic] -= 1

    def control(self, changes: Sequence[Mapping[str, Any]], author: str) -> Future[Message]:
        """Ask the service to change settings; the answer comes in another thread, ``Unusable`` if there is none."""
        return self._asker.submit(lambda: self._channel().control(changes, author))

    def detector(self, name: str) -> Future[Message]:
        """Ask the service what it uses for a detector; answered as ``control``."""
        return self._asker.submit(lambda: self._channel().detector(name))

    def means(self, begin: str, author: str) -> Future[Message]:
        """Ask the service to have means begin ``now``, or with the ``run`` again; answered as ``control``."""
        return self._asker.submit(lambda: self._channel().means(begin, author))

    def undo(self, author: str) -> Future[Message]:
        """Ask the service to take back the last change of its settings; answered as ``control``."""
        return self._asker.submit(lambda: self._channel().undo(author))

    def acknowledge(self, name: str, person: str) -> None:
        """Somebody has seen an alarm."""
        if self._guard is not None:
            self._guard.acknowledge(name, person)

    def change_alarm(self, name: str, fields: Mapping[str, Any], person: str) -> str:
        """Somebody wants other limits of an alarm; what came of it."""
        if self._guard is None:
            return NO_ALARMS
        return self._guard.book.change(name, fields, person, self._snapshot.fields)

    def undo_alarm(self, person: str) -> str:
        """Somebody takes back the last change of the alarms; what came of it."""
        return NO_ALARMS if self._guard is None else self._guard.book.undo(person)

    def _run(self) -> None:
        """The loop of the feed's thread."""
        stream = self._link.stream()
        try:
            for topic in TOPICS:
                stream.subscribe(topic)
            while not self._leave.is_set():
                self.step(stream)
        except Exception as error:
            # A thread cannot end its process; a page that never moves again would be worse than a restart.
            self._failure = error
        finally:
            stream.close()
            if self._guard is not None:
                self._guard.close()

    def step(self, stream: Stream) -> None:
        """One turn: subscriptions, messages, history, snapshot."""
        self._subscribe(stream)
        groups = groups_of(stream.poll(POLL_S))
        pictures = self._snapshot.pictures
        changed = [self._take(group) for group in groups]
        now = time.monotonic()
        changed += [self._catch_up(now), self._axes.turn(self._intake.made_with, now)]
        if any(changed):
            self._snapshot = self._intake.snapshot(self._snapshot.alarms)
        if self._snapshot.pictures is not pictures:
            self.on_pictures()
        if self._guard is not None and (told := self._guard.step(self._snapshot)) != self._snapshot.alarms:
            self._snapshot = replace(self._snapshot, alarms=told)

    def _take(self, group: Sequence[Message]) -> bool:
        """Hand messages to the intake, as one; True if they were good."""
        try:
            self._intake.take_group(group, time.monotonic())
        except ProtocolError as error:
            self._refused += len(group)
            if self._refused == len(group):
                log.warning("message_refused", extra={"topic": group[0].topic, "why": str(error)})
            return False
        return True

    def _is_leaving(self) -> bool:
        """Whether the service comes to its end."""
        reader: Any = self._snapshot.status.get("reader") or {}
        return self._snapshot.ended or reader.get("state") in ("draining", "ended")

    def _subscribe(self, stream: Stream) -> None:
        """Follow what the sessions look at."""
        with self._watch_lock:
            wanted = {topic for topic, viewers in self._watched.items() if viewers > 0}
        leaving = self._is_leaving()
        if self._followed == (followed := (frozenset(wanted), leaving, self._snapshot.since is None)):
            return
        self._followed = followed
        if leaving:
            # Who comes after the end of the run finds nobody to ask: means and plots are taken along, and nothing is let go.
            wanted |= self._subscribed | KEPT_AT_THE_END
        # What a shorter topic brings would come twice.
        wanted = {topic for topic in wanted if not any(topic != other and topic.startswith(other) for other in wanted)}
        if self._snapshot.since is not None:
            wanted = {heard_as(topic) for topic in wanted if shown_as(topic) == topic}
        else:
            wanted = {shown_as(topic) for topic in wanted}
        for topic in wanted - self._subscribed:
            stream.subscribe(topic)
        for topic in self._subscribed - wanted:
            stream.unsubscribe(topic)
            self._intake.forget_pictures(topic)
        self._subscribed = wanted

    def _catch_up(self, now: float) -> bool:
        """Ask for history once per life of the service, again if there was no answer; True if it came."""
        if self._asked is not None and self._asked.done():
            return self._answer(self._asked, now)
        restarts = self._intake.restarts
        if self._asked is None and self._snapshot.version and self._answered_for != restarts and now >= self._ask_at:
            self._ask_at, self._asked_for = now + HISTORY_AGAIN_S, restarts
            self._asked = self._asker.submit(lambda: self._channel().history((), self._history))
        return False

    def _answer(self, asked: Future[Message], now: float) -> bool:
        """Take the history that came."""
        self._asked = None
        try:
            self._intake.take_history(asked.result(), now)
        except (Unusable, ProtocolError) as error:
            log.warning("no_history", extra={"why": str(error)})
            return False
        finally:
            # The error knows this frame and those above it, with the pictures of this turn: the future must not stay with it.
            del asked
        self._answered_for = self._asked_for
        return True

    def _channel(self) -> Requests:
        """The channel for questions, opened in the thread that uses it."""
        if self._requests is None:
            self._requests = self._link.requests()
        return self._requests
