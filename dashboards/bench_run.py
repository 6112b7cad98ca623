"""The pages beside a whole run: what the run does without anybody who looks, and with more and more of them."""

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dashboards.bench_audience import Audience, browse, child, look
from dashboards.bench_pages import Meter, PageRow, row_of
from monitor.calib.directory import calib_near
from monitor.errors import ConfigError, Unusable
from monitor.net.endpoints import read_endpoints
from monitor.supervisor.folder import service_folder
from monitor.supervisor.service import Service
from monitor.tools.launch import supervise
from monitor.tools.look import Watcher
from monitor.tools.process import argv
from monitor.tools.setup import gather

STARTS_S = 300.0
SETTLE_S = 4.0
"""Tables, constants and kernels of the first events are not what is measured."""
WORKERS = 2


def beside_a_run(
    viewers: Sequence[int],
    run: Sequence[Path],
    detector: str,
    *,
    seconds: float,
    rate: float,
    browsers: bool,
    event_rate: float,
) -> list[PageRow]:
    """See ``bench_pages``; the run is played again and again."""
    data, others = [path for path in run if path.suffix != ".toml"], [str(path) for path in run if path.suffix == ".toml"]
    with tempfile.TemporaryDirectory() as scratch, service_folder() as folder:
        listen = f"tcp://127.0.0.1:{_free_port()}"
        shown: dict[str, Any] = {
            "source.listen": listen,
            "store.directory": scratch,
            # The same run comes again and again.
            "store.existing": "replace",
            "stream.address": "tcp://127.0.0.1:0",
            "pool.workers": WORKERS,
            "pages.port": 0,
            "pages.frame_rate": rate,
            "pages.report": False,
        }
        if (near := calib_near(data[0])) is not None:
            shown["calib_directory"] = str(near)
        settings = gather(others, shown)
        wanted = detector or next((each.name for each in settings.detector), "")
        if not wanted:
            raise ConfigError("say whose pictures are looked at: --detector NAME", key="bench pages")
        measurement = _Measurement(folder, wanted, viewers, seconds, browsers)
        with _player(data, listen, event_rate):
            try:
                supervise(folder, settings, dashboard=True, each_turn=measurement.turn)
            finally:
                measurement.close()
    return measurement.rows


class _Measurement:
    """Goes through the numbers of viewers, turn by turn of the service."""

    def __init__(self, folder: Path, detector: str, viewers: Sequence[int], seconds: float, browsers: bool) -> None:
        self.rows: list[PageRow] = []
        self._folder, self._watcher = folder, Watcher(folder)
        self._detector, self._seconds, self._browsers = detector, seconds, browsers
        self._steps = self._all(viewers)
        self._since = time.monotonic()

    def turn(self, service: Service) -> bool:
        """One turn; the service is asked to stop when all is measured."""
        self._watcher.poll()
        self._pids = service.pids
        if next(self._steps, "done") == "done":
            service.request_stop()
            return False
        return True

    def close(self) -> None:
        """Let go of what is open."""
        self._steps.close()
        self._watcher.close()

    def _all(self, viewers: Sequence[int]) -> Any:
        """A generator, so that the service is served while it waits."""
        while not (self._events and read_endpoints(self._folder).dashboard):
            if time.monotonic() - self._since > STARTS_S:
                raise Unusable("no event came through the service; look at the files and their settings")
            yield
        yield from self._wait(SETTLE_S)
        yield from self._nobody()
        for count in viewers:
            yield from self._some(count)

    @property
    def _events(self) -> int:
        return int(self._watcher.status.get("processed", 0))

    @property
    def _lost(self) -> int:
        return int(self._watcher.status.get("lost", 0))

    def _wait(self, seconds: float) -> Iterator[None]:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            yield

    def _nobody(self) -> Iterator[None]:
        """The run alone."""
        before, told = Meter.read(self._pids["dashboard"]), self._watcher.status
        yield from self._wait(self._seconds)
        self._add([], before, Meter.read(self._pids["dashboard"]), told)

    def _some(self, count: int) -> Iterator[None]:
        """The run with so many who look."""
        audience = Audience(
            address=read_endpoints(self._folder).dashboard,
            viewers=count,
            seconds=self._seconds,
            detector=self._detector,
            published=False,
        )
        with child(browse if self._browsers else look, audience) as lookers:
            yield from self._until(lookers.pipe.poll, audience.patience_s)
            lookers.expect(0.0)
            pids = self._pids["dashboard"], lookers.pid
            before, told = Meter.read(*pids), self._watcher.status
            yield from self._until(lookers.pipe.poll, audience.patience_s + self._seconds)
            self._add(lookers.expect(0.0), before, Meter.read(*pids), told)

    def _until(self, done: Any, patience_s: float) -> Iterator[None]:
        end = time.monotonic() + patience_s
        while not done() and time.monotonic() < end:
            yield

    def _add(self, seen: Any, before: Meter, after: Meter, told: Any) -> None:
        """One line; the run's part is from the two statuses, which say their own time."""
        now = self._watcher.status
        span = max(1e-9, float(now["time"]) - float(told["time"]))
        events = int(now["processed"]) - int(told["processed"])
        lost = int(now["lost"]) - int(told["lost"])
        megapixels = max((each.pixels for each in seen), default=0) / 1e6
        more = {"events_per_s": events / span, "lost": float(lost)}
        self.rows.append(row_of(seen, before, after, megapixels=megapixels or float("nan"), **more))


@contextmanager
def _player(files: Sequence[Path], to: str, rate: float) -> Iterator[None]:
    """Plays the files again and again."""
    command = argv("replay", *map(str, files), "--to", to, "--rate", f"{rate:g}", "--loop", "--wait", f"{STARTS_S:g}")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as player:
        try:
            yield
        finally:
            player.terminate()
            try:
                player.wait(10)
            except subprocess.TimeoutExpired:
                player.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
