"""Which epochs are complete: each of their events has a row or is lost, and is covered by exactly one group or lost."""

from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass, field

from monitor.aggregator.instruction import Absence
from monitor.aggregator.ranges import Range, Ranges
from monitor.errors import ProtocolError
from monitor.model.rows import Rows
from monitor.model.sums import Sums
from monitor.running import joined
from monitor.wire.aggregator_note import Epoch, Refused
from monitor.wire.group import Group
from monitor.wire.rows import Reduced

MergeSums = Callable[[Sums, Sums], Sums]


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete:
    """An epoch of which nothing is missing any more."""

    epoch: Epoch
    step: int
    experiment: str
    rows: tuple[Rows, ...]
    sums: Sums
    lost: tuple[Absence, ...]


@dataclass
class _Open:
    """An epoch that is closed for new events and waits for what belongs to it."""

    note: Epoch
    sums: Sums = field(default_factory=dict)


class Epochs:
    """Collects rows, groups and losses until epochs are complete; yields these in the order of their events.

    Parameters
    ----------
    merge
        Merges two sets of sums into a new one.
    committed
        Everything before this event is settled.
    """

    def __init__(self, merge: MergeSums, committed: int = 0) -> None:
        self._merge = merge
        self.duplicates = 0
        self.refusals = 0
        self.reset(committed)

    def reset(self, committed: int) -> None:
        """Forget everything from ``committed`` on: the reader hands it out again."""
        self.floor = committed
        self._rows: list[Reduced] = []
        self._seen = Ranges()
        self._covered = Ranges()
        self._lost: list[Absence] = []
        self._open: list[_Open] = []
        self._early: list[Group] = []

    def add_rows(self, reduced: Reduced) -> list[Reduced]:
        """Take rows; return the parts that had not been seen before (the first row of an event counts)."""
        first, stop = max(reduced.rows.first, self.floor), reduced.rows.stop
        parts = [reduced.part(*new) for new in self._seen.add(first, stop)] if first < stop else []
        self.duplicates += reduced.rows.count - sum(part.rows.count for part in parts)
        for part in parts:
            insort(self._rows, part, key=lambda held: held.rows.first)
        return parts

    def lose(self, first: int, stop: int, why: str) -> list[Range]:
        """No row will come for these events; return those that are not already settled by a group or an earlier loss."""
        first = max(first, self.floor)
        new = self._covered.add(first, stop) if first < stop else []
        for part in new:
            self._seen.add(*part)
            self._lost.append(Absence(first=part[0], stop=part[1], why=why))
        return new

    def close(self, note: Epoch) -> list[Refused]:
        """Take note of an epoch; return refusals of groups that had come before it.

        Raises
        ------
        ProtocolError
            If it overlaps another epoch that is not settled.
        """
        if note.stop <= self.floor or any(held.note == note for held in self._open):
            return []
        if note.first < self.floor or any(held.note.first < note.stop and note.first < held.note.stop for held in self._open):
            raise ProtocolError(f"epoch {note.epoch} overlaps another one")
        insort(self._open, _Open(note), key=lambda held: held.note.first)
        early = [group for group in self._early if group.epoch == note.epoch]
        self._early = [group for group in self._early if group.epoch != note.epoch]
        return [refusal for group in early for refusal in self.add_group(group)]

    def add_group(self, group: Group) -> list[Refused]:
        """Count a group entirely, or not at all; in that case return which of its events must be handed out again."""
        if not group.covers:
            return []
        held = next((held for held in self._open if held.note.epoch == group.epoch), None)
        if held is None and all(cover.first >= self.floor for cover in group.covers):
            self._early.append(group)
            return []
        if held is None or not self._acceptable(group, held.note):
            return self._refusal(group)
        for cover in group.covers:
            self._covered.add(cover.first, cover.stop)
        held.sums = self._merge(held.sums, group.sums)
        return []

    def completed(self) -> list[Complete]:
        """Take out the epochs that are complete and follow what is settled without a gap."""
        done: list[Complete] = []
        while self._open and self._open[0].note.first == self.floor:
            note = self._open[0].note
            if not self._covered.covers(note.first, note.stop):
                break
            done.append(self._taken(self._open.pop(0)))
        return done

    @property
    def held_events(self) -> int:
        """Events whose rows wait for their epoch."""
        return sum(part.rows.count for part in self._rows)

    @property
    def held_losses(self) -> tuple[Absence, ...]:
        """Losses that wait for their epoch."""
        return tuple(self._lost)

    def _acceptable(self, group: Group, note: Epoch) -> bool:
        """Whether the group lies within its epoch, overlaps nothing, and all its rows are here.

        A worker's rows leave before its group on the same socket, so rows that are missing now were lost on the way.
        """
        return all(
            note.first <= cover.first
            and cover.stop <= note.stop
            and not self._covered.touches(cover.first, cover.stop)
            and self._seen.covers(cover.first, cover.stop)
            for cover in group.covers
        )

    def _refusal(self, group: Group) -> list[Refused]:
        """Which events of a group nobody else has covered; none if all are settled."""
        self.refusals += 1
        again = [part for cover in group.covers for part in self._covered.missing(max(cover.first, self.floor), cover.stop)]
        return [Refused(epoch=group.epoch, batches=tuple(again))] if again else []

    def _taken(self, held: _Open) -> Complete:
        """Everything that belongs to a complete epoch, no longer held here."""
        note = held.note
        lost = tuple(self._cut(absence, note) for absence in self._lost if absence.first < note.stop)
        mine = [part for part in self._rows if part.rows.first < note.stop]
        self._rows = [part.part(note.stop, part.rows.stop) for part in mine[-1:] if part.rows.stop > note.stop] + self._rows[
            len(mine) :
        ]
        self._lost = [self._cut(absence, note, behind=True) for absence in self._lost if absence.stop > note.stop]
        self.floor = note.stop
        self._covered.forget(self.floor)
        self._seen.forget(self.floor)
        return Complete(
            epoch=note,
            step=mine[-1].step if mine else -1,
            experiment=mine[-1].experiment if mine else "",
            rows=tuple(kept for part in mine for kept in _without(part.part(note.first, note.stop).rows, lost)),
            sums=joined(held.sums),
            lost=lost,
        )

    @staticmethod
    def _cut(absence: Absence, note: Epoch, *, behind: bool = False) -> Absence:
        """The part of a loss that lies in an epoch, or the part behind it."""
        if behind:
            return Absence(first=max(absence.first, note.stop), stop=absence.stop, why=absence.why)
        return Absence(first=absence.first, stop=min(absence.stop, note.stop), why=absence.why)


def _without(rows: Rows, lost: tuple[Absence, ...]) -> list[Rows]:
    """Parts of a row table whose events are not lost: a loss that was decided after the rows came stands."""
    if not lost:
        return [rows]
    gone = Ranges()
    for absence in lost:
        gone.add(absence.first, absence.stop)
    return [rows.part(first, stop) for first, stop in gone.missing(rows.first, rows.stop)]
