"""From events to batches in the queue: their numbers, their commit groups, the memory they hold, and what became of them."""

from collections.abc import Callable, Mapping
from typing import Any

from monitor.errors import Unusable
from monitor.model.run_state import RunState
from monitor.reader.block import TransitionBlock
from monitor.reader.dispatch.aggregator_link import END_POSITION, AggregatorLink
from monitor.reader.dispatch.claims import Claims
from monitor.reader.dispatch.cut import Cutter, Stretch, without_first
from monitor.reader.dispatch.draft import Cut, Draft
from monitor.reader.dispatch.instruction import Quarantine
from monitor.reader.dispatch.lending import Lending
from monitor.reader.dispatch.place_in_run import PlaceInRun
from monitor.settings import Settings
from monitor.wire.aggregator_note import End, Epoch, Lost
from monitor.wire.worker_note import Pipeline


class Intake:
    """Numbers events and makes batches of them.

    Parameters
    ----------
    settings, version
        The pipeline version that new batches get.
    lending
        Where batches go.
    link
        Who is told.
    controls
        Names and values of the scanned variables in a run state.

    Attributes
    ----------
    seq
        Number of the next event.
    lost, quarantined
        Events without a row, by reason.
    place
        Run and step in force.
    safe
        Events below this are durable and forgotten.
    """

    def __init__(
        self,
        settings: Settings,
        version: int,
        lending: Lending,
        link: AggregatorLink,
        controls: Callable[[RunState], Mapping[str, Any]],
    ) -> None:
        self.settings = settings
        self.version = version
        self.seq = 0
        self.lost = 0
        self.quarantined = 0
        self.place = PlaceInRun(controls)
        self.safe = 0
        self._lending = lending
        self._link = link
        self._cutter = Cutter(settings.source.max_events, settings.source.max_bytes)
        self._claims = Claims()

    def stretch(self, stretch: Stretch, resume: int, now: float) -> None:
        """Take consecutive events of one run and step; those below ``resume`` are durable already."""
        for note in self.place.events(stretch.state, stretch.events[0], self.seq):
            self._link.tell(self.seq, note)
        if stretch.held is not None:
            self._claims.open(stretch.held)
        known = min(len(stretch.events), max(0, resume - self.seq))
        self.seq += known
        if known < len(stretch.events):
            for cut in self._cutter.add(without_first(stretch, known), now):
                self._queue(cut, now)
        self._settle()

    def miss(self, state: RunState, count: int, why: str, now: float) -> None:
        """Count events that have no bytes."""
        self.close_cut(now)
        self._lending.epochs.take(state.run, self.seq, self.seq + count, now)
        self.lose(self.seq, self.seq + count, why)
        self.seq += count

    def transition(self, block: TransitionBlock, now: float) -> None:
        """What was open is closed before a transition."""
        self.close_epoch(now)
        for note in self.place.transition(block, self.seq):
            self._link.tell(self.seq, note)

    def end(self, now: float) -> None:
        """Close everything; no more events will come."""
        self.close_epoch(now)
        for note in self.place.leave(self.seq):
            self._link.tell(self.seq, note)
        self._link.tell(END_POSITION, End(stop=self.seq))

    @property
    def began(self) -> bool:
        """Whether any event was taken."""
        return self.seq > 0 or self._cutter.count > 0

    def waits_since(self, now: float) -> float:
        """Seconds for which the first event of the open batch has waited; 0 if there is none."""
        return now - self._cutter.opened if self._cutter.count else 0.0

    def announce(self, settings: Settings, author: str, unix: float) -> None:
        """Put a pipeline version in force."""
        self.settings = settings
        data = settings.model_dump(mode="json")
        note = Pipeline(version=self.version, settings=data, author=author, time=unix, first=self.seq)
        self._lending.pipelines[self.version] = note
        self._link.tell(self.seq, note)

    def _queue(self, cut: Cut, now: float) -> None:
        """Make a batch of a cut."""
        first, self.seq = self.seq, self.seq + len(cut.events)
        epoch = self._lending.epochs.take(cut.state.run, first, self.seq, now)
        self._claims.take(cut.held)
        self._lending.add(Draft(cut, first, self.version, epoch.number), epoch)

    def close_cut(self, now: float) -> None:
        """Make a batch of what is open."""
        for cut in self._cutter.close():
            self._queue(cut, now)
        self._settle()

    def close_epoch(self, now: float) -> None:
        """Close the commit group: at a transition, a new pipeline version, after its time, or when memory is half full."""
        self.close_cut(now)
        epoch = self._lending.close_epoch()
        if epoch is not None:
            self._link.tell(epoch.stop, Epoch(epoch=epoch.number, run=epoch.run, first=epoch.first, stop=epoch.stop))

    def _settle(self) -> None:
        """Give back the memory of which the open batch has nothing any more."""
        self._lending.out += self._claims.settle(self._cutter.held)

    def lose(self, first: int, stop: int, why: str) -> None:
        """These events will never have a row."""
        self.lost += stop - first
        self._link.tell(stop, Lost(first=first, stop=stop, why=why))

    def drop(self) -> bool:
        """Drop the oldest batch that was never handed out; False if there is none."""
        draft = self._lending.drop_oldest()
        if draft is None:
            return False
        self.give_up(draft, "no credit")
        return True

    def give_up(self, draft: Draft, why: str) -> None:
        """The events of a batch will never have a row."""
        self.lose(draft.first, draft.stop, why)
        self._lending.out += self._claims.drop(draft.cut.held)

    def set_aside(self, poisoned: list[Draft]) -> None:
        """Quarantine batches that cost worker after worker."""
        for draft in poisoned:
            self.quarantined += draft.stop - draft.first
            self._lending.out.append(Quarantine(draft))
            self._link.tell(draft.stop, Lost(first=draft.first, stop=draft.stop, why="quarantined"))
            self._lending.out += self._claims.drop(draft.cut.held)

    def forget(self, stop: int, now: float) -> None:
        """Everything before ``stop`` is durable."""
        self.safe = max(self.safe, stop)
        for draft in self._lending.forget(stop, now):
            self._lending.out += self._claims.drop(draft.cut.held)
        self._link.forget(stop)

    def check_kept(self, committed: int) -> None:
        """Refuse an aggregator that has less than was durable once: those events are forgotten here.

        Raises
        ------
        Unusable
            With both numbers.
        """
        if committed < self.safe:
            raise Unusable(
                f"the file now ends at event {committed:,} and {self.safe:,} were safe in it: it was removed or replaced "
                "in the middle of the run; start again"
            )
