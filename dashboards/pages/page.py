"""What a page is, what it is given, and where pages are entered."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from dashboards.snapshot import Snapshot
from monitor.plugins import Registry
from monitor.settings import Settings
from monitor.wire.message import Message


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
    later
        Runs a function in the session, from any thread.
    """

    settings: Settings
    snapshot: Callable[[], Snapshot]
    arguments: Mapping[str, str]
    redraw: Callable[[], None]
    control: Callable[[Sequence[Mapping[str, Any]]], Future[Message]]
    later: Callable[[Callable[[], None]], None]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page says outside its plots.

    Attributes
    ----------
    text
        Identifier of an element of the page to its text.
    tables
        Identifier of a table body to its rows of texts.
    address
        Choices to be kept in the page's address, so that a reload or a sent link shows the same.
    """

    text: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    address: Mapping[str, str] = field(default_factory=dict)


class Page(Protocol):
    """One page in one browser.

    Attributes
    ----------
    title
        Shown in the navigation.
    order
        Place in the navigation.
    topics
        Beginnings of the topics whose pictures it shows.
    roots
        Bokeh models by the name under which the page's template places them.
    """

    title: ClassVar[str]
    order: ClassVar[int]
    topics: ClassVar[tuple[str, ...]]
    roots: Mapping[str, Any]

    def __init__(self, view: View) -> None: ...

    def update(self, snapshot: Snapshot) -> Shown:
        """Bring the plots up to date."""


PAGES: Registry[type[Page]] = Registry("page")
