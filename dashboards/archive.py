"""Recorded runs behind ``/run/<name>/``: the same pages, the same pictures, a slider along the run."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from bokeh.server.views.auth_request_handler import AuthRequestHandler
from tornado.ioloop import IOLoop
from tornado.web import authenticated

from dashboards.pictures.channel import PATH, Channel
from dashboards.pictures.hub import Viewer
from dashboards.pictures.office import Office
from dashboards.recorded import Recorded, RecordedFeed, Recordings
from dashboards.runs import REPORT, Runs
from monitor.errors import XtcmonError
from monitor.settings import Settings

PREFIX = "/run/"
ANY_RUN = "/run/[^/]+"
"""As a pattern of addresses."""

MOST_OFFICES = 3


class Archive:
    """The recorded runs that somebody looks at.

    Parameters
    ----------
    runs
        Those that there are.
    settings
        Of the dashboard.
    """

    def __init__(self, runs: Runs, settings: Settings) -> None:
        self.runs = runs
        self._settings = settings
        self._recordings = Recordings()
        self._offices: OrderedDict[str, Office] = OrderedDict()
        self._loop: IOLoop | None = None

    def routes(self) -> list[tuple[Any, ...]]:
        """Where browsers find the pictures and reports of recorded runs."""
        return [
            (rf"{PREFIX}([^/]+){PATH}", RecordedChannel, {"office_of": self.office}),
            (r"/report/([^/]+)", ReportHandler, {"runs": self.runs}),
        ]

    def start(self, loop: IOLoop) -> None:
        """Serve in this loop."""
        self._loop = loop

    def close(self) -> None:
        """Serve no more."""
        for office in self._offices.values():
            office.close()
        self._recordings.close()

    def open(self, stem: str) -> Recorded | str:
        """A run by name, or why it cannot be shown."""
        entry = self.runs.find(stem)
        if entry is None:
            return f"There is no run {stem} here."
        try:
            return self._recordings.open(entry.path)
        except XtcmonError as error:
            return str(error)

    def office(self, stem: str) -> Office | None:
        """Pictures of a run; ``None`` if there is none."""
        if stem in self._offices:
            self._offices.move_to_end(stem)
            return self._offices[stem]
        run = self.open(stem)
        if isinstance(run, str) or self._loop is None:
            return None
        office = self._offices[stem] = Office(RecordedFeed(run), self._settings)
        office.start(self._loop)
        while len(self._offices) > MOST_OFFICES:
            self._offices.popitem(last=False)[1].close()
        return office


class RecordedChannel(Channel):
    """The pictures of a recorded run."""

    def initialize(self, office_of: Callable[[str], Office | None]) -> None:  # type: ignore[override]
        """Take what the routes give."""
        self._office_of, self._bad = office_of, 0
        self._wire = None
        self._viewer = Viewer(self._send)
        self._entered = False

    @authenticated
    async def open(self, stem: str) -> None:
        """A browser is there."""
        office = self._office_of(stem)
        if office is None:
            self.close(1008, "there is no such run")
            return
        self._hub, self._reading, self._entered = office.hub, office.read, True
        await self._serve()

    def on_close(self) -> None:
        """It is gone."""
        if self._entered:
            super().on_close()


class ReportHandler(AuthRequestHandler):  # type: ignore[misc]  # bokeh has no types
    """Reports of runs, as they lie beside the files."""

    def initialize(self, runs: Runs) -> None:
        """Take what the routes give."""
        self._runs = runs

    @authenticated
    def get(self, stem: str) -> None:
        """Send the report of a run; only names of runs that are there lead to a file."""
        # Reports link to each other by the names of their files.
        entry = self._runs.find(stem.removesuffix(REPORT))
        if entry is None or entry.report is None:
            self.send_error(404)
            return
        self.set_header("Content-Type", "text/html; charset=utf-8")
        # It has no script of its own and needs nothing from anywhere.
        self.set_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:")
        self.finish(entry.report.read_bytes())
