"""Means that begin anew: the buttons for it, and how pages say from where on their means count."""

from dashboards.change import Change
from dashboards.pages.page import View
from dashboards.snapshot import Since, Snapshot
from dashboards.table import Table
from dashboards.texts import clock, count


class Anew:
    """The buttons of one page, by which means begin anew for everybody.

    Parameters
    ----------
    view
        Of the page's session.
    """

    def __init__(self, view: View) -> None:
        self._change = Change(view)
        view.acts["means"] = self.ask

    def ask(self, begin: str) -> None:
        """Ask to have means begin ``now``, or with the ``run`` again."""
        self._change.means(begin)

    def texts(self, snapshot: Snapshot, *, offered: bool = True) -> dict[str, str]:
        """Texts of the buttons, and what came of the last press; an empty button is not there."""
        there = offered and not snapshot.recorded and not snapshot.held
        return {
            "means-now": "Begin the means anew" if there else "",
            "means-run": "Means of the whole run again" if there and snapshot.since is not None else "",
            "means-state": self._change.text(snapshot),
        }


def cut_text(snapshot: Snapshot, rows: Table) -> str:
    """From where on these rows count in means, where they do not all count: ``since event 200, ...``; else empty."""
    if snapshot.since is None or not snapshot.begun_in(rows):
        return ""
    return f"since {since_text(snapshot.since)}"


def since_text(since: Since) -> str:
    """From where on means count, for the line that says what they stand on."""
    return f"event {count(since.first)}, {clock(since.time)} UTC by {since.author or 'nobody named'}"
