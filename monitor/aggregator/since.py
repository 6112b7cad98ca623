"""Where somebody had means begin anew, and the small file by which a restarted aggregator still knows it."""

import json
import logging
import os
from dataclasses import asdict, dataclass
from pathlib import Path

log = logging.getLogger(__name__)

FILE = "means.json"
NO_RUN = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """Somebody had the means begin anew.

    Attributes
    ----------
    first
        Sequence number from which events count. The epoch that was under way does not, so this moves on to the next one.
    time
        Unix seconds.
    author
        Who it was.
    """

    first: int
    time: float
    author: str


class SinceFile:
    """Keeps the newest ``Since`` in a service's runtime folder.

    Where it cannot be written or understood that is logged, and after a restart means are those of the whole run.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._kept: tuple[int, Since | None] = (NO_RUN, None)

    def read(self, run: int) -> Since | None:
        """Where the means of this run began anew; ``None``: they did not."""
        try:
            said = json.loads(self._path.read_text())
            of, since = int(said["run"]), Since(first=int(said["first"]), time=float(said["time"]), author=str(said["author"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError) as error:
            log.warning("means_not_known", extra={"file": str(self._path), "why": str(error)})
            return None
        self._kept = of, since
        return since if of in (NO_RUN, run) else None

    def keep(self, run: int, since: Since | None) -> None:
        """Note it if it is another one; ``run`` is the one whose sums are held, -1 before the first."""
        if (run, since) == self._kept or (since is None and self._kept[1] is None):
            return
        self._kept = run, since
        try:
            if since is None:
                self._path.unlink(missing_ok=True)
                return
            fresh = self._path.with_name(f".{FILE}.{os.getpid()}")
            fresh.write_text(json.dumps({"run": run, **asdict(since)}))
            fresh.replace(self._path)
        except OSError as error:
            log.warning("means_not_kept", extra={"file": str(self._path), "why": error.strerror})
