"""One run undisturbed, the same run with its processes killed, and what differs."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import XtcmonError
from monitor.store.compare import differences
from monitor.store.run_file import open_run
from monitor.tools.chaos.tormentor import MARK, Torment, Tormentor
from monitor.tools.chaos.witness import Witness

TURN_S = 0.02
QUIET = ("--no-dashboard", "--stream", "tcp://127.0.0.1:0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a trial went.

    Attributes
    ----------
    killed, frozen
        Processes hit, by role.
    rows, seconds
        Rows of the disturbed run, and how long it took.
    looks
        How often its file was opened meanwhile.
    complaints
        Everything that was not as in the undisturbed run; empty = nothing lost, nothing twice.
    said
        What the disturbed service printed.
    """

    killed: Mapping[str, int]
    frozen: Mapping[str, int]
    rows: int
    seconds: float
    looks: int
    complaints: tuple[str, ...]
    said: str


def chaos(
    what: Sequence[str | Path], folder: Path, torment: Torment, *, rate: float, workers: int = 2, patience_s: float = 120.0
) -> Verdict:
    """Run a service twice over the same files, the second time under torment, and compare the two small-data files.

    Parameters
    ----------
    what
        Settings file and XTC files of one run, as for ``xtcmon run``; workers should write sums of whole counts.
    folder
        Where ``calm`` and ``chaos`` are made, with the two files.
    torment
        What is done to the second run.
    rate
        Events per second of the second run, so that it lasts; it is lossless all the same.
    workers
        Worker processes.
    patience_s
        Time the second run may take, in all.

    Raises
    ------
    XtcmonError
        If the undisturbed run fails.
    """
    arguments = ["run", *map(str, what), *QUIET, "--workers", str(workers)]
    with own_runtime() as environment:
        calm = subprocess.run(
            command_line([*arguments, "-o", str(folder / "calm")]), env=environment, capture_output=True, text=True, check=False
        )
        if calm.returncode:
            raise XtcmonError(f"the undisturbed run failed: {calm.stderr.strip()}")
        (expected,) = (folder / "calm").glob("*.h5")
        paced = ["--rate", f"{rate:g}", "--mode", "lossless", "-o", str(folder / "chaos")]
        return _disturbed(command_line([*arguments, *paced]), environment, expected, folder / "chaos", torment, patience_s)


def _disturbed(
    argv: list[str], environment: Mapping[str, str], expected: Path, folder: Path, torment: Torment, patience_s: float
) -> Verdict:
    """The run under torment, held against the file of the undisturbed one."""
    begun = time.monotonic()
    path = folder / expected.name
    with open_run(expected) as calm, tempfile.TemporaryFile("w+") as screen:
        service = subprocess.Popen(argv, env=environment, stdout=screen, stderr=subprocess.STDOUT)
        tormentor = Tormentor(service.pid, torment)
        with Witness(path, calm["event_time"]) as witness, _ended(service, tormentor):
            while service.poll() is None and time.monotonic() < begun + patience_s:
                tormentor.step(time.monotonic())
                time.sleep(TURN_S)
            code = service.poll()
        screen.seek(0)
        said = screen.read()
        complaints = list(witness.complaints)
        if code is None:
            complaints.append(f"the run was not over after {patience_s:g} s")
        elif code:
            complaints.append(f"the service ended with exit code {code}")
        rows = 0
        if code == 0:
            witness.look()
            with open_run(path) as run:
                rows = len(run)
                complaints += [*differences(calm, run), *_unbalanced(calm.end, run.end)]
    return Verdict(
        killed=dict(tormentor.killed),
        frozen=dict(tormentor.frozen),
        rows=rows,
        seconds=time.monotonic() - begun,
        looks=witness.looks,
        complaints=tuple(complaints),
        said=said,
    )


def _unbalanced(expected: object, actual: object) -> Iterator[str]:
    """What differs in how two runs ended, apart from the time."""
    a, b = ({name: getattr(end, name, None) for name in ("complete", "ledger")} for end in (expected, actual))
    if a != b:
        yield f"the run ended with {b} where {a} is expected"


@contextmanager
def own_runtime() -> Iterator[Mapping[str, str]]:
    """An environment whose services are nobody else's; short paths, because those of sockets are limited."""
    folder = tempfile.mkdtemp(prefix="x")
    try:
        yield {**os.environ, "XDG_RUNTIME_DIR": folder}
    finally:
        shutil.rmtree(folder)


@contextmanager
def _ended(service: subprocess.Popen[bytes], tormentor: Tormentor) -> Iterator[None]:
    """Wake who still sleeps, and end what still runs."""
    try:
        yield
    finally:
        tormentor.release()
        if service.poll() is None:
            service.kill()
        service.wait()


def command_line(arguments: list[str]) -> list[str]:
    """What starts this program with these arguments."""
    return [sys.executable, "-m", MARK, *arguments]
