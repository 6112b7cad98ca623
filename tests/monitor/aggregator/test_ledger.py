"""Every event is accounted for."""

from monitor.aggregator.instruction import Absence
from monitor.aggregator.ledger import Account, Ledger


def test_a_run_balances_when_every_event_is_written_lost_or_quarantined() -> None:
    ledger = Ledger()
    lost = (Absence(first=6, stop=9, why="no credit"), Absence(first=9, stop=10, why="quarantined"))
    ledger.settle(98, first=0, stop=10, rows=6, lost=lost)
    assert ledger.of(98).as_map() == {
        "read": 10,
        "written": 6,
        "lost": 3,
        "quarantined": 1,
        "filtered": 0,
        "unaccounted": 0,
    }


def test_an_event_nobody_knows_of_shows() -> None:
    ledger = Ledger()
    ledger.settle(98, first=0, stop=10, rows=9, lost=())
    assert ledger.of(98).unaccounted == 1


def test_runs_are_kept_apart_and_summed() -> None:
    ledger = Ledger()
    ledger.resume(1, Account(read=5, written=5))
    ledger.settle(2, first=5, stop=9, rows=4, lost=())
    assert (ledger.of(1).written, ledger.of(2).written, ledger.total.written) == (5, 4, 9)
    assert ledger.of(3) == Account()
