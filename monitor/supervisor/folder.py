"""Runtime folders: one per service, found by the commands that talk to a running service, cleaned after a crash."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from monitor.errors import Unusable

OWNER = "owner.json"


def base() -> Path:
    """Folder that holds the runtime folders of this user; short, because socket paths are limited to 107 bytes."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and os.access(runtime, os.W_OK):
        return Path(runtime) / "xtcmon"
    return Path(tempfile.gettempdir()) / f"xtcmon-{os.getuid()}"


@contextmanager
def service_folder(root: Path | None = None) -> Iterator[Path]:
    """A fresh runtime folder owned by this process; removed at the end.

    Raises
    ------
    Unusable
        If the folder cannot be made.
    """
    root = root or base()
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sweep(root)
        folder = Path(tempfile.mkdtemp(prefix="s", dir=root))
    except OSError as error:
        raise Unusable(f"no runtime folder can be made in {root}: {error.strerror}; set XDG_RUNTIME_DIR") from error
    me = psutil.Process()
    # In one move: who reads half of it takes the service for dead and its folder away.
    fresh = folder / f".{OWNER}"
    fresh.write_text(json.dumps({"pid": me.pid, "started": me.create_time()}))
    fresh.replace(folder / OWNER)
    try:
        yield folder
    finally:
        (folder / OWNER).unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


def live_services(root: Path | None = None) -> list[Path]:
    """Runtime folders of services whose supervisor is alive, newest first."""
    found = [path.parent for path in (root or base()).glob(f"*/{OWNER}") if _alive(path)]
    return sorted(found, key=lambda folder: (folder / OWNER).stat().st_mtime, reverse=True)


def the_service(given: Path | None = None, root: Path | None = None) -> Path:
    """The service a command talks to: the one given, else the only one that runs.

    Raises
    ------
    Unusable
        If none runs, or several do and none was named.
    """
    if given is not None:
        return given
    services = live_services(root)
    if not services:
        raise Unusable("no service runs on this machine; start one with `xtcmon demo` or `xtcmon run`")
    if len(services) > 1:
        raise Unusable(f"several services run; name one with --service: {', '.join(map(str, services))}")
    return services[0]


def _alive(owner: Path) -> bool:
    """Whether the process that made this folder still runs (same pid, same start time)."""
    try:
        data = json.loads(owner.read_text())
        return bool(abs(psutil.Process(data["pid"]).create_time() - data["started"]) < 1.0)
    except (OSError, ValueError, KeyError, psutil.NoSuchProcess):
        return False


def _sweep(root: Path) -> None:
    """Remove what crashed services left behind."""
    for owner in root.glob(f"*/{OWNER}"):
        if not _alive(owner):
            shutil.rmtree(owner.parent, ignore_errors=True)
