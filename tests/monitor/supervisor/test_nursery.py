"""Children that are forks: like any other child for the supervisor, for the system, and when something dies."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from monitor.supervisor.nursery import Adopted, Nursery
from monitor.supervisor.service import Process

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no nursery"),
]

PATIENCE_S = 30.0
LASTS_S = 60

HATCHERY = f"""
import os, sys, time
from monitor.supervisor.hatchery import hatch

argv = hatch(int(sys.argv[1]), int(sys.argv[2]))
print(*argv, os.environ["OPENBLAS_NUM_THREADS"], flush=True)
if argv[-1] == "stay":
    time.sleep({LASTS_S})
sys.exit(int(argv[-1]))
"""

SUPERVISOR = """
import sys, time
from pathlib import Path
from monitor.supervisor.nursery import Nursery

nursery = Nursery(sys.argv[1:4])
print(nursery.start(["python", "-m", "xtcmon", "worker", "stay"], Path(sys.argv[4])).pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    with Nursery((sys.executable, "-c", HATCHERY)) as found:
        yield found


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def code_of(child: Process) -> int | None:
    """Its exit code, once it has ended."""
    until(lambda: child.exit_code() is not None)
    return child.exit_code()


def test_a_child_runs_its_command_line_and_its_exit_code_is_known(nursery: Nursery, tmp_path: Path) -> None:
    child = nursery.start(["python", "-m", "xtcmon", "reader", "3"], tmp_path / "log")
    assert isinstance(child, Adopted)
    assert code_of(child) == 3
    assert child.exit_code() == 3
    assert (tmp_path / "log").read_text() == "python -m xtcmon reader 3 1\n"


def test_what_children_print_is_added_to_the_file(nursery: Nursery, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("before\n")
    code_of(nursery.start(["a", "0"], log))
    code_of(nursery.start(["b", "0"], log))
    assert log.read_text() == "before\na 0 1\nb 0 1\n"


def test_a_child_is_ours_and_is_listed_under_its_own_command_line(nursery: Nursery, tmp_path: Path) -> None:
    argv = ["python", "-m", "xtcmon", "worker", "--service", "/a folder", "stay"]
    child = nursery.start(argv, tmp_path / "log")
    try:
        seen = psutil.Process(child.pid)
        assert seen.ppid() == os.getpid()
        assert [word for word in seen.cmdline() if word] == argv
        assert seen.name() == "xtcmon worker"
        assert os.getsid(child.pid) == child.pid
    finally:
        child.kill()


def test_a_child_can_be_asked_to_end_and_be_killed(nursery: Nursery, tmp_path: Path) -> None:
    first, second = (nursery.start(["worker", "stay"], tmp_path / "log") for _ in range(2))
    assert first.exit_code() is None
    first.terminate()
    second.kill()
    assert second.exit_code() == -signal.SIGKILL
    assert code_of(first) == -signal.SIGTERM
    # Whoever has ended is not looked for again: its number may be somebody else's.
    first.kill()
    second.terminate()


def test_children_outlive_the_nursery_and_those_after_it_are_started_without(nursery: Nursery, tmp_path: Path) -> None:
    child = nursery.start(["worker", "stay"], tmp_path / "log")
    assert nursery.pid is not None
    os.kill(nursery.pid, signal.SIGKILL)
    other = nursery.start([sys.executable, "-c", "import sys; sys.exit(5)"], tmp_path / "other")
    assert nursery.pid is None
    assert code_of(other) == 5
    assert child.exit_code() is None
    child.kill()
    assert child.exit_code() == -signal.SIGKILL


def test_a_nursery_that_cannot_begin_costs_no_child(tmp_path: Path) -> None:
    with Nursery((sys.executable, "-c", "raise SystemExit(1)")) as nursery:
        assert code_of(nursery.start([sys.executable, "-c", "import sys; sys.exit(6)"], tmp_path / "log")) == 6


def test_without_a_nursery_children_are_started_as_any_other(tmp_path: Path) -> None:
    with Nursery(()) as nursery:
        assert nursery.pid is None
        assert code_of(nursery.start([sys.executable, "-c", "import sys; sys.exit(7)"], tmp_path / "log")) == 7


def test_a_closed_nursery_is_gone(tmp_path: Path) -> None:
    with Nursery((sys.executable, "-c", HATCHERY)) as nursery:
        pid = nursery.pid
    assert pid is not None
    assert not psutil.pid_exists(pid)


def test_nothing_is_left_of_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", SUPERVISOR, sys.executable, "-c", HATCHERY, str(tmp_path / "log")]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        child = int(supervisor.stdout.readline())
        family = psutil.Process(supervisor.pid).children()
        assert child in [process.pid for process in family]
        assert len(family) == 2
        supervisor.kill()
    _, alive = psutil.wait_procs(family, timeout=PATIENCE_S)
    assert alive == []
