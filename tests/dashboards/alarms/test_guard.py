"""The alarms at work: one dashboard watches, commands run without a shell, nothing else does."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboards.alarms.guard import Guard
from dashboards.alarms.history import AlarmEvent
from dashboards.alarms.runner import Runner
from dashboards.snapshot import Snapshot
from monitor.settings import Alarm
from tests.support.rows import table

pytestmark = pytest.mark.processes

RAISED = AlarmEvent(name="dim", what="raised", time=0.0, value=0.5)


def rows(*values: float) -> Snapshot:
    return Snapshot(rows=table(0, *values, name="a"))


def soon(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def test_the_first_dashboard_watches_and_the_second_when_that_is_gone(tmp_path: Path) -> None:
    alarm = Alarm(name="dim", value="a", below=1.0)
    first, second = Guard([alarm], tmp_path), Guard([alarm], tmp_path)

    assert first.step(rows(2.0)).watched == 1
    assert second.step(rows(2.0)).watched == 0
    first.close()
    assert second.step(rows(2.0)).watched == 1
    second.close()


def test_a_dashboard_that_does_not_watch_shows_what_the_service_says(tmp_path: Path) -> None:
    said = {"name": "dim", "severity": "alarm", "text": "a below 1", "value": 0.5, "since": 3.0, "over": False}

    told = Guard([], tmp_path).step(Snapshot(status={"alarms": [said, 3, {"name": "x"}]}))

    assert [(each.name, each.value, each.over) for each in told.raised] == [("dim", 0.5, False)]


def test_a_command_is_told_which_alarm_it_is(tmp_path: Path) -> None:
    file = tmp_path / "told"
    script = 'import os, sys; open(sys.argv[1], "w").write(os.environ["XTCMON_ALARM"] + os.environ["XTCMON_ALARM_STATE"])'
    alarm = Alarm(name="dim", value="a", below=1.0, command=("python3", "-c", script, str(file)))
    guard = Guard([alarm], tmp_path)
    guard.step(rows(2.0))

    guard.step(rows(2.0, 0.5))

    assert soon(lambda: file.exists() and file.read_text() == "dimraised")
    assert soon(lambda: not (guard.step(rows(2.0, 0.5)) and guard._runner.running))
    guard.close()


def test_nothing_of_a_command_is_read_by_a_shell(tmp_path: Path) -> None:
    runner = Runner()

    why = runner.start((f"touch {tmp_path}/made",), RAISED, 0.0)

    assert why.startswith("not run: ")
    assert not (tmp_path / "made").exists()


def test_a_command_that_fails_is_told() -> None:
    runner = Runner()
    assert runner.start(("false",), RAISED, 0.0) == ""
    found: list[tuple[str, str]] = []

    assert soon(lambda: bool(found) or bool(found.extend(runner.finished(1.0)) or found))

    assert found == [("dim", "ended with code 1")]


def test_a_command_that_hangs_is_ended_and_no_more_than_a_few_run_at_once() -> None:
    runner = Runner()
    assert [runner.start(("sleep", "100"), RAISED, 0.0) for _ in range(4)] == [""] * 4

    assert runner.start(("sleep", "100"), RAISED, 0.0) == "not run: 4 commands are running already"

    assert runner.finished(61.0) == [("dim", "ended after 60 s")] * 4
    assert runner.running == []


def test_a_limit_that_is_changed_holds_for_the_next_values_and_is_told(tmp_path: Path) -> None:
    guard = Guard([Alarm(name="dim", value="a", below=1.0), Alarm(name="high", value="a", above=9.0)], tmp_path)
    guard.step(rows(2.0))
    assert guard.step(rows(2.0, 0.5)).raised

    guard.book.change("dim", {"below": 0.2}, "Ada")
    told = guard.step(rows(2.0, 0.5, 0.4))

    assert told.raised == ()
    assert [(each.what, each.text) for each in told.history][-1] == ("changed", "dim: below 1 → 0.2, by Ada")
    assert [each.name for each in guard.step(rows(2.0, 0.5, 0.4, 0.1)).raised] == ["dim"]
    guard.close()


def test_an_alarm_that_is_switched_off_is_not_raised(tmp_path: Path) -> None:
    guard = Guard([Alarm(name="dim", value="a", below=1.0)], tmp_path)
    guard.book.change("dim", {"on": False}, "Ada")
    guard.step(rows(2.0))

    told = guard.step(rows(2.0, 0.5))

    assert (told.raised, told.watched, [limit.on for limit in told.limits]) == ((), 0, [False])
    guard.close()
