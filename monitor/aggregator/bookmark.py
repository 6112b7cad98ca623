"""Where the last aggregator of this service had got to: one small file in the runtime folder, replaced in one move."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from monitor.errors import Unusable

FILE = "aggregator.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark:
    """The run whose file was opened last.

    Attributes
    ----------
    experiment, run, first
        The run and its first event; -1 = none yet.
    finished
        Whether its file is closed for good; then everything before ``stop`` is durable.
    stop
        Sequence number behind its last event, once finished.
    """

    experiment: str = ""
    run: int = -1
    first: int = 0
    finished: bool = False
    stop: int = 0


def read_bookmark(folder: Path) -> Bookmark:
    """The bookmark in a folder; that of a new service if there is none.

    Raises
    ------
    Unusable
        If it is there but cannot be understood.
    """
    path = folder / FILE
    try:
        return Bookmark(**json.loads(path.read_text()))
    except FileNotFoundError:
        return Bookmark()
    except (OSError, ValueError, TypeError) as error:
        raise Unusable(f"{path} cannot be read; remove it to begin anew") from error


def write_bookmark(folder: Path, bookmark: Bookmark) -> None:
    """Replace the bookmark in a folder.

    Raises
    ------
    Unusable
        If the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fresh = folder / f".{FILE}.{os.getpid()}"
        with open(fresh, "w") as file:
            json.dump(asdict(bookmark), file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(folder / FILE)
    except OSError as error:
        raise Unusable(f"{folder} cannot be written: {error.strerror}") from error
