"""The runs in the output folder: their files and reports, for the Run page and for whoever opens an earlier run."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.store.names import RunNames, names_of

REPORT = "_report.html"
LOOK_AGAIN_S = 3.0
MOST_RUNS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEntry:
    """One run.

    Attributes
    ----------
    stem
        Beginning of the names of its files, which stands for the run in addresses.
    experiment, run
        What it is.
    path
        The file people open.
    size
        Bytes of all its files.
    modified
        Unix time in seconds of the last change.
    report
        Its report; ``None`` if there is none yet.
    """

    stem: str
    experiment: str
    run: int
    path: Path
    size: int
    modified: float
    report: Path | None


def runs_in(directory: Path) -> list[RunEntry]:
    """The runs in a folder, newest first; empty if there is no such folder."""
    files: dict[RunNames, list[tuple[int, float]]] = {}
    try:
        for path in directory.glob("*_Run*.h5"):
            names = names_of(path)
            if names is not None and not path.name.startswith("."):
                about = path.stat()
                files.setdefault(names, []).append((about.st_size, about.st_mtime))
    except OSError:
        # A file that is replaced at this moment; the next look is soon.
        return []
    entries = [_entry(names, about) for names, about in files.items()]
    return sorted(entries, key=lambda entry: (-entry.modified, entry.stem))[:MOST_RUNS]


def report_path(run_file: Path) -> Path:
    """Where the report of a run belongs: beside its file."""
    names = names_of(run_file)
    return run_file.with_name((names.stem if names else run_file.stem) + REPORT)


def run_of(path: Path) -> RunEntry | None:
    """The run in a file of any name; ``None`` if there is no such file."""
    if not path.exists():
        return None
    about, report = path.stat(), report_path(path)
    return RunEntry(
        stem=path.stem,
        experiment="",
        run=-1,
        path=path,
        size=about.st_size,
        modified=about.st_mtime,
        report=report if report.exists() else None,
    )


class Runs:
    """The runs of one folder, looked up again every few seconds.

    Parameters
    ----------
    directory
        The output folder; empty = none.
    files
        Further files of runs, which come first.
    """

    def __init__(self, directory: str, files: Sequence[Path] = ()) -> None:
        self.directory = Path(directory) if directory else None
        self._files = files
        self._looked_at = float("-inf")
        self._found: list[RunEntry] = []

    def all(self) -> list[RunEntry]:
        """What there is, newest first."""
        now = time.monotonic()
        if now - self._looked_at > LOOK_AGAIN_S:
            self._looked_at = now
            given = [found for path in self._files if (found := run_of(path)) is not None]
            names = {entry.stem for entry in given}
            here = runs_in(self.directory) if self.directory is not None else []
            self._found = given + [entry for entry in here if entry.stem not in names]
        return self._found

    def find(self, stem: str) -> RunEntry | None:
        """The run of this name; only names that are there lead anywhere."""
        found = self._among(stem)
        if found is None:
            # It may have come since the last look.
            self._looked_at = float("-inf")
            found = self._among(stem)
        return found

    def _among(self, stem: str) -> RunEntry | None:
        return next((entry for entry in self.all() if entry.stem == stem), None)


def _entry(names: RunNames, about: list[tuple[int, float]]) -> RunEntry:
    report = names.directory / (names.stem + REPORT)
    return RunEntry(
        stem=names.stem,
        experiment=names.experiment,
        run=names.run,
        path=names.whole,
        size=sum(size for size, _ in about),
        modified=max(modified for _, modified in about),
        report=report if report.exists() else None,
    )
