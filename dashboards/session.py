"""One browser on one page: pulls snapshots on its own clock, and only when it has drawn the last one."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any
from urllib.parse import quote

from bokeh.document import Document
from bokeh.models import ColumnDataSource, CustomJS

from dashboards.change import Change
from dashboards.condition import header
from dashboards.heard import Heard, Live
from dashboards.layouts import Layouts, layout_of
from dashboards.look import THEME
from dashboards.pages.page import Page, Shown, View, no_means
from dashboards.pictures.book import Book
from dashboards.recorded import RecordedFeed
from dashboards.rewind import Rewind
from dashboards.runs import Runs
from dashboards.saver import Saver
from dashboards.snapshot import Snapshot
from monitor.settings import Settings
from monitor.wire.message import Message

PERIOD_MS = 200
PULSE_S = 1.0
"""The browser is told at least this often that the dashboard lives; it greys the page when it hears nothing."""

SHOW = """
    window.xtcmon.show(board.tags[0]);
    // A hidden tab draws no frames, so it does not answer, and costs nothing until it is looked at again.
    requestAnimationFrame(() => { answer.tags = [board.tags[0].beat]; });
    window.xtcmon.connect(wish.tell ??= (name, value) => { wish.tags = [(wish.tags[0] ?? 0) + 1, name, value]; });
"""

LONGEST_WISH = 16_000
LONGEST_NAME = 40
LONGEST_PLACE = 18
"""Digits of an event's number."""

UNNAMED = "dashboard"
NOBODY = "Refused: the settings say that nobody may change anything from a page (stream.control)."


class Session:
    """Joins one page to the feed.

    Parameters
    ----------
    page
        The page's class.
    feed, settings
        Shared by all sessions.
    document
        The session's Bokeh document.
    arguments
        Of the page's address.
    detectors
        What is known of them beside their pictures.
    runs, layouts
        Of the output folder.
    person
        Who looks, if that is known.
    """

    def __init__(
        self,
        page: type[Page],
        feed: Heard,
        settings: Settings,
        document: Document,
        arguments: Mapping[str, str],
        *,
        detectors: Book,
        runs: Runs | None = None,
        layouts: Layouts | None = None,
        person: str = "",
    ) -> None:
        self._feed = feed
        self._movable = feed if isinstance(feed, RecordedFeed | Rewind) else None
        self._document = document
        self._wanted = True
        self._drawn = -1
        self._drawn_at = 0.0
        self._beat = 0
        self._answered = -1
        self._passed = False
        """A turn came before the browser had answered."""
        self._said_at = 0.0
        self._shown = Shown()
        self._person = _name(person)
        self._closed = NOBODY if settings.stream.control == "nobody" else ""
        view = View(
            settings=settings,
            snapshot=lambda: feed.snapshot,
            arguments=arguments,
            redraw=self._redraw,
            control=self._control,
            undo=self._undo,
            means=self._means,
            later=self._later,
            detectors=detectors,
            runs=runs or Runs(""),
            change_alarm=lambda name, fields: self._closed or feed.change_alarm(name, fields, self._person),
            undo_alarm=lambda: self._closed or feed.undo_alarm(self._person),
        )
        self._layouts = layouts or Layouts("")
        self._layout_said = ""
        self._change = Change(view)
        self._acts: dict[str, Callable[[str], None]] = {
            "person": self._on_person,
            "undo": lambda value: self._change.undo(),
            "acknowledge": self._on_acknowledge,
        }
        self._acts |= {"layout-save": self._on_layout, "seek": self._on_seek}
        self._page_acts = view.acts
        self._page = page(view)
        self._saver = Saver(document, view, page.title)
        self._acts |= {"save": self._saver.save}
        self._open()

    def _open(self) -> None:
        """Put the page's models and the board into the document."""
        self._document.theme = THEME
        for name, root in self._page.roots.items():
            root.name = name
            self._document.add_root(root)
        self._saver.open(next(iter(self._page.roots.values())))
        self._board = ColumnDataSource(tags=[{"beat": -1}])
        answer = ColumnDataSource(tags=[-1])
        wish = ColumnDataSource(tags=[])
        script = CustomJS(args={"board": self._board, "answer": answer, "wish": wish}, code=SHOW)
        self._board.js_on_change("tags", script)
        # Models are in a document only if something in it refers to them.
        next(iter(self._page.roots.values())).js_on_change("tags", script)
        answer.on_change("tags", self._on_answer)
        wish.on_change("tags", self._on_wish)
        self._draw(time.monotonic())
        self._document.js_on_event("document_ready", script)
        for topic in self._page.topics:
            self._feed.watch(topic)
        self._document.on_session_destroyed(self._close)
        # Only pages of curves say a period of their own.
        self._document.add_periodic_callback(self.tick, getattr(self._page, "period_ms", PERIOD_MS))

    @property
    def said(self) -> Mapping[str, Any]:
        """What the page says outside its plots, as the board has it."""
        said: Mapping[str, Any] = self._board.tags[0]
        return said

    def tick(self) -> None:
        """One turn of the session's clock."""
        self._passed = self._answered != self._beat
        if self._passed:
            return
        now = time.monotonic()
        if self._wanted or self._feed.snapshot.version != self._drawn:
            self._draw(now)
        elif now - self._said_at >= PULSE_S:
            self._say(now)

    def _draw(self, now: float) -> None:
        """Update plots and texts in one go."""
        snapshot = self._feed.snapshot
        self._wanted, self._drawn_at = False, now
        self._document.hold("combine")
        try:
            self._shown = self._page.update(snapshot)
            self._drawn = snapshot.version
            self._say(now)
        finally:
            self._document.unhold()

    def _say(self, now: float) -> None:
        """Send the texts and a beat that the browser answers."""
        self._beat += 1
        self._said_at = now
        snapshot = self._feed.snapshot
        head = header(snapshot, now)
        layouts = [[(name, f"?layout={quote(name)}")] for name in self._layouts.names()]
        tables = {"head-changes": head["changes"], "head-layouts": layouts, **self._shown.tables}
        self._board.tags = [
            {
                **head,
                "beat": self._beat,
                "text": {**head["text"], **self._said(snapshot), **self._shown.text},
                "tables": {name: [list(row) for row in rows] for name, rows in tables.items()},
                "address": self._address(),
                "past": self._movable.place.plain() if self._movable is not None else None,
                "levels": dict(self._shown.levels),
                "ages": {name: age if age is None else age + now - self._drawn_at for name, age in self._shown.ages.items()},
            }
        ]

    def _said(self, snapshot: Snapshot) -> dict[str, str]:
        """What came of what somebody asked for in the bar."""
        return {"head-asked": self._change.text(snapshot), "head-layout": self._layout_said}

    def _address(self) -> dict[str, str]:
        """Choices of the page, and the place in the run."""
        address = dict(self._shown.address)
        if self._movable is not None and self._movable.position is not None:
            address["at"] = str(self._movable.position)
        return address

    def _on_answer(self, attr: str, old: object, new: list[int]) -> None:
        del attr, old
        self._answered = new[0]
        # A browser that needs longer than a turn gets the next picture as soon as it has drawn the last one.
        if self._passed:
            self.tick()

    def _on_wish(self, attr: str, old: object, new: object) -> None:
        """Somebody used an element of the page; what comes from a browser is believed only as far as it has the right form."""
        del attr, old
        match new:
            case [int(), str(name), str(value)] if len(value) <= LONGEST_WISH:
                act = self._acts.get(name) or self._page_acts.get(name)
                if act is not None:
                    act(value)
                    self._redraw()

    def _on_acknowledge(self, value: str) -> None:
        self._feed.acknowledge(value, self._person)

    def _on_layout(self, value: str) -> None:
        try:
            name, layout = layout_of(value)
        except ValueError:
            return
        self._layout_said = self._layouts.save(name, layout)

    def _on_seek(self, value: str) -> None:
        if self._movable is not None and len(value) <= LONGEST_PLACE:
            self._movable.seek(value)

    def _on_person(self, value: str) -> None:
        self._person = _name(value)

    def _redraw(self) -> None:
        self._wanted = True

    def _control(self, changes: Sequence[Mapping[str, Any]]) -> Future[Message]:
        return self._feed.control(changes, self._person)

    def _means(self, begin: str) -> Future[Message]:
        return self._feed.means(begin, self._person) if isinstance(self._feed, Live) else no_means(begin)

    def _undo(self) -> Future[Message]:
        return self._feed.undo(self._person)

    def _later(self, action: Callable[[], None]) -> None:
        self._document.add_next_tick_callback(action)

    def _close(self, context: object) -> None:
        del context
        for topic in self._page.topics:
            self._feed.unwatch(topic)


def _name(value: str) -> str:
    """A person's name as it is kept with the settings."""
    return "".join(letter for letter in value if letter.isprintable()).strip()[:LONGEST_NAME] or UNNAMED
