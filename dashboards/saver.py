"""Saves the numbers of any figure of a page, when somebody presses CSV or HDF5 above it."""

import json
import threading
from collections.abc import Mapping
from typing import Any

from bokeh.document import Document
from bokeh.models import Plot

from dashboards.anew import since_text
from dashboards.download import Download
from dashboards.drawn import drawn
from dashboards.look import FILES
from dashboards.pages.page import Making, View
from dashboards.saved import Numbers, about, csv_file, file_name
from monitor.store.numbers_file import numbers_file


class Saver:
    """Of one session.

    Parameters
    ----------
    document
        Holds the figures.
    view
        Of the page.
    title
        Of the page; names the files.
    """

    def __init__(self, document: Document, view: View, title: str) -> None:
        self._document, self._view, self._title = document, view, title
        self._download: Download | None = None
        self._busy = False

    def open(self, root: Any) -> None:
        """Make the way to the browser; the root is any model of the page."""
        self._download = Download(root)

    def save(self, said: str) -> None:
        """Make a file and give it to the browser; what was said is JSON of the figure's identifier or name, and the ending."""
        making = None if self._busy else self._making(said)
        if making is None:
            return
        self._busy = True
        threading.Thread(target=self._make, args=(making,), name="dashboard-file", daemon=True).start()

    def _making(self, said: str) -> Making | None:
        """What is to be made; ``None`` if that was no figure of this page."""
        try:
            identifier, ending = json.loads(said)
        except (ValueError, TypeError, RecursionError):
            return None
        if not isinstance(identifier, str) or ending not in FILES:
            return None
        figure = self._document.get_model_by_id(identifier) or self._document.get_model_by_name(identifier)
        if not isinstance(figure, Plot):
            return None
        if figure.id in self._view.files:
            return self._view.files[figure.id](ending)
        return self._drawn(figure, ending)

    def _drawn(self, figure: Plot, ending: str) -> Making:
        """The file of what a figure draws."""
        snapshot, title = self._view.snapshot(), str(getattr(figure.title, "text", "") or "")
        axes = {f"{axis}_axis": str(models[0].axis_label or "") for axis in "xy" if (models := getattr(figure, f"{axis}axis"))}
        anew = since_text(snapshot.since) if snapshot.since is not None else ""
        events = self._view.events.get(figure.id, "")
        said = about(snapshot, page=self._title, title=title, **axes, events=events, means_began_anew=anew)
        return made(drawn(figure), said, file_name(snapshot, self._title, ending))

    def _make(self, making: Making) -> None:
        """In a thread of its own: a picture of some megapixels as text takes seconds."""
        try:
            name, content = making()
            self._view.later(lambda: self._give(name, content))
        finally:
            self._busy = False

    def _give(self, name: str, content: bytes) -> None:
        if self._download is not None:
            self._download.give(name, content)


def made(numbers: Numbers, said: Mapping[str, str], name: str) -> Making:
    """A file of columns, of the kind that its name says."""
    write = csv_file if name.endswith(".csv") else numbers_file
    return lambda: (name, write(numbers, said))
