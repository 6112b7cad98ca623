"""Serves the pages on this machine: Bokeh's tornado application with our templates."""

import asyncio
import functools
import gc
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from bokeh.application import Application
from bokeh.application.handlers.function import FunctionHandler
from bokeh.core.validation import silence
from bokeh.core.validation.warnings import EMPTY_LAYOUT
from bokeh.document import Document
from bokeh.resources import Resources
from bokeh.server.auth_provider import NullAuth
from bokeh.server.server import BaseServer
from bokeh.server.tornado import BokehTornado
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.web import RedirectHandler

from dashboards.alarms.book import AlarmBook
from dashboards.alarms.guard import Guard
from dashboards.archive import ANY_RUN, PREFIX, Archive
from dashboards.connection import Connection
from dashboards.door import Door, Keeper, password_of
from dashboards.feed import Feed
from dashboards.fits.fit import warm as warm_fits
from dashboards.heard import Heard
from dashboards.kept import KEPT
from dashboards.layouts import Layouts
from dashboards.link import ServiceLink
from dashboards.listening import bound, host_of, origins
from dashboards.pages.page import PAGES, Page
from dashboards.pictures.book import Book
from dashboards.pictures.office import Office
from dashboards.recorded import Nothing, RecordedFeed
from dashboards.report.reporter import Reporter
from dashboards.rewind import Rewind
from dashboards.runs import Runs
from dashboards.service import Link
from dashboards.session import LONGEST_PLACE, Session
from monitor.errors import Unusable
from monitor.net.endpoints import Endpoints, read_endpoints, write_endpoints
from monitor.plugins import load_folder
from monitor.settings import Settings
from monitor.store.run_file import open_run

TEMPLATES = Path(__file__).parent / "templates"

SHEETS = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)

WARM: set[type[Page]] = set()
"""Pages that have been made in this process; what they need is there."""

PERSON = "xtcmon_person"
"""Cookie with the name that a person gave on a page."""

UNUSED_SESSION_S = 30
"""A busy machine may take that long from a page to its connection; without its session the page would have to begin anew."""

WATCH_S = 0.25


class Tornado(BokehTornado):  # type: ignore[misc]  # bokeh has no types
    """Bokeh's application, with the parts of BokehJS that the pages use (1.7 instead of 3.9 MB) and our connections."""

    def resources(self, absolute_url: str | bool | None = None) -> Resources:
        """Where a page loads BokehJS from."""
        return super().resources(absolute_url).clone(components=["bokeh", "bokeh-widgets"])

    def new_connection(self, protocol: Any, socket: Any, application_context: Any, session: Any) -> Connection:
        """A browser opened its socket."""
        connection = Connection(protocol, socket, application_context, session)
        self._clients.add(connection)
        return connection


class Dashboard:
    """The pages and the feed behind them.

    Parameters
    ----------
    settings
        The whole set-up; ``pages`` says how much is kept.
    link
        How to reach the service.
    port
        TCP port; 0 takes any free one, ``None`` the one of the settings.
    guard
        Watches the alarms.
    files
        Recorded runs that are shown beside those of the output folder; the bare address leads to the first of them.

    Raises
    ------
    Unusable
        If the port cannot be used.
    """

    def __init__(
        self, settings: Settings, link: Link, *, port: int | None = None, guard: Guard | None = None, files: Sequence[Path] = ()
    ) -> None:
        self._settings = settings
        password = password_of(settings.pages)
        self._door = Door(Keeper(password)) if password else NullAuth()
        self._socket = bound(settings.pages.address, settings.pages.port if port is None else port)
        self.port = int(self._socket.getsockname()[1])
        self._feed = Feed(link, settings.pages.history, guard)
        self._office = Office(self._feed, settings)
        self._feed.on_pictures = self._office.wake
        self._archive = Archive(Runs(settings.store.directory, files), settings)
        self._first = f"{PREFIX}{self._archive.runs.all()[0].stem}" if files else ""
        self._layouts = Layouts(settings.store.directory)
        KEPT.settle(settings.store.directory)
        load_folder("dashboards.pages")
        self._pages = dict(sorted(PAGES.items(), key=lambda entry: entry[1].order))

    @property
    def address(self) -> str:
        """Where a browser finds the first page."""
        return f"http://{host_of(self._settings.pages.address)}:{self.port}/"

    def run(self, ready: Callable[[str], None] = lambda address: None, stop: threading.Event | None = None) -> None:
        """Serve until ``stop`` is set or the process is interrupted; ``ready`` is told the address."""
        # Places whose plots are chosen later.
        silence(EMPTY_LAYOUT, True)
        # A tab that is closed while something is on its way to it is no event.
        logging.getLogger("bokeh.server.views.ws").setLevel(logging.ERROR)
        # Every page that is opened would push what went wrong off the log that people read.
        logging.getLogger("tornado.access").setLevel(logging.WARNING)
        asyncio.set_event_loop(asyncio.new_event_loop())
        loop = IOLoop.current()
        tornado = self._application()
        server = BaseServer(loop, tornado, self._listening(tornado))
        self._feed.start()
        server.start()
        try:
            self._office.start(loop)
            self._archive.start(loop)
            # Bokeh collects garbage whenever a tab is closed, 0.17 s for everything that is here from the start and stays.
            gc.collect()
            gc.freeze()
            loop.add_callback(ready, self.address)
            loop.run_sync(functools.partial(self._watch, stop or threading.Event()))
        finally:
            gc.unfreeze()
            server.stop()
            self._office.close()
            self._archive.close()
            loop.close(all_fds=True)
            asyncio.set_event_loop(None)
            self._feed.close()
        if self._feed.failure is not None:
            raise self._feed.failure

    async def _watch(self, stop: threading.Event) -> None:
        """Return soon after the event is set, or when the feed has failed; until all is warm, warm up in the pauses."""
        cold = self._cold()
        while not stop.is_set() and self._feed.failure is None:
            await asyncio.sleep(WATCH_S)
            next(cold, None)

    def _application(self) -> BokehTornado:
        """One Bokeh application per page; the bare address leads to the first."""
        first = next(iter(self._pages))
        applications = {
            f"{where}/{name}": Application(FunctionHandler(functools.partial(self._open, name, page)))
            for where in ("", ANY_RUN)
            for name, page in self._pages.items()
        }
        leads = [("/", f"{self._first}/{first}"), (rf"{PREFIX}([^/]+)/?", f"{PREFIX}{{0}}/{first}")]
        redirects = [(where, RedirectHandler, {"url": url, "permanent": False}) for where, url in leads]
        return Tornado(
            applications,
            extra_patterns=[*redirects, *self._office.routes(), *self._archive.routes()],
            extra_websocket_origins=origins(self._settings.pages, self.port),
            auth_provider=self._door,
            use_index=False,
            compress_response=True,
            unused_session_lifetime_milliseconds=UNUSED_SESSION_S * 1000,
        )

    def _listening(self, tornado: BokehTornado) -> HTTPServer:
        server = HTTPServer(tornado)
        server.add_socket(self._socket)
        return server

    def _open(self, name: str, page: type[Page], document: Document) -> None:
        """Fill the document of a new session."""
        context = document.session_context
        request = context.request if context is not None else None
        given = request.arguments if request is not None else {}
        said = {key: values[-1].decode(errors="replace") for key, values in given.items()}
        person = unquote(request.cookies.get(PERSON, "")) if request is not None else ""
        layout = said.get("layout", "" if said else self._settings.pages.layout)
        arguments = {**self._layouts.get(layout).get(name, {}), **said}
        feed, book = self._heard(urlsplit(request.uri).path if request is not None else "", said.get("at", ""), page)
        shared: dict[str, Any] = {"runs": self._archive.runs, "layouts": self._layouts, "person": person}
        WARM.add(page)
        with document.models.freeze():
            session = Session(page, feed, self._settings, document, arguments, detectors=book, **shared)
        document.title = f"{page.title} · xtcmon"
        document.template = SHEETS.get_template(f"{name}.html")
        navigation = [(other, entry.title) for other, entry in self._pages.items()]
        document.template_variables.update(page=name, navigation=navigation, first=session.said)

    def _heard(self, path: str, at: str, page: type[Page]) -> tuple[Heard, Book]:
        """The running service, or the recorded run that an address names, and what is known of its detectors."""
        event = int(at) if at.isdecimal() and len(at) <= LONGEST_PLACE else None
        if not path.startswith(PREFIX):
            return Rewind(self._feed, event, stays=getattr(page, "present", "")), self._office.book
        stem = unquote(path.removeprefix(PREFIX).split("/")[0])
        run, office = self._archive.open(stem), self._archive.office(stem)
        if isinstance(run, str) or office is None:
            return Nothing(str(run)), self._office.book
        return RecordedFeed(run, event), office.book

    def _cold(self) -> Iterator[None]:
        """Make every page once for nobody, one a step, so that its first visitor does not wait for imports and templates."""
        for name, page in self._pages.items():
            if page in WARM:
                continue
            document = Document()
            self._open(name, page, document)
            document.to_json()
            for forget in document.session_destroyed_callbacks:
                forget(None)
            yield
        warm_fits()


def run_dashboard(
    settings: Settings,
    folder: Path,
    *,
    generation: int = 0,
    port: int | None = None,
    ready: Callable[[str], None] = lambda address: None,
    stop: threading.Event | None = None,
) -> None:
    """Serve the pages until stopped; the folder is told the address.

    Parameters
    ----------
    settings
        The whole set-up.
    folder
        Runtime folder of the service.
    generation
        How often this process was started before. A restarted one that may take any port takes its former one, so that open
        browsers find it again.
    port
        TCP port, ``None`` = the one of the settings, 0 = any free one.
    ready
        Called once with the real address, when pages can be opened.
    stop
        Ends the server when set.

    Raises
    ------
    Unusable
        If the port cannot be used.
    """

    def on_ready(address: str) -> None:
        write_endpoints(folder, dashboard=address)
        ready(address)

    wanted = settings.pages.port if port is None else port
    former = urlsplit(read_endpoints(folder).dashboard).port if generation and wanted == 0 else None
    link = ServiceLink(lambda: read_endpoints(folder))
    guard = Guard(settings.alarm, folder, AlarmBook(settings.alarm, settings.store.directory))
    dashboard = _dashboard(settings, link, guard, former, wanted)
    with Reporter(settings.store.directory if settings.pages.report else ""):
        dashboard.run(on_ready, stop)


def run_recorded(
    settings: Settings,
    files: Sequence[Path],
    *,
    port: int | None = None,
    ready: Callable[[str], None] = lambda address: None,
    stop: threading.Event | None = None,
) -> None:
    """Serve the pages of recorded runs until stopped, without any service.

    Parameters
    ----------
    settings
        What the pages go by.
    files
        Files of runs.
    port
        TCP port, ``None`` = the one of the settings, 0 = any free one.
    ready
        Called once with the address of the first run.
    stop
        Ends the server when set.

    Raises
    ------
    Unusable, DamagedData
        If a file is not there or no run, or the port cannot be used.
    """
    for file in files:
        with open_run(file):
            pass
    Dashboard(settings, ServiceLink(Endpoints), port=port, files=files).run(ready, stop)


def _dashboard(settings: Settings, link: Link, guard: Guard, former: int | None, port: int) -> Dashboard:
    """A dashboard on its former port if that is still free, else on the wanted one."""
    if former is not None:
        try:
            return Dashboard(settings, link, port=former, guard=guard)
        except Unusable:
            # Somebody else has it now; open browsers are lost, new ones are told the new address.
            return Dashboard(settings, link, port=port, guard=guard)
    return Dashboard(settings, link, port=port, guard=guard)
