"""The numbers of the status: what became of the events, what waits where, and what goes wrong."""

from typing import Any

from monitor.aggregator.commit import Commits
from monitor.aggregator.epoch import Epochs
from monitor.aggregator.ledger import QUARANTINED, Account, Ledger
from monitor.aggregator.order import Order
from monitor.aggregator.trouble import Trouble


def figures(ledger: Ledger, epochs: Epochs, commits: Commits, order: Order, trouble: Trouble) -> dict[str, Any]:
    """Numbers by name, as in ``docs/messages.md``; ``balance`` has the settled events alone, the others all that are known."""
    account = ledger.total
    causes = losses(account, epochs)
    quarantined = causes.get(QUARANTINED, 0)
    return {
        "processed": account.written + epochs.held_events,
        "lost": sum(causes.values()) - quarantined,
        "quarantined": quarantined,
        "losses": causes,
        "written": account.written - commits.waiting_rows,
        "late": order.late,
        "balance": account.as_map(),
        "committed": commits.committed,
        "waiting": order.waiting + epochs.held_events,
        "queues": {"order": order.waiting, "epoch": epochs.held_events, "store": commits.waiting_rows},
        "duplicates": epochs.duplicates,
        "refused": epochs.refusals,
        "trouble": dict(trouble.counts),
    }


def losses(account: Account, epochs: Epochs) -> dict[str, int]:
    """Events without a row by reason, those that wait for their epoch included."""
    causes = dict(account.causes)
    for absence in epochs.held_losses:
        causes[absence.why] = causes.get(absence.why, 0) + absence.stop - absence.first
    return causes
