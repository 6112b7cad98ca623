"""Which run the events belong to: opens, configures and finishes files at the right places among the commits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from monitor.aggregator.commit import Commits
from monitor.aggregator.epoch import Complete
from monitor.aggregator.instruction import Config, Configure, FinishRun, OpenRun
from monitor.aggregator.ledger import Account, Ledger
from monitor.aggregator.since import Since
from monitor.model.sums import Sums
from monitor.wire.aggregator_note import EndRun, Run
from monitor.wire.worker_note import Pipeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What an earlier aggregator of this service had made durable.

    Attributes
    ----------
    experiment, run, first
        The run that was written last, and its first event; a run of -1 means that there was none.
    committed
        Everything before this event is durable.
    finished
        Whether the file of that run is closed for good.
    account
        What became of the events of that run so far.
    sums
        Sums over its durable rows, as far as known.
    since
        Where somebody had the means that pages show begin anew; ``None`` = nobody did.
    """

    experiment: str = ""
    run: int = -1
    first: int = 0
    committed: int = 0
    finished: bool = False
    account: Account = field(default_factory=Account)
    sums: Sums = field(default_factory=dict)
    since: Since | None = None


class Runs:
    """Follows the runs of a service and queues what the store has to do for them.

    Parameters
    ----------
    commits
        The queue.
    ledger
        Told of each settled epoch; each file gets its account.
    recovered
        What was there before.
    """

    def __init__(self, commits: Commits, ledger: Ledger, recovered: Recovered) -> None:
        self._commits = commits
        self._ledger = ledger
        self._recovered = recovered
        self._known: dict[int, Run] = {}
        self._ended: dict[int, EndRun] = {}
        self._pipelines: dict[int, Pipeline] = {}
        self._early: dict[tuple[int, int], Mapping[str, NDArray[Any]]] = {}
        self._finished = {recovered.run} if recovered.finished else set()
        self.open = recovered.run if recovered.run >= 0 and not recovered.finished else None
        if recovered.run >= 0:
            ledger.resume(recovered.run, recovered.account)

    def begin(self, note: Run) -> None:
        """A run began."""
        self._known[note.run] = note

    def end(self, note: EndRun) -> None:
        """A run is over; its file is finished when all its events are settled."""
        if note.run == self.open or (note.run in self._known and not self._was_finished(note)):
            self._ended[note.run] = note

    def configure(self, note: Pipeline) -> None:
        """Another version of the settings holds from some event on."""
        known = note.version in self._pipelines
        self._pipelines[note.version] = note
        if self.open is not None and not known:
            self._commits.put(Configure(note))

    def made_with(self, run: int, version: int, arrays: Mapping[str, NDArray[Any]]) -> None:
        """A worker told what the rows of a run and pipeline version are made with; it goes into the file ahead of them."""
        if run == self.open:
            self._commits.put(Config(version, arrays))
        elif run not in self._finished:
            self._early[run, version] = arrays

    def add(self, complete: Complete) -> None:
        """Queue a complete epoch for the file of its run."""
        epoch = complete.epoch
        if epoch.run != self.open:
            self.settle(epoch.first)
            note = self._known.get(epoch.run)
            experiment, first = (note.experiment, note.first) if note else (complete.experiment, epoch.first)
            self._switch(OpenRun(experiment=experiment, run=epoch.run, first=min(first, epoch.first)))
        rows = sum(table.count for table in complete.rows)
        self._ledger.settle(epoch.run, first=epoch.first, stop=epoch.stop, rows=rows, lost=complete.lost)
        self._commits.add(complete)

    def settle(self, floor: int) -> None:
        """Finish the files of ended runs of which every event is settled."""
        for run, note in sorted(self._ended.items(), key=lambda item: item[1].stop):
            if note.stop <= floor:
                if run != self.open:
                    begin = self._known[run]
                    self._switch(OpenRun(experiment=begin.experiment, run=run, first=begin.first))
                self._finish(run, note.stop, note.complete)

    def close(self, stop: int) -> None:
        """No more events will come: finish the file that is still open, as incomplete."""
        if self.open is not None:
            self._finish(self.open, stop, complete=False)

    @property
    def pending(self) -> bool:
        """Some run is over but not all its events are settled."""
        return bool(self._ended)

    def _was_finished(self, note: EndRun) -> bool:
        """Whether a run was dealt with before, here or by an earlier process: runs are finished in event order."""
        recovered = self._recovered
        settled = note.stop <= recovered.committed and self._known[note.run].first < note.stop
        return note.run in self._finished or settled or (recovered.run >= 0 and note.stop <= recovered.first)

    def _switch(self, order: OpenRun) -> None:
        """Another run's file is the open one; one that was left open never got its end."""
        self.close(order.first)
        self._commits.put(order)
        self.open = order.run
        newest = [note.version for note in self._pipelines.values() if note.first <= order.first]
        for version, note in sorted(self._pipelines.items()):
            if version >= max(newest, default=version):
                self._commits.put(Configure(note))
        for (run, version), arrays in self._early.items():
            if run == order.run:
                self._commits.put(Config(version, arrays))
        self._early = {key: arrays for key, arrays in self._early.items() if key[0] != order.run}

    def _finish(self, run: int, stop: int, complete: bool) -> None:
        self._commits.put(FinishRun(run=run, stop=stop, complete=complete, ledger=self._ledger.of(run).as_map()))
        self._finished.add(run)
        self._ended.pop(run, None)
        self.open = None
