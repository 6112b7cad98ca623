"""Which processes a service has on this machine: the supervisor writes it down, whoever shows it adds what they use."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil

FILE = "processes.json"
PAUSE_S = 1.0


def write_processes(folder: Path, pids: Mapping[str, int], restarts: Mapping[str, int]) -> None:
    """Note process numbers and restarts, by name, in one move.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    fresh = folder / f".{FILE}.{os.getpid()}"
    fresh.write_text(json.dumps({name: {"pid": pids.get(name, -1), "restarts": count} for name, count in restarts.items()}))
    fresh.replace(folder / FILE)


class Processes:
    """The table of processes, looked up once a second at most.

    Parameters
    ----------
    folder
        Runtime folder of the service.
    memory
        Bytes of a process's own by its number, -1 if there is no such process.
    """

    def __init__(self, folder: Path, memory: Callable[[int], int] | None = None) -> None:
        self._path = folder / FILE
        self._memory = memory or own_memory
        self._next = float("-inf")
        self._known: dict[str, dict[str, int]] = {}

    def look(self, now: float) -> Mapping[str, Mapping[str, int]]:
        """Name to ``pid``, ``restarts`` and ``memory`` (bytes); -1 where there is none; empty without a supervisor."""
        if now >= self._next:
            self._next = now + PAUSE_S
            self._known = {name: {**entry, "memory": self._memory(entry["pid"])} for name, entry in self._read().items()}
        return self._known

    def _read(self) -> dict[str, dict[str, int]]:
        try:
            data: Any = json.loads(self._path.read_text())
            return {str(name): {key: int(entry[key]) for key in ("pid", "restarts")} for name, entry in data.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            # Nothing that is measured depends on this table: a service goes on without it, showing the last one.
            return {name: {key: entry[key] for key in ("pid", "restarts")} for name, entry in self._known.items()}


def own_memory(pid: int) -> int:
    """Resident bytes of a process that it shares with no file and no other process; -1 if there is no such process."""
    try:
        info: Any = psutil.Process(pid).memory_info()
    except (psutil.Error, ValueError):
        return -1
    # Mapped data files and shared segments count as resident in every process that looks at them.
    return int(info.rss) - int(getattr(info, "shared", 0))
