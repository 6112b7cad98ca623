"""How long a service takes to start, as a person sees it: from the command until events are counted and a page answers."""

import os
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from monitor.errors import Unusable
from monitor.net.endpoints import read_endpoints
from monitor.tools.look import Watcher
from monitor.tools.process import argv

PATIENCE_S = 180.0
"""Where no kernel was compiled before, that takes a minute."""
LEAVE_S = 20.0
TURN_S = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One start of a service.

    Attributes
    ----------
    stream_s, event_s, page_s
        Seconds from the command until there is the reduced stream, until the first event is counted in it, until the first page
        has answered.
    processor_s
        Processor seconds of all its processes until then.
    """

    stream_s: float
    event_s: float
    page_s: float
    processor_s: float


@dataclass(slots=True)
class _Seen:
    began: float = field(default_factory=time.monotonic)
    at: dict[str, float] = field(default_factory=dict)

    def note(self, what: str) -> None:
        self.at.setdefault(what, time.monotonic() - self.began)


def bench_start(files: Sequence[Path], *, rounds: int, rate: float) -> list[Start]:
    """Start ``xtcmon run`` with pages on these files, and end it again, so many times.

    Raises
    ------
    Unusable
        If a service does not start, in its own words.
    """
    return [_once(files, rate) for _ in range(rounds)]


def _once(files: Sequence[Path], rate: float) -> Start:
    with tempfile.TemporaryDirectory(prefix="x") as runtime, tempfile.TemporaryDirectory() as output:
        options = ("--rate", str(rate), "-o", output, "--port", "0", "--stream", "tcp://127.0.0.1:0", "--no-open")
        command = argv("run", *map(str, files), *options)
        environment = {**os.environ, "XDG_RUNTIME_DIR": runtime}
        said = Path(output) / "said"
        with said.open("wb") as printed:
            seen = _Seen()
            process = subprocess.Popen(command, env=environment, stdout=printed, stderr=subprocess.STDOUT)
        try:
            _watch(process, Path(runtime), seen)
            used = _processor_seconds(process.pid)
        finally:
            _end(process)
        if len(seen.at) < 3:
            words = said.read_text(errors="replace").strip().removeprefix("xtcmon: ")
            raise Unusable(f"the service did not start within {PATIENCE_S:.0f} s: {words or 'it said nothing'}")
        return Start(stream_s=seen.at["stream"], event_s=seen.at["event"], page_s=seen.at["page"], processor_s=used)


def _watch(process: "subprocess.Popen[bytes]", runtime: Path, seen: _Seen) -> None:
    """Look until all has been seen, or the service has ended, or patience has."""
    watcher: Watcher | None = None
    try:
        while len(seen.at) < 3 and process.poll() is None and time.monotonic() - seen.began < PATIENCE_S:
            time.sleep(TURN_S)
            folder = next((path.parent for path in runtime.glob("xtcmon/*/service.json")), None)
            if folder is None:
                continue
            watcher = watcher or Watcher(folder)
            watcher.poll()
            addresses = read_endpoints(folder)
            if addresses.stream:
                seen.note("stream")
            if watcher.status.get("processed"):
                seen.note("event")
            if addresses.dashboard and "page" not in seen.at and _answers(addresses.dashboard):
                seen.note("page")
    finally:
        if watcher is not None:
            watcher.close()


def _answers(address: str) -> bool:
    """Whether the page is served."""
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE_S) as page:
            return bool(page.read())
    except OSError:
        return False


def _processor_seconds(supervisor: int) -> float:
    """What a service has used so far, by its processes that still run."""
    total = 0.0
    try:
        for process in (family := psutil.Process(supervisor), *family.children(recursive=True)):
            times = process.cpu_times()
            total += times.user + times.system
    except psutil.NoSuchProcess:
        return float("nan")
    return total


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the service: politely, then by force."""
    for number in (signal.SIGINT, signal.SIGINT, signal.SIGKILL):
        if process.poll() is None:
            process.send_signal(number)
            try:
                process.wait(LEAVE_S)
            except subprocess.TimeoutExpired:
                continue
