"""Makes the report of each run when it is closed, in a process of its own, so that pages and run go on undisturbed."""

import contextlib
import logging
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import psutil

from dashboards.runs import RunEntry, runs_in
from monitor.errors import XtcmonError
from monitor.store.run_file import open_run
from monitor.tools.process import argv

log = logging.getLogger(__name__)

PERIOD_S = 2.0
LONGEST_S = 600.0
NICE = 10

Make = Callable[[Path], None]


class Reporter:
    """Looks after one output folder while it is entered.

    Parameters
    ----------
    directory
        The output folder; empty = nothing is done.
    since
        Unix time: runs that were changed last before it are left alone.
    make
        Makes the report of a file.
    """

    def __init__(self, directory: str, since: float | None = None, make: Make | None = None) -> None:
        self._directory = Path(directory) if directory else None
        self._since = time.time() if since is None else since
        self._make = make or make_apart
        self._done: dict[str, float] = {}
        self._leave = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dashboard-reports", daemon=True)

    def __enter__(self) -> Self:
        if self._directory is not None:
            self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._leave.set()
        if self._thread.is_alive():
            self._thread.join()

    def step(self) -> None:
        """Make the reports that are due."""
        for entry in runs_in(self._directory) if self._directory is not None else []:
            if self._is_due(entry):
                self._done[entry.stem] = entry.modified
                self._make(entry.path)

    def _is_due(self, entry: RunEntry) -> bool:
        """Whether a run was closed since its last report."""
        if entry.modified < self._since or self._done.get(entry.stem) == entry.modified:
            return False
        if entry.report is not None and entry.report.stat().st_mtime >= entry.modified:
            return False
        try:
            with open_run(entry.path) as run:
                return run.end is not None
        except XtcmonError:
            # Being written, or not ours.
            return False

    def _run(self) -> None:
        while not self._leave.wait(PERIOD_S):
            self.step()
        # The run that ended together with the service.
        self.step()


def make_apart(file: Path) -> None:
    """Make a report in a process of its own that yields to everybody else."""
    try:
        with subprocess.Popen(
            argv("report", str(file)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            code, said = _ended(process)
    except OSError as error:
        code, said = 1, str(error)
    if code:
        log.warning("report_failed", extra={"file": file.name, "why": said or f"code {code}"})
    else:
        log.info("report_made", extra={"file": file.name})


def _ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """Exit code of a report in the making, and its last word."""
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(process.pid).nice(NICE)
    try:
        _, said = process.communicate(timeout=LONGEST_S)
    except subprocess.TimeoutExpired:
        process.kill()
        return 1, f"ended after {LONGEST_S:g} s"
    return process.returncode, "".join(said.strip().splitlines()[-1:])
