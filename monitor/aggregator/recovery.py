"""Where to go on after a restart: the bookmark says which run, its file says how far."""

from monitor.aggregator.bookmark import Bookmark
from monitor.aggregator.ledger import Account
from monitor.aggregator.runs import Recovered
from monitor.aggregator.stores import Stores
from monitor.store.face import RunStore

UNKNOWN = "unknown"


def recovered_from(mark: Bookmark, stores: Stores) -> tuple[Recovered, RunStore | None]:
    """What is durable, and the file to go on with, if one is open.

    Parameters
    ----------
    mark
        The bookmark of the earlier process.
    stores
        Opens the file of the run it names, back at its last commit.
    """
    if mark.run < 0:
        return Recovered(), None
    if mark.finished:
        known = Recovered(experiment=mark.experiment, run=mark.run, first=mark.first, committed=mark.stop, finished=True)
        return known, None
    store = stores.open(mark.experiment, mark.run, mark.first, resume=True)
    known = Recovered(
        experiment=mark.experiment,
        run=mark.run,
        first=mark.first,
        committed=store.committed,
        finished=store.finished,
        account=_account(mark, store),
        sums=store.sums,
    )
    if store.finished:
        store.close()
        return known, None
    return known, store


def _account(mark: Bookmark, store: RunStore) -> Account:
    """What became of the durable events of the run; those without row and without a note are lost for a reason nobody knows."""
    account = Account(read=store.committed - mark.first, written=store.rows)
    for gap in store.gaps:
        account.lose(gap.stop - gap.first, gap.why)
    if account.unaccounted > 0:
        account.lose(account.unaccounted, UNKNOWN)
    return account
