"""Somebody who opens the file of a run over and over while it is written, and notes whatever is not as it should be."""

import threading
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData, Unusable
from monitor.store.run_file import open_run

PAUSE_S = 0.02


class Witness:
    """Looks at a run from a thread of its own, as a ``with`` block.

    Parameters
    ----------
    path
        The run's file.
    times
        ``event_time`` of all rows that the run will have, in order.

    Attributes
    ----------
    looks
        How often the file was opened with something in it.
    complaints
        What was wrong, each with the rows seen.
    """

    def __init__(self, path: Path, times: NDArray[Any]) -> None:
        self._path, self._times = path, times
        self._rows = 0
        self._begun = False
        self.looks = 0
        self.complaints: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="witness")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def look(self) -> None:
        """Open the file once: it must open, have no row less than before, and only rows of this run, in order."""
        try:
            with open_run(self._path) as run:
                rows, times = len(run), run["event_time"] if "event_time" in run else self._times[:0]
                covered = {state.count for name, state in run.sums.items() if name.endswith("_calib")}
        except (Unusable, DamagedData) as error:
            if self._begun:
                self.complaints.append(f"after {self._rows} rows: {error}")
            return
        self._begun = True
        self.looks += 1
        if rows < self._rows:
            self.complaints.append(f"{rows} rows after {self._rows}")
        if not np.array_equal(times, self._times[:rows]):
            self.complaints.append(f"the first {rows} rows are not those of the run")
        # Sums are read last: of a file that is being written they may be a few commits newer than the rows.
        if covered and not rows <= min(covered) <= max(covered) <= len(self._times):
            self.complaints.append(f"sums of {sorted(covered)} events with {rows} rows")
        self._rows = rows

    def _run(self) -> None:
        while not self._stop.wait(PAUSE_S):
            self.look()
