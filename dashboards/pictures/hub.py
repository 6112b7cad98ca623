"""Who looks at pictures, and what each is sent next; knows nothing of sockets, and lives in the thread of the sessions."""

import json
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol

from dashboards.pictures.encode import Encoded
from dashboards.pictures.gallery import Gallery, Key
from dashboards.pictures.kinds import KINDS
from dashboards.pictures.wish import Wish
from dashboards.snapshot import Snapshot

HIDDEN_S = 4.0
"""A browser that does not say for so long that it has drawn its picture is hidden; nothing is fetched for it until it does."""


CLOCK_S = 1.0
"""How often a browser is told the time, so that it can say how old its picture is."""


class Topics(Protocol):
    """What the service is asked to send."""

    def watch(self, topic: str) -> None:
        """Somebody looks at pictures whose topic begins so."""

    def unwatch(self, topic: str) -> None:
        """Takes back one ``watch``."""


class Viewer:
    """One browser's picture.

    Parameters
    ----------
    send
        Sends text or bytes to it.
    """

    def __init__(self, send: Callable[[str | bytes], None]) -> None:
        self.send = send
        self.wish: Wish | None = None
        self.shown: Encoded | None = None
        self.sent: Key | None = None
        self.busy = False
        """Something is under way to it, or being made for it."""
        self.since = 0.0
        """When the last picture was sent, monotonic seconds."""
        self.told = float("-inf")
        """When it was last told the time."""
        self.wanted: tuple[str, ...] = ()
        """What its picture is made of."""
        self.topics: tuple[str, ...] = ()
        """Of that, what is fetched for it."""
        self.seen: Snapshot | None = None
        """In which its picture was looked for last."""
        self.pictures = 0

    @property
    def window(self) -> tuple[str, str, bool] | None:
        """Which picture, whatever part of it."""
        return None if self.wish is None else (self.wish.detector, self.wish.kind, self.wish.panels)


class Hub:
    """Hands the newest pictures to all viewers.

    Parameters
    ----------
    snapshot
        The newest one.
    gallery
        Makes the pictures.
    topics
        Where pictures are asked for.
    later
        Runs a function in the thread of the sessions.
    """

    def __init__(
        self,
        snapshot: Callable[[], Snapshot],
        gallery: Gallery,
        topics: Topics,
        later: Callable[[Callable[[], None]], None],
    ) -> None:
        self._snapshot, self._gallery, self._topics, self._later = snapshot, gallery, topics, later
        self._viewers: dict[Viewer, None] = {}
        self._waiting: dict[Future[Encoded | None], list[Viewer]] = {}

    def __len__(self) -> int:
        return len(self._viewers)

    def enter(self, viewer: Viewer) -> None:
        """A browser opened its channel."""
        self._viewers[viewer] = None

    def leave(self, viewer: Viewer) -> None:
        """It closed it; whoever still knows the viewer must not keep a frame with it."""
        self._viewers.pop(viewer, None)
        self._follow(viewer, ())
        viewer.shown = viewer.sent = viewer.seen = None

    def wish(self, viewer: Viewer, wish: Wish, now: float) -> None:
        """It wants to see this from now on; what it was sent before is not waited for."""
        viewer.wish, viewer.wanted = wish, topics_of(wish)
        viewer.since = now
        self._follow(viewer, viewer.wanted)
        self._serve(viewer, self._snapshot(), now, {})

    def drawn(self, viewer: Viewer, now: float) -> None:
        """It has drawn the last picture."""
        viewer.busy, viewer.since = False, now
        self._follow(viewer, viewer.wanted)
        snapshot = self._snapshot()
        # With twenty who look, searching once more what was searched through a moment ago is a good part of the work.
        if viewer.seen is not snapshot:
            self._serve(viewer, snapshot, now, {})

    def step(self, now: float) -> None:
        """Send whatever is new."""
        snapshot, keys = self._snapshot(), dict[Wish, Key | None]()
        for viewer in [*self._viewers]:
            if viewer.busy and now - viewer.since > HIDDEN_S:
                self._hide(viewer)
            self._serve(viewer, snapshot, now, keys)

    def _hide(self, viewer: Viewer) -> None:
        """Fetch nothing for a viewer, and keep nothing for it that others could use."""
        self._follow(viewer, ())
        viewer.seen = viewer.sent = None
        if viewer.shown is not None:
            viewer.shown = viewer.shown.kept()

    def _serve(self, viewer: Viewer, snapshot: Snapshot, now: float, keys: dict[Wish, Key | None]) -> None:
        """Begin the next picture of a viewer that waits for one; ``keys`` are those of this snapshot that are known."""
        if viewer.busy or viewer.wish is None:
            return
        viewer.seen = snapshot
        if viewer.wish not in keys:
            keys[viewer.wish] = self._gallery.key(snapshot, viewer.wish)
        key = keys[viewer.wish]
        if key is None or key == viewer.sent:
            return
        viewer.busy, viewer.sent, viewer.since = True, key, now
        made = self._gallery.encoded(key)
        if made.done():
            self._send(viewer, made)
        elif made in self._waiting:
            self._waiting[made].append(viewer)
        else:
            self._waiting[made] = [viewer]
            made.add_done_callback(lambda done: self._later(lambda: self._send_all(done)))

    def _send_all(self, made: "Future[Encoded | None]") -> None:
        """Send a picture to all who wait for it."""
        for viewer in self._waiting.pop(made):
            self._send(viewer, made)

    def _send(self, viewer: Viewer, made: "Future[Encoded | None]") -> None:
        """Send a picture that is ready, if anybody is still there."""
        if viewer not in self._viewers or made.cancelled():
            return
        picture = made.result()
        if picture is None:
            viewer.busy = False
            return
        viewer.shown = picture
        viewer.pictures += 1
        if viewer.since - viewer.told >= CLOCK_S:
            viewer.told = viewer.since
            viewer.send(json.dumps({"now": viewer.since}))
        viewer.send(picture.data)

    def _follow(self, viewer: Viewer, topics: tuple[str, ...]) -> None:
        """Have exactly these topics fetched for a viewer."""
        if topics == viewer.topics:
            return
        for topic in topics:
            self._topics.watch(topic)
        for topic in viewer.topics:
            self._topics.unwatch(topic)
        viewer.topics = topics


def topics_of(wish: Wish) -> tuple[str, ...]:
    """What a picture is made of."""
    return tuple(topic.format(wish.detector) for topic in KINDS[wish.kind].topics)
