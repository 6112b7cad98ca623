"""Plays a run to a live service under changing pressure, watches it, and counts every event at the end."""

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from monitor.errors import XtcmonError
from monitor.net.endpoints import read_endpoints
from monitor.simulate.run import SimulatedRun
from monitor.store.run_file import RunFile, open_run
from monitor.supervisor.folder import live_services
from monitor.tools.chaos.scene import scene
from monitor.tools.chaos.trial import command_line, own_runtime
from monitor.tools.look import Watcher
from monitor.tools.pressure.course import Course, Sample, growth

TURN_S = 0.1
START_S = 180.0
"""Kernels may have to be compiled first."""

DRAIN_S = 120.0

SLOWEST = 0.99
"""Share of its rate that the sender must have kept."""


@dataclass(slots=True, kw_only=True)
class Verdict:
    """How it went.

    Attributes
    ----------
    ledger, losses
        What became of them, and why they were lost.
    played
        What the sender said.
    samples
        How it was on the way.
    complaints
        Everything that was not as it should be; empty = no event unaccounted for, nobody held up, memory flat.
    """

    ledger: Mapping[str, int] = field(default_factory=dict)
    losses: Mapping[str, int] = field(default_factory=dict)
    played: str = ""
    samples: list[Sample] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


def pressure(
    folder: Path, seconds: float, *, rate: float = 120.0, workers: int = 2, tell: Callable[[Sample], None] = lambda sample: None
) -> Verdict:
    """Play a simulated run of so many seconds to a service under pressure.

    Parameters
    ----------
    folder
        For the run and the file; emptied by the caller.
    seconds, rate
        Length of the run, events per second.
    workers
        Worker processes.
    tell
        Told of each sample as it is taken.

    Raises
    ------
    XtcmonError
        If the service does not start.
    """
    what, run = scene(folder / "run", int(seconds * rate))
    output = folder / "out"
    with own_runtime() as environment, ExitStack() as stack:
        runtime = Path(environment["XDG_RUNTIME_DIR"])
        address = f"ipc://{runtime}/in"
        quiet = ["--no-dashboard", "--stream", "tcp://127.0.0.1:0", "--workers", str(workers), "-o", str(output)]
        service, said = stack.enter_context(
            _started(["run", str(what[0]), "--listen", address, *quiet], environment, folder / "run.txt")
        )
        service_folder = _folder_of(service, said, runtime / "xtcmon")
        watcher = Watcher(service_folder)
        stack.callback(watcher.close)
        _begun(service, said, watcher, lambda: bool(watcher.status))
        files = [str(path) for path in run.files]
        sender, played = stack.enter_context(
            _started(
                ["replay", *files, "--to", address, "--rate", f"{rate:g}", "--wait", f"{START_S:g}"],
                environment,
                folder / "replay.txt",
            )
        )
        _begun(service, said, watcher, lambda: bool((watcher.status.get("reader") or {}).get("events")))
        course = Course(service.pid, watcher, output, read_endpoints(service_folder).stream)
        samples = course.follow(seconds, lambda: sender.poll() is None, tell)
        complaints = [*_ended(sender, "the sender", played), *_ended(service, "the service", said)]
        watcher.poll()
        verdict = Verdict(
            samples=samples, losses=watcher.status.get("losses") or {}, played=_words(played), complaints=complaints
        )
    verdict.complaints += held_up(verdict.played, rate)
    verdict.complaints += growth(samples)
    if not complaints:
        with open_run(next(output.glob("*.h5"))) as written:
            verdict.ledger = dict(written.end.ledger) if written.end else {}
            verdict.complaints += unaccounted(written, verdict.ledger, verdict.losses, events_of(run))
    return verdict


def events_of(run: SimulatedRun) -> int:
    """Events of a simulated run, by its own account."""
    return int(json.loads(run.truth_file.read_text())["events"])


def unaccounted(written: RunFile, ledger: Mapping[str, int], losses: Mapping[str, int], events: int) -> Iterator[str]:
    """What does not add up: the ledger, the rows, the gaps in the file, and what the stream said last."""
    fates = sum(ledger.get(fate, 0) for fate in ("written", "lost", "quarantined", "filtered"))
    if ledger.get("read") != events or fates != events:
        yield f"{events} events were played, and the ledger says {dict(ledger)}"
    gaps = sum(gap.stop - gap.first for gap in written.lost)
    if len(written) + gaps != events:
        yield f"{events} events were played, and the file has {len(written)} rows and gaps of {gaps}"
    if sum(losses.values()) != gaps:
        yield f"the stream says {dict(losses)}, and the file has gaps of {gaps}"


def held_up(played: str, rate: float) -> Iterator[str]:
    """Whether the sender could not keep its rate."""
    found = re.search(r"played [\d,]+ events at ([\d.]+) /s", played)
    if found is None:
        yield f"the sender did not say how it went: {played}"
    elif float(found[1]) < SLOWEST * rate:
        yield f"the source was held up: {found[1]} events a second instead of {rate:g}"


def _ended(process: "subprocess.Popen[bytes]", who: str, said: IO[str]) -> Iterator[str]:
    """Wait for the end of a process; a complaint if it does not come or is not a good one."""
    try:
        code = process.wait(DRAIN_S)
    except subprocess.TimeoutExpired:
        yield f"{who} was not done after {DRAIN_S:g} s more"
        return
    # The sender's 1 says that the service took less than was sent: those events are counted like the others.
    if code not in ((0, 1) if who == "the sender" else (0,)):
        yield f"{who} ended with exit code {code}: {_words(said)}"


def _begun(service: "subprocess.Popen[bytes]", said: IO[str], watcher: Watcher, there: Callable[[], bool]) -> None:
    """Wait until something is there that only a running service has."""
    end = time.monotonic() + START_S
    while not there():
        watcher.poll()
        if service.poll() is not None or time.monotonic() > end:
            raise XtcmonError(f"the service did not start: {_words(said)}")
        time.sleep(TURN_S)


def _folder_of(service: "subprocess.Popen[bytes]", said: IO[str], root: Path) -> Path:
    """Runtime folder of a service that was just started."""
    end = time.monotonic() + START_S
    while not (found := live_services(root)):
        if service.poll() is not None or time.monotonic() > end:
            raise XtcmonError(f"the service did not start: {_words(said)}")
        time.sleep(TURN_S)
    return found[0]


@contextmanager
def _started(
    arguments: list[str], environment: Mapping[str, str], words: Path
) -> Iterator[tuple["subprocess.Popen[bytes]", IO[str]]]:
    """A command that runs while the block does; it is killed if it is not over then."""
    with words.open("w+") as said:
        process = subprocess.Popen(command_line(arguments), env=environment, stdout=said, stderr=subprocess.STDOUT)
        try:
            yield process, said
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


def _words(said: IO[str]) -> str:
    """What a command printed, in one line."""
    said.seek(0)
    return "; ".join(said.read().strip().splitlines())
