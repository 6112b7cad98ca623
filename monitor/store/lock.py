"""One writer per run: a lock that the system releases when its holder dies."""

import fcntl
import os
from pathlib import Path

from monitor.errors import Unusable


class WriterLock:
    """Exclusive lock on a file of its own; the files of the run stay free for readers.

    Raises
    ------
    Unusable
        If another process holds it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._descriptor)
            raise Unusable(
                f"another process is writing {path.name.removeprefix('.').removesuffix('.lock')} in {path.parent}; "
                "stop it, or choose another directory"
            ) from error
        except OSError:
            # A file system without locks (some network mounts): nothing to hold, and no reason not to write.
            return

    def release(self) -> None:
        """Let others write; the lock's file goes away."""
        if self._descriptor >= 0:
            self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = -1
