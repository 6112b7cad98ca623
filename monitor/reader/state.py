"""Follows what holds for many events: configuration payloads, run and step, EPICS variables and their values. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.event import EPICS_CHANGE
from monitor.model.run_state import ConfigKey, PvName, RunState
from monitor.xtc.header import ANY, EPICS
from monitor.xtc.updates import Updates, aliases, names, updates
from monitor.xtc.walk import INDEX

EPICS_CONFIG = 1 << 16 | 54
UNCOMPRESSED = 0x7FFFFFFF


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """Payloads of one transition datagram.

    Attributes
    ----------
    buffer
        Bytes the offsets count in, uint8.
    index
        Structured array of dtype ``INDEX``.
    """

    buffer: NDArray[np.uint8]
    index: NDArray[Any]


EMPTY = Contents(np.empty(0, np.uint8), np.empty(0, INDEX))


class RunTracker:
    """The run state in force, made anew at each Configure, BeginRun and BeginCalibCycle.

    Parameters
    ----------
    experiment
        Name of the experiment.
    run
        Run number, or ``None`` to take it from BeginRun.
    version
        Version of the first state.
    values_known
        Whether the EPICS values of transitions are the newest ones; else those of events alone count.
    """

    def __init__(self, experiment: str, run: int | None, version: int = 0, *, values_known: bool = True) -> None:
        self._values_known = values_known
        self._fixed_run = run
        self.state = RunState(version=version, experiment=experiment, run=run or 0, step=-1, format="xtc", configs={}, pvs=())
        self.values: NDArray[np.float64] = np.empty(0)
        self.damaged: Counter[tuple[int, int, int]] = Counter()
        """Configuration payloads not taken, by level, physical word and type word."""
        self._keys = np.empty(0, np.int64)
        self._columns = np.empty(0, np.int64)

    def configure(self, contents: Iterable[Contents]) -> None:
        """Start anew with the payloads of Configure, least important stream first."""
        contents = list(contents)
        configs: dict[ConfigKey, bytes] = {}
        for part in contents:
            configs.update(self._configs(part))
        self._next(step=-1, configs=configs)
        self._name_variables(contents)

    def add(self, contents: Iterable[Contents]) -> None:
        """Take the configuration of a stream that came late, without touching what is known already."""
        contents = list(contents)
        configs: dict[ConfigKey, bytes] = {}
        for part in contents:
            configs.update(self._configs(part))
        self._next(configs={**configs, **self.state.configs})
        self._name_variables(contents, keep=True)

    def begin_run(self, env: int) -> None:
        """A run begins; ``env`` is its number unless that is known already."""
        self._next(step=-1, run=env if self._fixed_run is None else self._fixed_run)

    def begin_step(self, contents: Iterable[Contents]) -> None:
        """The next calib cycle begins; its payloads replace those with the same key."""
        configs = dict(self.state.configs)
        for part in contents:
            configs.update(self._configs(part))
            self._take_values(part)
        self._next(step=self.state.step + 1, configs=configs)

    def changes(self, found: Updates, event: NDArray[Any] | int) -> NDArray[Any]:
        """EPICS updates of variables that have a name here, as ``EPICS_CHANGE``.

        Parameters
        ----------
        found
            The updates, in the order of the run.
        event
            Event from which each holds, integers, shape (n,), or one for all.
        """
        if len(self._keys) == 0 or len(found.key) == 0:
            return np.empty(0, EPICS_CHANGE)
        place = np.minimum(np.searchsorted(self._keys, found.key), len(self._keys) - 1)
        known = self._keys[place] == found.key
        result = np.empty(len(known), EPICS_CHANGE)
        result["event"], result["pv"], result["value"] = event, self._columns[place], found.value
        kept: NDArray[Any] = result[known]
        return kept

    def apply(self, changes: NDArray[Any]) -> None:
        """Let EPICS changes hold from here on."""
        self.values[changes["pv"]] = changes["value"]

    def _next(self, **changes: Any) -> None:
        self.state = replace(self.state, version=self.state.version + 1, **changes)

    def _configs(self, part: Contents) -> dict[ConfigKey, bytes]:
        """Undamaged payloads of a transition, EPICS left out."""
        found = {}
        for entry in part.index:
            contains = int(entry["contains"]) & UNCOMPRESSED
            level, physical = int(entry["level"]), int(entry["physical"])
            if entry["damage"]:
                self.damaged[level, physical, contains] += 1
            elif contains & 0xFFFF not in (ANY, EPICS) and entry["size"]:
                at = int(entry["offset"])
                found[ConfigKey(level, physical, contains)] = part.buffer[at : at + int(entry["size"])].tobytes()
        return found

    def _name_variables(self, contents: list[Contents], *, keep: bool = False) -> None:
        """Make the list of variables from those that Configure names, and take their values; ``keep`` what is known."""
        alias: dict[int, str] = {}
        found = dict.fromkeys(self._keys[np.argsort(self._columns)].tolist(), "") if keep else {}
        for part in reversed(contents):
            for entry in part.index[part.index["contains"] == EPICS_CONFIG]:
                at = int(entry["offset"])
                alias |= aliases(int(entry["physical"]), part.buffer[at : at + int(entry["size"])])
            for key, name in names(part.buffer, part.index).items():
                found.setdefault(key, name)
        old = self.state.pvs if keep else ()
        new = [PvName(name, alias.get(key) or name, key) for key, name in list(found.items())[len(old) :]]
        self.state = replace(self.state, pvs=(*old, *new))
        self.values = np.concatenate([self.values[: len(old)], np.full(len(new), np.nan)])
        keys = np.array(list(found), np.int64)
        self._columns = np.argsort(keys, kind="stable")
        self._keys = keys[self._columns]
        for part in contents:
            self._take_values(part)

    def _take_values(self, part: Contents) -> None:
        """Let the EPICS values of a transition hold."""
        if self._values_known:
            self.apply(self.changes(updates(part.buffer, part.index), 0))
