"""Where the sockets of a service are: a small file in its runtime folder, so that port 0 works."""

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from monitor.errors import Unusable

FILE = "service.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Addresses of a service: reader's router, aggregator's router, stream and requests, the pages; empty = not known yet.

    ``near`` is the stream once more, for processes of the same machine; empty where there is no such way.
    """

    reader: str = ""
    rows: str = ""
    stream: str = ""
    near: str = ""
    requests: str = ""
    dashboard: str = ""


def write_endpoints(folder: Path, **known: str) -> Endpoints:
    """Add what is known to the folder's file, replacing it in one move; returns what it says now.

    Raises
    ------
    Unusable
        If the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / ".service.lock", "a") as lock:
            # Reader and aggregator write at the same time; without the lock one address would be lost.
            fcntl.flock(lock, fcntl.LOCK_EX)
            endpoints = Endpoints(**{**asdict(read_endpoints(folder)), **known})
            fresh = folder / f".{FILE}.{os.getpid()}"
            fresh.write_text(json.dumps(asdict(endpoints), indent=1))
            fresh.replace(folder / FILE)
    except OSError as error:
        raise Unusable(f"{folder} cannot be written: {error.strerror}") from error
    return endpoints


def read_endpoints(folder: Path) -> Endpoints:
    """What the folder's file says; all empty if there is none yet.

    Raises
    ------
    Unusable
        If the file is there but is not ours.
    """
    try:
        data = json.loads((folder / FILE).read_text())
        return Endpoints(**data)
    except FileNotFoundError:
        return Endpoints()
    except (OSError, ValueError, TypeError) as error:
        raise Unusable(f"{folder / FILE} cannot be read as the addresses of a service; remove it and start again") from error
