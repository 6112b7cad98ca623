"""One change of the service's settings from a page: asked, answered, in force."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from dashboards.pages.page import View
from dashboards.snapshot import Snapshot
from monitor.errors import XtcmonError
from monitor.wire.message import Message


class Change:
    """Follows the last change a page asked for.

    Parameters
    ----------
    view
        Of the page's session.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._said = ""
        self._version: int | None = None
        self._asked = 0

    def ask(self, changes: Sequence[Mapping[str, Any]]) -> None:
        """Ask for changes; answers to earlier ones are no longer of interest."""
        self._follow(self._view.control(changes))

    def undo(self) -> None:
        """Ask to take back the last change of the settings."""
        self._follow(self._view.undo())

    def means(self, begin: str) -> None:
        """Ask to have means begin ``now``, or with the ``run`` again."""
        which = "count from the event that the page tells" if begin == "now" else "are those of the whole run again"
        accepted = f"Accepted: means {which}."
        self._follow(self._view.means(begin), accepted)

    def _follow(self, answer: Future[Message], accepted: str = "") -> None:
        """Wait for this answer and no other; where it has no version of the settings, ``accepted`` says what happens."""
        self._asked += 1
        number = self._asked
        self._said, self._version = "Asked for …", None
        answer.add_done_callback(lambda done: self._view.later(lambda: self._answered(number, done, accepted)))
        self._view.redraw()

    def complain(self, why: str) -> None:
        """Say why nothing was asked for."""
        self._said, self._version = why, None
        self._view.redraw()

    def text(self, snapshot: Snapshot) -> str:
        """What became of it."""
        if self._version is None:
            return self._said
        versions = snapshot.rows.last(1).column("pipeline_version")
        if len(versions) and versions[0] >= self._version:
            return f"In force since settings version {self._version}."
        return f"Accepted as settings version {self._version}; the next events will have it."

    def _answered(self, number: int, answer: Future[Message], accepted: str) -> None:
        """Take the answer, in the session."""
        if number != self._asked:
            return
        try:
            reply = answer.result()
        except XtcmonError as error:
            self._said = f"Not done: {error}."
        else:
            version = reply.header.get("version")
            if reply.kind == "accepted" and isinstance(version, int):
                self._version = version
            elif reply.kind == "accepted" and accepted:
                self._said = accepted
            else:
                self._said = f"Refused: {reply.header.get('why', 'no reason given')}"
        self._view.redraw()
