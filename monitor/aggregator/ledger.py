"""Every event accounted for: read = written + lost + quarantined + filtered, for the run and for the whole service."""

from dataclasses import dataclass, field

from monitor.aggregator.instruction import Absence

QUARANTINED = "quarantined"


@dataclass(slots=True)
class Account:
    """What became of the events of one run; ``read`` are those that are settled."""

    read: int = 0
    written: int = 0
    lost: int = 0
    quarantined: int = 0
    filtered: int = 0
    causes: dict[str, int] = field(default_factory=dict)
    """Lost and quarantined events by reason."""

    def lose(self, count: int, why: str) -> None:
        """So many events will have no row."""
        self.causes[why] = self.causes.get(why, 0) + count
        if why == QUARANTINED:
            self.quarantined += count
        else:
            self.lost += count

    @property
    def unaccounted(self) -> int:
        """Events of which nobody knows; 0 or there is a fault."""
        return self.read - self.written - self.lost - self.quarantined - self.filtered

    def as_map(self) -> dict[str, int]:
        """All numbers by name."""
        names = ("read", "written", "lost", "quarantined", "filtered", "unaccounted")
        return {name: getattr(self, name) for name in names}


class Ledger:
    """Accounts by run, and over all runs."""

    def __init__(self) -> None:
        self.runs: dict[int, Account] = {}

    def settle(self, run: int, *, first: int, stop: int, rows: int, lost: tuple[Absence, ...]) -> None:
        """Enter a stretch of events of which it is decided what becomes of each."""
        account = self.runs.setdefault(run, Account())
        account.read += stop - first
        account.written += rows
        for absence in lost:
            account.lose(absence.stop - absence.first, absence.why)

    def resume(self, run: int, account: Account) -> None:
        """Go on from what a file that was found says."""
        self.runs[run] = account

    def of(self, run: int) -> Account:
        """The account of one run."""
        return self.runs.get(run, Account())

    @property
    def total(self) -> Account:
        """All runs together."""
        total = Account()
        for account in self.runs.values():
            total.read += account.read
            total.written += account.written
            total.filtered += account.filtered
            for why, count in account.causes.items():
                total.lose(count, why)
        return total
