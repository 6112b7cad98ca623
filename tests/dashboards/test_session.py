"""A session draws at its own pace, and never before the browser has drawn the last picture."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, ClassVar

from bokeh.document import Document
from bokeh.models import Div

from dashboards.pages.page import Shown, View
from dashboards.pictures.book import closed
from dashboards.session import Session
from dashboards.snapshot import Snapshot
from monitor.settings import Settings


class Plain:
    """A page that counts how often it is drawn."""

    title: ClassVar[str] = "Plain"
    order: ClassVar[int] = 1
    topics: ClassVar[tuple[str, ...]] = ()

    drawn: ClassVar[list[int]] = []

    def __init__(self, view: View) -> None:
        self.roots: Mapping[str, Any] = {"plain": Div()}

    def update(self, snapshot: Snapshot) -> Shown:
        self.drawn.append(snapshot.version)
        return Shown()


def begun() -> tuple[Session, Any]:
    Plain.drawn.clear()
    feed: Any = SimpleNamespace(snapshot=Snapshot(version=1), watch=None, unwatch=None)
    return Session(Plain, feed, Settings(), Document(), {}, detectors=closed()), feed


def test_a_turn_that_came_too_early_follows_as_soon_as_the_browser_has_drawn() -> None:
    session, feed = begun()
    feed.snapshot = Snapshot(version=2)

    session.tick()
    assert Plain.drawn == [1]
    session._on_answer("tags", None, [session._beat])
    assert Plain.drawn == [1, 2]


def test_a_browser_that_answers_in_time_waits_for_the_next_turn() -> None:
    session, feed = begun()
    session._on_answer("tags", None, [session._beat])
    feed.snapshot = Snapshot(version=2)

    assert Plain.drawn == [1]
    session.tick()
    assert Plain.drawn == [1, 2]
