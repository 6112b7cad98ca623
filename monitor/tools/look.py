"""What a person sees while a service runs: one line that moves, and the summary at the end."""

import sys
import webbrowser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.live import Live
from rich.text import Text

from monitor.client import Monitor
from monitor.net.endpoints import read_endpoints
from monitor.net.keys import own_keys
from monitor.supervisor.service import Service
from monitor.tools.screen import err, out

BAR = 24
"""Characters of the progress bar."""

UNREADABLE = "events whose bytes cannot be had"
"""How workers begin the text about a batch whose file is gone or shorter."""


class Watcher:
    """Follows the status of a service that is being started or runs.

    Parameters
    ----------
    folder
        Runtime folder of the service.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._monitor: Monitor | None = None
        self.status: Mapping[str, Any] = {}
        self.ended = False

    def poll(self) -> bool:
        """Take what is new; True if the status moved."""
        if self._monitor is None:
            stream = read_endpoints(self._folder).stream
            if not stream:
                return False
            self._monitor = Monitor(stream, **own_keys(stream))
            self._monitor.subscribe("status")
            self._monitor.subscribe("end")
        moved = False
        while (message := self._monitor.receive(0)) is not None:
            moved = True
            if message.topic == "status":
                self.status = message.header
            elif message.topic == "end":
                self.ended = True
        return moved

    def close(self) -> None:
        """Let go of the socket."""
        if self._monitor is not None:
            self._monitor.close()

    def line(self) -> str:
        """The state of the service in one line."""
        reader = self.status.get("reader") or {}
        if not reader or reader.get("state") == "waiting":
            return "starting (kernels are compiled the first time, which takes a minute)"
        total = reader.get("total")
        of = f" of {total:,}" if total else ""
        latency = self.status.get("latency", {}).get("total")
        delay = f", {1000 * latency[0]:.0f} ms behind" if latency else ""
        if held_up := self.status.get("held_up"):
            return str(held_up)
        lost = f", {self.status['lost']:,} lost" if self.status.get("lost") else ""
        return (
            f"{_bar(self.status.get('processed', 0), total)}"
            f"run {reader.get('run')} step {reader.get('step')}: {self.status.get('processed', 0):,}{of} events, "
            f"{self.status.get('rate', 0):,.0f}/s{delay}{lost}, {len(reader.get('workers', ()))} workers"
        )


def _bar(done: int, total: int | None) -> str:
    """How far it is, drawn; empty where nobody knows how much there is."""
    if not total:
        return ""
    full = min(BAR, BAR * done // total)
    return f"{'━' * full}{'╌' * (BAR - full)} {min(100, 100 * done // total)} %  "


class StatusLine:
    """A line at the bottom of the terminal; nothing where there is no terminal."""

    def __init__(self) -> None:
        self._live = Live(Text(""), console=err, refresh_per_second=4, transient=True) if sys.stderr.isatty() else None

    def __enter__(self) -> "StatusLine":
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, text: str) -> None:
        """Replace the line."""
        if self._live is not None:
            self._live.update(Text(text))


class Show:
    """What the terminal says during a run: pages, progress, and at the end what was written.

    Parameters
    ----------
    folder
        Runtime folder of the service.
    line
        Where progress goes.
    open_browser
        Open the pages as soon as they are served.
    stay
        Keep the service when the run is over, because somebody looks at the pages.
    """

    def __init__(self, folder: Path, line: StatusLine, *, open_browser: bool, stay: bool) -> None:
        self._folder, self._line, self._open_browser, self._stay = folder, line, open_browser, stay
        self._watcher = Watcher(folder)
        self._served = self._summed = False
        self._restarts: dict[str, int] = {}
        self._held_up = ""

    @property
    def unaccounted(self) -> int:
        """Events that were read and are neither written nor counted as lost, by the last word of the service."""
        return int((self._watcher.status.get("balance") or {}).get("unaccounted", 0))

    @property
    def unreadable(self) -> str:
        """What of the input was there when it was read and not when it was worked on; empty if nothing."""
        found = [text for text in (self._watcher.status.get("trouble") or {}) if text.startswith(UNREADABLE)]
        return f"some of the input could not be used: {', '.join(found)}" if found else ""

    def turn(self, service: Service) -> bool:
        """Show what is new; True while the service should be kept for its viewers."""
        if self._watcher.poll():
            self._line.show(self._watcher.line())
            self._tell_held_up(str(self._watcher.status.get("held_up") or ""))
        self._tell_restarts(service)
        address = read_endpoints(self._folder).dashboard
        if address and not self._served:
            self._served = True
            err.print(f"pages: {address}")
            if self._open_browser:
                webbrowser.open(address)
        if service.done and not service.failure and not self._summed:
            self._sum_up()
            if self._stay:
                err.print("the run is over; the pages stay open until Ctrl-C")
        return self._stay and not service.failure

    def close(self) -> None:
        """Say what was written, if that was not said yet, and let go of the socket."""
        self._watcher.poll()
        if not self._summed:
            self._sum_up()
        self._watcher.close()

    def _tell_restarts(self, service: Service) -> None:
        """Say who died and is started again."""
        for name, count in service.restarts.items():
            if count > self._restarts.get(name, 0):
                self._restarts[name] = count
                err.print(f"{name} died and is started again ({count} so far)")

    def _tell_held_up(self, why: str) -> None:
        """Say when nothing can be written, and when it can again."""
        if bool(why) != bool(self._held_up):
            err.print(why or "there is room on the disk again; the run goes on", markup=False)
        self._held_up = why

    def _sum_up(self) -> None:
        """Events, losses, and how to look at the file."""
        self._summed = True
        status = self._watcher.status
        if not status:
            return
        balance = status.get("balance") or {}
        counts = ", ".join(f"{name} {count:,}" for name, count in balance.items() if count or name in ("read", "written"))
        out.print(f"events: {counts}")
        for text, count in sorted((status.get("trouble") or {}).items()):
            out.print(f"  {count:,} x {text}", markup=False)
        if path := status.get("file"):
            out.print(f"wrote {path}", markup=False)
            out.print(f"look at it: python -c \"import h5py; h5py.File('{path}').visit(print)\"", markup=False)
