"""Earlier runs' scans for one page: those whose rows are still kept, and those in files, read beside the session."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from dashboards.earlier import scan_of_file
from dashboards.pages.page import View
from dashboards.reduce.delay import ScanChoice, scan_result
from dashboards.reduce.scan import Curve, no_curve
from dashboards.snapshot import Snapshot
from monitor.errors import ConfigError, DamagedData, Unusable

MOST_KEPT = 16


class EarlierScans:
    """Curves of earlier runs, each made once.

    Parameters
    ----------
    view
        Of the page's session.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._curves: dict[tuple[int, ScanChoice], Curve] = {}
        self._asked: set[tuple[int, ScanChoice]] = set()
        self._files: dict[int, Path] = {}
        self.trouble = ""

    def known(self, snapshot: Snapshot) -> list[int]:
        """Earlier runs that can be shown, the newest first."""
        present = snapshot.run.get("run")
        self._files = {entry.run: entry.path for entry in reversed(self._view.runs.all()) if entry.run != present}
        numbers = snapshot.rows.run
        kept = np.unique(numbers[numbers != numbers[-1]]).tolist() if len(numbers) and numbers[0] != numbers[-1] else []
        return sorted({*kept, *self._files}, reverse=True)

    def curves(self, snapshot: Snapshot, choice: ScanChoice, runs: Sequence[str]) -> Mapping[str, Curve]:
        """What is known of these runs by now; files are read meanwhile."""
        wanted = [int(run) for run in runs if run.isdecimal()]
        if not wanted:
            self.trouble = ""
        for run in wanted:
            key = (run, choice)
            if key not in self._asked:
                self._asked.add(key)
                self._make(snapshot, *key)
        return {f"run {run}": self._curves[run, choice] for run in wanted if (run, choice) in self._curves}

    def _make(self, snapshot: Snapshot, run: int, choice: ScanChoice) -> None:
        """From the rows that are kept if they are all there, else from the file, else from what rows there are."""
        rows = snapshot.rows
        mine = np.flatnonzero(rows.run == run)
        if run in self._files:
            path = self._files[run]
            threading.Thread(target=self._read, args=(path, run, choice), name="dashboard-earlier", daemon=True).start()
        elif len(mine):
            try:
                self._put(run, choice, scan_result(rows.part(int(mine[0]), int(mine[-1]) + 1), choice).plain.on)
            except ConfigError as error:
                self.trouble = f"run {run}: {error}"

    def _read(self, path: Path, run: int, choice: ScanChoice) -> None:
        """In a thread of its own."""
        try:
            found, why = scan_of_file(path, choice), ""
        except (Unusable, DamagedData, ConfigError, OSError) as error:
            found, why = no_curve(), f"run {run}: {error}"
        self._view.later(lambda: self._take(run, choice, found, why))

    def _take(self, run: int, choice: ScanChoice, found: Curve, why: str) -> None:
        self.trouble = why
        self._put(run, choice, found)
        self._view.redraw()

    def _put(self, run: int, choice: ScanChoice, found: Curve) -> None:
        """Keep a curve, and forget the oldest."""
        self._curves[run, choice] = found
        while len(self._curves) > MOST_KEPT:
            oldest = next(iter(self._curves))
            del self._curves[oldest]
            self._asked.discard(oldest)
