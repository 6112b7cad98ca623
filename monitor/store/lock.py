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
        if not self._taken():
            os.close(self._descriptor)
            raise Unusable(
                f"another process is writing {path.name.removeprefix('.').removesuffix('.lock')} in {path.parent}; "
                "stop it, or choose another directory"
            )

    def release(self) -> None:
        """Let others write; the lock's file goes away."""
        if self._descriptor >= 0:
            self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = -1

    def _taken(self) -> bool:
        """Whether the lock is ours now."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            # A file system without locks (some network mounts): nothing to hold, and no reason not to write.
            return True
        # The holder before us may have removed the file after we opened it: then the lock is on a name nobody else sees.
        return self._path.exists() and os.path.samestat(os.fstat(self._descriptor), self._path.stat())
