"""What is lost, and what holds the service up, is on the page."""

from dashboards.condition import condition
from dashboards.intake import Intake
from dashboards.numbers import process_rows, tables, tiles
from dashboards.pages.system import log_rows
from monitor.wire.message import Message

STATUS = {
    "time": 5.0,
    "n": 1,
    "session": 1,
    "lost": 15,
    "rate": 120.0,
    "latency": {},
    "losses": {"no credit": 12, "source": 3},
    "reader": {"state": "running"},
    "processes": {"aggregator": {"pid": 5, "restarts": 2, "memory": 100}, "worker-0": {"pid": 6, "restarts": 0, "memory": 100}},
}


def shown(**more: object) -> Intake:
    intake = Intake(100)
    intake.take(Message("status", {**STATUS, **more}, topic="status"), 10.0)
    return intake


def test_losses_are_on_the_page_by_reason() -> None:
    snapshot = shown().snapshot()
    trouble = tables(snapshot)["trouble"]
    assert ["lost, no credit", "12"] in trouble
    assert ["lost, source", "3"] in trouble
    assert tiles(snapshot, "lost")["lost"] == "15"


def test_restarts_of_every_process_are_on_the_page() -> None:
    snapshot = shown().snapshot()
    assert ["aggregator started anew", "2"] in tables(snapshot)["trouble"]
    assert tiles(snapshot, "restarts")["restarts"] == "2"


def test_a_process_that_does_not_run_has_no_number() -> None:
    known = {"reader": {"pid": 7, "restarts": 0, "memory": 2_000_000}, "worker-0": {"pid": -1, "restarts": 1, "memory": -1}}
    assert process_rows(shown(processes=known).snapshot()) == [["reader", "7", "0", "2 MB"], ["worker-0", "–", "1", "–"]]


def test_a_service_without_room_on_the_disk_says_so_on_every_page() -> None:
    found = condition(shown(held_up="waiting for room on the disk").snapshot(), 10.1)
    assert (found.level, found.word, found.why) == ("warn", "no room", "waiting for room on the disk")


def test_a_log_line_names_the_process() -> None:
    intake = shown()
    line = {"n": 1, "session": 1, "time": 5.0, "level": "WARNING", "process": "reader", "event": "row_late", "fields": {"by": 3}}
    intake.take(Message("log", line, topic="log"), 10.0)
    assert log_rows(intake.snapshot(), "INFO")[0] == ["00:00:05", "WARNING", "reader: row_late", "by 3"]
