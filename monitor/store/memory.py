"""The memory twin of ``SmallDataFile``: same face, no disk; for tests and for runs that nobody wants to keep."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import Unusable
from monitor.model.field import Field
from monitor.model.rows import Rows
from monitor.model.sums import Sums
from monitor.store.axis import EVENTS, axis_of
from monitor.store.catalog import Catalog
from monitor.store.config import Configs
from monitor.store.gather import gather
from monitor.store.journal import (
    ConfigEntry,
    Entry,
    FinishEntry,
    LostEntry,
    SettingsEntry,
    configs_of,
    finish_of,
    lost_of,
    settings_of,
)
from monitor.store.smalldata import check_order
from monitor.store.summary import total_sums


class MemoryFile:
    """Keeps the rows of one run in memory; has the face of ``RunStore`` and reads like ``RunFile``.

    What was said (settings, gaps) becomes durable with the next commit here too: ``crash`` forgets the rest.
    """

    def __init__(self, experiment: str, run: int, *, first: int = 0) -> None:
        self.experiment = experiment
        self.run = run
        self.columns: dict[str, Field] = {}
        self.sums: Sums = {}
        self._catalog = Catalog()
        self._blocks: list[tuple[dict[str, int], dict[str, NDArray[Any]]]] = []
        self._events: dict[str, list[NDArray[np.int64]]] = {}
        self._configs = Configs({})
        self._entries: list[Entry] = []
        self._said: list[Entry] = []
        self._committed = first

    def __len__(self) -> int:
        return self.rows

    def __getitem__(self, path: str) -> NDArray[Any]:
        """All values of a column, shape (rows, ...); the missing value where an event has none.

        Rows of a field of a group of its own rate are those of the group; of a ragged field the elements of all events.
        """
        field = self.columns[path]
        axis = axis_of(path, field)
        empty = np.empty((0, *field.shape), field.dtype)
        blocks = [
            block[path] if path in block else np.full((counts.get(axis, 0), *field.shape), field.missing, field.dtype)
            for counts, block in self._blocks
        ]
        return np.concatenate([empty, *blocks])

    def events_of(self, group: str) -> NDArray[np.int64]:
        """Rows of events that have a row in a group of its own rate, ascending."""
        return np.concatenate([np.zeros(0, np.int64), *self._events.get(group, ())])

    @property
    def committed(self) -> int:
        """Sequence number behind the last event that is durable."""
        return self._committed

    @property
    def rows(self) -> int:
        """Durable rows."""
        return sum(counts[EVENTS] for counts, _ in self._blocks)

    @property
    def finished(self) -> bool:
        """Whether the run is over."""
        return self.end is not None

    @property
    def end(self) -> FinishEntry | None:
        """How the run ended; None while it goes on."""
        return finish_of(self._entries)

    @property
    def pipelines(self) -> Mapping[int, SettingsEntry]:
        """Settings by pipeline version."""
        return settings_of(self._entries)

    @property
    def gaps(self) -> list[LostEntry]:
        """Stretches of events that have no rows, and why."""
        return lost_of(self._entries)

    def settings(self, version: int, text: str, *, first: int, author: str = "", time: float = 0.0) -> None:
        """Keep the whole settings of a pipeline version; durable with the next commit."""
        self._say(SettingsEntry(version=version, first=first, text=text, author=author, time=time))

    @property
    def configs(self) -> Mapping[str, NDArray[Any]]:
        """What the rows were made with, by path below ``UserDataCfg``."""
        used = {path for told in configs_of(self._entries).values() for path, _ in told.values()}
        return {path: array for path, array in self._configs.arrays.items() if path in used}

    def config(self, version: int, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep what the rows of a pipeline version were made with, by name; durable with the next commit."""
        entry = self._configs.add(version, arrays)
        if entry is not None:
            self._say(entry)

    def lost(self, first: int, stop: int, why: str) -> None:
        """Note that events ``first`` to ``stop`` will have no rows; durable with the next commit."""
        self._say(LostEntry(first=first, stop=stop, why=why))

    def commit(self, rows: Sequence[Rows], sums: Sums, *, stop: int) -> None:
        """Keep rows and the sums over exactly these rows; see ``RunStore.commit``."""
        self._writable()
        check_order(rows, self._committed, stop)
        found = gather(rows, self._catalog)
        self.columns = {**found.columns, **self.columns}
        before = self.rows
        if found.counts[EVENTS]:
            self._blocks.append((found.counts, {path: np.array(found.values(path)) for path in found.columns}))
        for group, events in found.events.items():
            self._events.setdefault(group, []).append(before + events)
        self.sums = total_sums([self.sums, {name: state for name, state in sums.items() if state.count}])
        self._entries += self._said
        self._said = []
        self._committed = stop

    def finish(self, *, complete: bool = True, ledger: Mapping[str, int] | None = None) -> None:
        """End the run."""
        if not self.finished:
            self._say(FinishEntry(complete=complete, ledger=dict(ledger or {})))
            self.commit([], {}, stop=self._committed)

    def close(self) -> None:
        """Nothing is open."""

    def crash(self) -> None:
        """Forget what was said since the last commit, as the death of a writer would."""
        self._said = []
        entries = [entry for entry in self._entries if isinstance(entry, ConfigEntry)]
        self._configs = Configs(self.configs, entries)

    def _say(self, entry: Entry) -> None:
        self._writable()
        self._said.append(entry)

    def _writable(self) -> None:
        if self.finished:
            raise Unusable(f"run {self.run} of {self.experiment} is finished; nothing more can be written to it")
