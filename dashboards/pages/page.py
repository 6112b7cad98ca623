"""What a page is, what it is given, and where pages are entered."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from dashboards.pictures.book import Book, closed
from dashboards.runs import Runs
from dashboards.snapshot import Snapshot
from monitor.errors import Unusable
from monitor.plugins import Registry
from monitor.settings import Settings
from monitor.wire.message import Message

Making = Callable[[], tuple[str, bytes]]
"""Makes a file that a person asked for: its name and its content. Runs in a thread of its own, on values that do not change."""


def no_means(begin: str) -> Future[Message]:
    """The answer where there is no running service."""
    del begin
    answer: Future[Message] = Future()
    answer.set_exception(Unusable("means of a recorded run stay as they are"))
    return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What one page in one browser may use.

    Attributes
    ----------
    settings
        The settings the dashboard was started with.
    snapshot
        The newest snapshot.
    arguments
        The part of the page's address behind the question mark.
    redraw
        Asks for an update although no new data came.
    control
        Asks the service for changes of its settings.
    undo
        Asks the service to take back the last change of its settings that is not taken back yet.
    means
        Asks the service to have means begin ``now``, or with the ``run`` again.
    change_alarm
        Asks for other limits of an alarm: its name and the fields that are to hold; says what came of it.
    undo_alarm
        Takes back the last change of the alarms that is not taken back yet; says what came of it.
    later
        Runs a function in the session, from any thread.
    detectors
        What is known of detectors beside their pictures: which pixel is where, mask, gain.
    runs
        The runs in the output folder.
    files
        Makes the file (name, content) that is saved of a figure with this identifier, for the ending ``csv`` or ``h5``, in
        another thread; for other figures it is what they draw. Called in the session, to say what is to be made. Pages enter
        their own.
    events
        Which events the figure with this identifier stands on, where they are not those that its panel is about; saved with its
        numbers. Pages enter their own.
    acts
        What the page does when somebody uses an element with the attribute ``data-act`` of this name; called with the
        element's value (an input) or its ``data-value`` (a button). Pages enter their own.
    """

    settings: Settings
    snapshot: Callable[[], Snapshot]
    arguments: Mapping[str, str]
    redraw: Callable[[], None]
    control: Callable[[Sequence[Mapping[str, Any]]], Future[Message]]
    undo: Callable[[], Future[Message]]
    later: Callable[[Callable[[], None]], None]
    means: Callable[[str], Future[Message]] = no_means
    detectors: Book = field(default_factory=closed)
    runs: Runs = field(default_factory=lambda: Runs(""))
    files: dict[str, Callable[[str], "Making | None"]] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)
    acts: dict[str, Callable[[str], None]] = field(default_factory=dict)
    change_alarm: Callable[[str, Mapping[str, Any]], str] = lambda name, fields: ""
    undo_alarm: Callable[[], str] = lambda: ""


Cell = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page says outside its plots.

    Attributes
    ----------
    text
        Identifier of an element of the page to its text.
    tables
        Identifier of a table body to its rows; a cell is a text, or a pair of a text and the address on this server to which
        it leads. A ``datalist`` is filled with the texts of rows of one cell.
    address
        Choices to be kept in the page's address, so that a reload or a sent link shows the same.
    levels
        Identifier of an element to ``good``, ``warn``, ``bad``, ``quiet`` or empty: its colour.
    ages
        Identifier of an element to the age in seconds of what its panel shows (``None``: nothing yet). The browser writes it,
        counts on by itself, and greys the panel when it is too old (``data-stale`` of the element in seconds, else 10).
    """

    text: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, Sequence[Sequence[Cell]]] = field(default_factory=dict)
    address: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, str] = field(default_factory=dict)
    ages: Mapping[str, float | None] = field(default_factory=dict)


class Page(Protocol):
    """One page in one browser.

    Attributes
    ----------
    title
        Shown in the navigation: one or two short words, for ten of them stand side by side.
    order
        Place in the navigation.
    topics
        Beginnings of the topics whose pictures it shows.
    roots
        Bokeh models by the name under which the page's template places them.

    A page can be held at an earlier moment of the present run: what it shows comes from rows, curves and lists. One with
    ``present``, a sentence that says why it cannot, shows the present while others are held. One with a ``period_ms`` is brought
    up to date so often.
    """

    title: ClassVar[str]
    order: ClassVar[int]
    topics: ClassVar[tuple[str, ...]]
    roots: Mapping[str, Any]

    def __init__(self, view: View) -> None: ...

    def update(self, snapshot: Snapshot) -> Shown:
        """Bring the plots up to date."""


def lack(snapshot: Snapshot, why: str) -> str:
    """Why there is nothing to draw: that nothing has come so far, or else ``why``."""
    early = snapshot.rows_at is None and not snapshot.recorded
    return "No event has come yet." if early else why


PAGES: Registry[type[Page]] = Registry("page")
