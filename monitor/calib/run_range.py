"""Which runs a constants file holds for: its name says so, ``<begin>-<end>.data``.

Rules: PSCalib's CalibFileFinder. Unlike it, a file name that is no run range is passed over and never stops the search.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

RUN_LIMIT = 9999
"""Later runs use the constants of this one (the facility's rule)."""

HISTORY = "HISTORY"
END = "end"

_RANGE = re.compile(r"(?P<begin>[0-9]+)-(?P<end>[0-9]+|end)\.data")


@dataclass(frozen=True, slots=True, order=True)
class RunRange:
    """Runs ``begin`` to ``end``, both included."""

    begin: int
    end: int

    @classmethod
    def parse(cls, name: str) -> "RunRange | None":
        """The range that a file name tells; None if it tells none, or one beyond the limit."""
        match = _RANGE.fullmatch(name)
        if match is None or len(match["begin"]) > 8 or len(match["end"]) > 8:
            return None
        begin, end = int(match["begin"]), RUN_LIMIT if match["end"] == END else int(match["end"])
        return cls(begin, end) if max(begin, end) <= RUN_LIMIT else None

    def holds(self, run: int) -> bool:
        """Whether the file holds for a run."""
        return self.begin <= min(run, RUN_LIMIT) <= self.end

    @property
    def rank(self) -> tuple[int, int]:
        """The higher one wins: the later begin, and then the earlier end."""
        return self.begin, -self.end

    @property
    def file_name(self) -> str:
        """Name of a file for this range."""
        return f"{self.begin}-{END if self.end == RUN_LIMIT else self.end}.data"


def select(names: Iterable[str], run: int) -> str | None:
    """File name that holds for a run: largest begin, among equal begins the smallest end; ``None`` if there is none."""
    best: tuple[tuple[int, int], str] | None = None
    for name in names:
        runs = RunRange.parse(name)
        if runs is not None and runs.holds(run) and (best is None or runs.rank > best[0]):
            best = (runs.rank, name)
    return best[1] if best else None


def reasons(names: Iterable[str], run: int) -> dict[str, str]:
    """For each file name why it does not hold for a run; empty for the one that does."""
    every = list(names)
    chosen = select(every, run)
    return {name: "" if name == chosen else _reason(name, run, chosen) for name in every}


def _reason(name: str, run: int, chosen: str | None) -> str:
    runs = RunRange.parse(name)
    if runs is None:
        return "its name is no run range BEGIN-END.data"
    if runs.begin > runs.end:
        return "its range is reversed and holds for no run"
    if run < runs.begin or not runs.holds(run):
        return f"it holds for runs {runs.begin} to {runs.end}"
    winner = RunRange.parse(chosen or "")
    if winner is not None and winner.begin > runs.begin:
        return f"{chosen} begins later"
    return f"{chosen} ends earlier" if winner is not None and winner.end < runs.end else f"{chosen} has the same range"
