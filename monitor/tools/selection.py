"""Which events a condition selects: the events of a run, built as the monitor builds them, looked at stretch by stretch."""

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError, DamagedData
from monitor.model.place import FilePlace
from monitor.model.run_state import RunState
from monitor.reader.block import EventBlock
from monitor.reader.sources.files import FileSource
from monitor.settings import Settings
from monitor.xtc.decode import Configs, decode
from monitor.xtc.filename import parse
from monitor.xtc.header import type_id, version
from monitor.xtc.mapped import open_mapped
from monitor.xtc.rewriting.scalar import FieldReader, Stretch, has_code
from monitor.xtc.rewriting.where import OPTION, EventCode, FieldOf, Need, Pv, Where
from monitor.xtc.scope import Record
from monitor.xtc.types import TYPES
from monitor.xtc.walk import walk

ALIAS_CONFIG = 69
ROUND = 1024
"""Events looked at together."""


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """The events that were chosen.

    Attributes
    ----------
    events
        All events there are.
    chosen
        How many of them are kept.
    offsets
        By file, the offsets of the datagrams of these events, ascending, int64.
    """

    events: int
    chosen: int
    offsets: dict[Path, NDArray[np.int64]]


def select(paths: Iterable[Path], where: Where | None, wanted: slice, advance: Callable[[int, int | None], None]) -> Selection:
    """Find the events for which a condition holds.

    Parameters
    ----------
    paths
        Files of a run.
    where
        Condition; all events if ``None``.
    wanted
        Positions among the events of the files, from 0; they must also fulfil the condition.
    advance
        Called with the events done and all events, if that is known.

    Raises
    ------
    ConfigError
        If the condition asks for something that the run does not have.
    """
    paths = list(paths)
    refuse_small(paths)
    asker = _Asker(where) if where else None
    place_of = {path.absolute(): path for path in paths}
    found: dict[Path, list[NDArray[np.int64]]] = {path: [np.empty(0, np.int64)] for path in paths}
    first = chosen = 0
    with closing(FileSource(paths, Settings())) as source:
        while blocks := source.read(ROUND):
            for block in blocks:
                if not isinstance(block, EventBlock):
                    continue
                keep = np.zeros(block.count, bool)
                keep[_within(wanted, first, block.count)] = True
                if asker is not None and keep.any():
                    keep &= asker.holds(block)
                mine = block.pieces[keep[block.pieces["event"]]]
                for number, place in enumerate(block.places):
                    assert isinstance(place, FilePlace)
                    found[place_of[Path(place.path)]].append(mine["offset"][mine["place"] == number].astype(np.int64))
                first += block.count
                chosen += int(np.count_nonzero(keep))
            advance(first, source.total_events)
    if asker is not None:
        asker.check()
    return Selection(first, chosen, {path: np.sort(np.concatenate(parts)) for path, parts in found.items()})


def refuse_small(paths: Iterable[Path]) -> None:
    """Raise ``ConfigError`` for a small-data file: its payloads are elsewhere, and so are the offsets of its events."""
    for path in paths:
        name = parse(path)
        if name is not None and name.small:
            raise ConfigError("this is a small-data file; name the big file that it was made from", file=str(path))


def _within(wanted: slice, first: int, count: int) -> slice:
    """The part of a slice over all events that lies in a block, counted in it."""
    start, step = wanted.start or 0, wanted.step or 1
    begin = start if start >= first else start + -(-(first - start) // step) * step
    stop = count if wanted.stop is None else min(count, max(0, wanted.stop - first))
    return slice(min(begin - first, count), stop, step)


class _Asker:
    """Computes a condition for blocks of events."""

    def __init__(self, where: Where) -> None:
        self._where = where
        self._buffers: dict[str, NDArray[np.uint8]] = {}
        self._state: RunState | None = None
        self._configs: dict[tuple[int, int], dict[tuple[int, int], Record]] = {}
        self._readers: dict[Need, FieldReader] = {}
        self._unknown_pvs = {need.name for need in where.needs if isinstance(need, Pv)}

    def holds(self, block: EventBlock) -> NDArray[np.bool_]:
        """Whether the condition holds, shape (events,)."""
        if self._state is not block.state:
            self._state, self._configs = block.state, {}
        if not self._readers:
            aliases, needs = self._aliases(), [need for need in self._where.needs if isinstance(need, FieldOf)]
            self._readers = {need: FieldReader(need, self._configs_of, aliases) for need in needs}
        payload_needed = any(not isinstance(need, Pv) for need in self._where.needs)
        stretches = self._stretches(block) if payload_needed else []
        return self._where.holds({need: self._value(need, block, stretches) for need in self._where.needs}, block.count)

    def check(self) -> None:
        """Raise ``ConfigError`` for what no event had, if any was asked."""
        if self._state is None:
            return
        for reader in self._readers.values():
            reader.check()
        for name in sorted(self._unknown_pvs):
            raise ConfigError(f"the run has no scalar numeric EPICS variable {name!r}", file=OPTION)

    def _value(self, need: Need, block: EventBlock, stretches: list[Stretch]) -> NDArray[np.float64]:
        if isinstance(need, EventCode):
            return has_code(stretches, block.events["fiducials"], need.code)
        if isinstance(need, FieldOf):
            return self._readers[need].read(stretches, block.count)
        values = np.full(block.count, np.nan)
        numbers = [n for n, pv in enumerate(block.state.pvs) if need.name in (pv.pv, pv.alias)]
        if numbers:
            self._unknown_pvs.discard(need.name)
            values[:] = block.epics_start[numbers[0]]
            for change in block.epics_changes[block.epics_changes["pv"] == numbers[0]]:
                values[int(change["event"]) :] = change["value"]
        return values

    def _stretches(self, block: EventBlock) -> list[Stretch]:
        """The payloads of the block, place by place."""
        found = []
        for number, place in enumerate(block.places):
            assert isinstance(place, FilePlace)
            if place.path not in self._buffers:
                file = open_mapped(Path(place.path))
                self._buffers[place.path] = file.data
                file.close()
            pieces = block.pieces[block.pieces["place"] == number]
            buffer = self._buffers[place.path]
            index = walk(buffer, pieces["offset"], pieces["length"]).index
            found.append(Stretch(buffer, index, pieces["event"].astype(np.int64)[index["datagram"]]))
        return found

    def _aliases(self) -> dict[str, tuple[int, int]]:
        """Level and physical word by alias, as the run's configuration has them."""
        found: dict[str, tuple[int, int]] = {}
        for key in self._state.configs if self._state else ():
            if type_id(key.contains) == ALIAS_CONFIG:
                for record in self._configs_of(key.level, key.physical).values():
                    for entry in record.get("srcAlias", ()):
                        found.setdefault(entry["aliasName"], (entry["src"]["log"] >> 24, entry["src"]["phy"]))
        return found

    def _configs_of(self, level: int, physical: int) -> Configs:
        """Decoded configuration of a source; what cannot be decoded is as good as missing."""
        known = self._configs.get((level, physical))
        if known is not None or self._state is None:
            return known or {}
        known = self._configs[level, physical] = {}
        for key, data in self._state.configs.items():
            kind = TYPES.get((type_id(key.contains), version(key.contains)))
            if (key.level, key.physical) != (level, physical) or kind is None:
                continue
            try:
                known[kind.type_id, kind.version] = decode(kind, np.frombuffer(data, np.uint8), known)
            except DamagedData:
                continue
        return known


def choice_of(text: str) -> slice:
    """Positions of events out of ``A:B`` or ``A:B:STEP``; each part may be missing.

    >>> choice_of("100:200"), choice_of(":50"), choice_of("7")
    (slice(100, 200, None), slice(None, 50, None), slice(7, 8, None))

    Raises
    ------
    ConfigError
        If the text is something else.
    """
    parts: list[Any] = text.split(":")
    if len(parts) > 3 or any(part and not (part.isascii() and part.isdecimal()) for part in parts):
        raise ConfigError(f"{text!r} is no range of events; write it like 100:200, counted from 0", file="--events")
    if len(parts) == 1:
        if not parts[0]:
            return slice(None, None)
        return slice(int(parts[0]), int(parts[0]) + 1)
    numbers = [int(part) if part else None for part in parts]
    if len(numbers) == 3 and numbers[2] == 0:
        raise ConfigError(f"{text!r}: a step of 0 selects nothing", file="--events")
    return slice(*numbers)
