"""Which of the newest rows a plot stands on."""

import re

import numpy as np

from dashboards.table import Table

WINDOWS = {
    "600": "last 600 events",
    "7200": "last 7200 events",
    "36000": "last 36 000 events",
    "10s": "last 10 seconds",
    "60s": "last minute",
    "600s": "last 10 minutes",
    "step": "this step",
    "run": "this run",
    "all": "all that is kept, earlier runs too",
}
"""What pages offer; any other number of events or seconds can be written in the address."""

USUAL = "7200"

_WRITTEN = re.compile(r"(?P<number>[1-9]\d{0,8})(?P<seconds>s?)")


def is_window(text: str) -> bool:
    """Whether the text names a window."""
    return text in WINDOWS or _WRITTEN.fullmatch(text) is not None


def rows_in(rows: Table, window: str) -> Table:
    """The rows of a window, as views; of a window that does not exist, those of the usual one.

    Parameters
    ----------
    rows
        All rows that are kept.
    window
        ``"7200"`` (events of this run), ``"60s"`` (seconds before the newest event with a time), ``"step"``, ``"run"`` or
        ``"all"``.
    """
    if window == "all" or not len(rows):
        return rows
    run = _since_last_other(rows, rows.run)
    if window == "run":
        return run
    if window == "step":
        return _since_last_other(run, run.step)
    found = _WRITTEN.fullmatch(window) or _WRITTEN.fullmatch(USUAL)
    assert found is not None
    number = int(found["number"])
    return _seconds(run, number) if found["seconds"] else run.last(number)


def _since_last_other(rows: Table, numbers: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Table:
    """Rows since the number last changed."""
    other = np.flatnonzero(numbers != numbers[-1])
    return rows.part(int(other[-1]) + 1 if len(other) else 0)


def _seconds(rows: Table, seconds: int) -> Table:
    """Rows not older than this before the newest time; none if no row has a time."""
    known = np.flatnonzero(np.isfinite(rows.time))
    if not len(known):
        return rows.part(len(rows))
    older = np.flatnonzero(rows.time < rows.time[known[-1]] - seconds)
    return rows.part(int(older[-1]) + 1 if len(older) else 0)
