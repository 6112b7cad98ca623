"""Follows what holds for many events of XTC2: blocks of names, configuration, run and step, slow variables. Pure.

``RunState.configs`` has two kinds of entries, told apart by ``ConfigKey.contains``: ``Kind.NAMES`` with the bytes of a block of
names, and ``Kind.SHAPES_DATA`` with the Shapes and Data of a transition that go with it, the newest of each block, in the order
in which they came. In both ``level`` is the stream, because two streams may use the same names id, and ``physical`` that id.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.event import EPICS_CHANGE
from monitor.model.run_state import ConfigKey, PvName, RunState
from monitor.xtc2.chunk import NO_NAMES
from monitor.xtc2.decode import Contribution, decode
from monitor.xtc2.header import XTC_SIZE, Kind
from monitor.xtc2.names import FieldType, Names, NamesTable, table_of
from monitor.xtc2.run_names import XTC2

EPICS, EPICS_INFO, RUN_INFO = "epics", "epicsinfo", "runinfo"
REAL_NAME = "epicsname"
STALE = "StaleFlags"
"""First field of newer slow updates: which of the others did not change; no variable."""


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """One transition datagram of one stream.

    Attributes
    ----------
    stream
        Which one.
    buffer
        Bytes the offsets count in, uint8.
    index
        Its payloads, of dtype ``INDEX``.
    """

    stream: int
    buffer: NDArray[np.uint8]
    index: NDArray[Any]


class RunTracker:
    """The run state in force, made anew at each Configure, BeginRun and BeginStep.

    Parameters
    ----------
    experiment, run
        What is known before runinfo has come.
    version
        Version of the first state.
    """

    def __init__(self, experiment: str, run: int, version: int = 0) -> None:
        self.state = RunState(version=version, experiment=experiment, run=run, step=-1, format=XTC2, configs={}, pvs=())
        self.values: NDArray[np.float64] = np.empty(0)
        self.tables: dict[int, NamesTable] = {}
        self.problems: dict[str, int] = {}
        """What could not be understood of transitions: text to number."""
        self._columns: dict[tuple[str, int, str, str], int] = {}

    def configure(self, parts: list[Contents]) -> None:
        """Start anew with the blocks of names of these streams; other streams keep theirs."""
        known = {part.stream for part in parts}
        configs = {key: payload for key, payload in self.state.configs.items() if key.level not in known}
        for part in parts:
            table = self.tables[part.stream] = table_of(part.buffer, part.index)
            for problem in table.problems:
                self._note(problem)
            configs |= _blocks(part, table)
        self._next(step=-1, configs=configs | self._payloads(parts))
        self._name_variables(parts)

    def begin_run(self, parts: list[Contents]) -> None:
        """A run begins; its runinfo says which."""
        changes: dict[str, Any] = {"step": -1}
        for name, found in self._decoded(parts):
            if name == RUN_INFO:
                number, experiment = found.values.get("runnum"), found.values.get("expt")
                changes |= {"run": int(number)} if isinstance(number, np.integer) else {}
                changes |= {"experiment": experiment} if isinstance(experiment, str) and experiment else {}
        self._next(**changes, configs=self._with(self._payloads(parts)))

    def begin_step(self, parts: list[Contents]) -> None:
        """The next step begins; its payloads replace those of the same block of names."""
        self._next(step=self.state.step + 1, configs=self._with(self._payloads(parts)))

    def changes(self, parts: list[Contents], event: int) -> NDArray[Any]:
        """Slow values as ``EPICS_CHANGE`` that hold from this event on."""
        found: list[tuple[int, int, float]] = []
        for part in parts:
            table = self.tables.get(part.stream, NO_NAMES)
            for identity, one in decode(part.buffer, part.index, table).data.items():
                for name, value in one.values.items():
                    column = self._columns.get((*identity, name))
                    if column is not None:
                        found.append((event, column, float(getattr(value, "value", value))))
        return np.array(found, EPICS_CHANGE)

    def apply(self, changes: NDArray[Any]) -> None:
        """Let slow values hold from here on."""
        self.values[changes["pv"]] = changes["value"]

    def _decoded(self, parts: list[Contents]) -> Iterator[tuple[str, Contribution]]:
        """Values of transitions, by detector name."""
        for part in parts:
            for (name, _, _), found in decode(part.buffer, part.index, self.tables.get(part.stream, NO_NAMES)).data.items():
                yield name, found

    def _payloads(self, parts: list[Contents]) -> dict[ConfigKey, bytes]:
        """Shapes and Data of transitions; those that no block of names explains are counted."""
        found = {}
        for part in parts:
            table = self.tables.get(part.stream, NO_NAMES)
            for entry in part.index[part.index["kind"] == Kind.SHAPES_DATA]:
                key = int(entry["names"])
                if key not in table.blocks:
                    self._note("payload of a transition without a block of names")
                    continue
                found[ConfigKey(part.stream, key, Kind.SHAPES_DATA)] = _inside(part.buffer, entry)
        return found

    def _with(self, newer: dict[ConfigKey, bytes]) -> dict[ConfigKey, bytes]:
        """What is known and what is newer, which comes last: of two blocks of one detector the later one holds."""
        return {**{key: payload for key, payload in self.state.configs.items() if key not in newer}, **newer}

    def _name_variables(self, parts: list[Contents]) -> None:
        """Make the list of scalar numeric slow variables, all streams together; their values are not known yet."""
        real: dict[str, str] = {}
        for name, found in self._decoded(parts):
            real |= real_names(found.values) if name == EPICS_INFO else {}
        pvs: list[PvName] = []
        self._columns = {}
        for table in self.tables.values():
            for names in table.blocks.values():
                for variable in _variables(names):
                    if self._columns.setdefault((*names.identity, variable), len(pvs)) == len(pvs):
                        pvs.append(PvName(real.get(variable, variable), variable))
        self.state = replace(self.state, pvs=tuple(pvs))
        self.values = np.full(len(pvs), np.nan)

    def _next(self, **changes: Any) -> None:
        self.state = replace(self.state, version=self.state.version + 1, **changes)

    def _note(self, text: str) -> None:
        self.problems[text] = self.problems.get(text, 0) + 1


def real_names(info: Mapping[str, Any]) -> dict[str, str]:
    """EPICS names of slow variables by their names in the data.

    >>> real_names({"keys": "epicsname", "motor": "XPP:MMS:01"})
    {'motor': 'XPP:MMS:01'}
    """
    keys = str(info.get("keys", "")).split(",")
    if REAL_NAME not in keys:
        return {}
    place = keys.index(REAL_NAME)
    found = {}
    for name, value in info.items():
        # The recorder separates with line ends, test files with commas.
        texts = str(value).replace(",", "\n").split("\n")
        if name != "keys" and len(texts) > place and texts[place]:
            found[name] = texts[place]
    return found


def _variables(names: Names) -> list[str]:
    """Scalar numbers of a block of slow values."""
    if names.det_type != EPICS:
        return []
    return [
        field.shown
        for field in names.fields
        if field.rank == 0 and not field.is_label and field.name != STALE and field.type != FieldType.CHARSTR
    ]


def _blocks(part: Contents, table: NamesTable) -> dict[ConfigKey, bytes]:
    """Bytes of the blocks that can be used."""
    found: dict[ConfigKey, bytes] = {}
    for entry in part.index[part.index["kind"] == Kind.NAMES]:
        key, at = int(entry["names"]), int(entry["data"])
        if key in table.blocks:
            payload = part.buffer[at : at + int(entry["data_size"])].tobytes()
            found.setdefault(ConfigKey(part.stream, key, Kind.NAMES), payload)
    return found


def _inside(buffer: NDArray[np.uint8], entry: Any) -> bytes:
    """A Shapes and a Data, headers included, as ``monitor.xtc2.run_names`` reads them."""
    parts = []
    for kind, at, size in ((Kind.SHAPES, "shapes", "shapes_size"), (Kind.DATA, "data", "data_size")):
        start, length = int(entry[at]), int(entry[size])
        header = np.array([0, kind << 16, XTC_SIZE + length], "<u4").tobytes()
        parts.append(header + buffer[start : start + length].tobytes())
    return b"".join(parts)
