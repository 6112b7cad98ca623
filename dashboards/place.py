"""Where along its run a page stands, for the slider in its bar."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dashboards.plots.marks import mark_text
from dashboards.snapshot import SettingsVersion

MOST_MARKS = 40

Mark = tuple[int, str]
"""An event, and what happened there."""


@dataclass(frozen=True, slots=True)
class Place:
    """What the slider shows.

    Attributes
    ----------
    kind
        ``live``: the present, and the page can be held; ``held``: an earlier moment of the present run; ``recorded``: a file;
        ``present``: the present on a page that cannot be held; with ``at`` where other pages are held.
    first, last
        Sequence numbers between which it can be moved; 0 of the present.
    at
        Where it stands; 0 of the present.
    marks
        Changes of the settings.
    why
        Why the page shows the present while others are held; a part of a sentence.
    """

    kind: Literal["live", "held", "recorded", "present"]
    first: int
    last: int
    at: int
    marks: tuple[Mark, ...] = ()
    why: str = ""

    def plain(self) -> dict[str, Any]:
        """For the page's own script."""
        marks = [list(mark) for mark in self.marks]
        return {"kind": self.kind, "first": self.first, "last": self.last, "at": self.at, "marks": marks, "why": self.why}


def marks_of(changes: Sequence[SettingsVersion], first: int, last: int) -> tuple[Mark, ...]:
    """The newest changes between two events; the first version that is known changed nothing."""
    found = [(change.first, mark_text(change)) for change in changes[1:] if first <= change.first <= last]
    return tuple(found[-MOST_MARKS:])
