"""Losses by reason, log lines, and what the status says of them."""

import logging

import pytest

from monitor.aggregator.instruction import Absence, Publish
from monitor.aggregator.ledger import Account, Ledger
from monitor.aggregator.log_lines import MOST_PER_SECOND
from monitor.aggregator.loss_report import PAUSE_S, LossReport
from monitor.aggregator.machine import Aggregator
from monitor.settings import Pages
from monitor.wire.aggregator_note import Lost
from monitor.wire.client_note import LogLine
from monitor.wire.note import to_message

LINE = LogLine(time=5.0, level="WARNING", process="worker-0", event="row_late", fields={"by": 3})


def test_losses_are_counted_by_reason_whether_settled_or_not() -> None:
    machine = Aggregator(Pages())
    machine.ledger.settle(98, first=0, stop=10, rows=7, lost=(Absence(first=7, stop=10, why="source"),))
    machine.epochs.reset(10)
    machine.from_reader(to_message(Lost(first=10, stop=14, why="no credit")), 0.0)
    machine.from_reader(to_message(Lost(first=14, stop=15, why="quarantined")), 0.0)
    status = next(out.message.header for out in machine.tick(0.0) if isinstance(out, Publish) and out.message.topic == "status")
    assert status["losses"] == {"source": 3, "no credit": 4, "quarantined": 1}
    assert (status["lost"], status["quarantined"]) == (7, 1)
    assert status["balance"]["lost"] == 3


def test_accounts_of_several_runs_add_up_by_reason() -> None:
    ledger, one = Ledger(), Account(read=5, written=2)
    one.lose(2, "source")
    one.lose(1, "quarantined")
    ledger.resume(1, one)
    ledger.settle(2, first=5, stop=9, rows=0, lost=(Absence(first=5, stop=9, why="source"),))
    assert ledger.total.causes == {"source": 6, "quarantined": 1}
    assert (ledger.total.lost, ledger.total.quarantined, ledger.total.unaccounted) == (6, 1, 0)


def test_a_log_line_of_any_process_is_published() -> None:
    machine = Aggregator(Pages())
    (out,) = [out for out in machine.from_peer(b"log", to_message(LINE), 1.0) if isinstance(out, Publish)]
    assert out.message.topic == "log"
    assert {name: out.message.header[name] for name in ("level", "process", "event", "fields", "n")} == {
        "level": "WARNING",
        "process": "worker-0",
        "event": "row_late",
        "fields": {"by": 3},
        "n": 1,
    }


def test_a_flood_of_log_lines_is_counted_and_over_in_the_next_second() -> None:
    machine = Aggregator(Pages())
    shown = [out for _ in range(MOST_PER_SECOND + 7) for out in machine.from_peer(b"log", to_message(LINE), 1.5)]
    assert len(shown) == MOST_PER_SECOND
    assert machine.trouble.counts == {"log lines not shown, for there were too many": 7}
    assert len(machine.from_peer(b"log", to_message(LINE), 2.0)) == 1


def test_new_losses_are_logged_with_their_count_and_not_too_often(caplog: pytest.LogCaptureFixture) -> None:
    report = LossReport()
    with caplog.at_level(logging.WARNING):
        report.tell({}, 0.0)
        report.tell({"source": 3}, 1.0)
        report.tell({"source": 9}, 2.0)
        report.tell({"source": 9, "no credit": 1}, 1.0 + PAUSE_S)
    assert [vars(record)["causes"] for record in caplog.records] == [{"source": 3}, {"source": 6, "no credit": 1}]
    assert [vars(record)["count"] for record in caplog.records] == [3, 7]
