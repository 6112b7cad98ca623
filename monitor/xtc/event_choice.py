"""Which events somebody wants, by number or by time, and where these lie in the files of a run.

Events are counted as they were recorded: the L1Accepts of the DAQ streams in the order of their clocks, from 0. Trimmed ones and
those with EPICS alone count, events without a valid fiducial do not.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError, DamagedData
from monitor.xtc.event_count import SAME_PULSE_SECONDS
from monitor.xtc.filename import RunFiles, index_file
from monitor.xtc.header import FIDUCIAL_LIMIT, Transition
from monitor.xtc.index_file import Index, parse_index
from monitor.xtc.mapped import open_mapped
from monitor.xtc.walk import heads

PLACE = np.dtype([("clock", "<i8"), ("fiducials", "<u4"), ("offset", "<i8")])
"""One recorded event of a file: seconds << 32 | nanoseconds, fiducial, offset of its datagram."""
END_OF_TIME = np.iinfo(np.int64).max
STRIDE = 4096
NANOSECONDS = 10**9


@dataclass(frozen=True, slots=True)
class EventChoice:
    """A range of events by number, or by clock; half open.

    Attributes
    ----------
    by_time
        Whether ``first`` and ``stop`` are clocks (seconds << 32 | nanoseconds); else they are numbers.
    first, stop
        The range; ``stop`` is ``None`` where it is open.
    single
        Only the first event of the range.
    """

    by_time: bool
    first: int
    stop: int | None
    single: bool = False


def choice_of(events: str, times: str) -> EventChoice | None:
    """The choice in the words of a person; ``None`` for all events.

    >>> choice_of("100:200", "")
    EventChoice(by_time=False, first=100, stop=200, single=False)
    >>> choice_of("", "1329503100.25").first == (1329503100 << 32 | 250_000_000)
    True

    Raises
    ------
    ConfigError
        If it is not understood, or both are given.
    """
    if events and times:
        raise ConfigError("choose events by number or by time, not both", key="source.events, source.times")
    if not events and not times:
        return None
    text, pattern, key = (times, r"[0-9]+(\.[0-9]{1,9})?", "times") if times else (events, "[0-9]+", "events")
    first, colon, stop = text.partition(":")
    if not all(re.fullmatch(pattern, part) for part in (first, stop) if part) or not (first or colon) or len(text) > 60:
        unit = (
            "Unix times in seconds, such as 1329503100.25 or 1329503100:1329503160" if times else "numbers, such as 17 or 100:200"
        )
        raise ConfigError(f"{text!r} is not understood; write {unit}", key=f"source.{key}")
    number = _clock if times else int
    return EventChoice(bool(times), number(first or "0"), number(stop) if stop else None, single=not colon)


def _clock(text: str) -> int:
    """Clock of a decimal number of seconds, exactly."""
    seconds, fraction = divmod(Decimal(text), 1)
    return min(int(seconds) << 32 | int(fraction * NANOSECONDS), END_OF_TIME)


def read_index(path: Path) -> Index | None:
    """The index of an XTC file; ``None`` if it has none.

    Raises
    ------
    DamagedData
        If there is one that cannot be read, or that is not of this file.
    """
    place = index_file(path)
    try:
        data = place.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DamagedData(f"the index cannot be read: {error.strerror}", source=str(place)) from error
    index = parse_index(data, source=str(place))
    _check_last(path, place, index)
    return index


def _check_last(path: Path, place: Path, index: Index) -> None:
    """Refuse an index whose last event is not where it says."""
    if not len(index.events):
        return
    last = index.events[-1]
    file = open_mapped(path)
    try:
        offset = int(last["offset"])
        found = heads(file.data, offset if 0 <= offset < len(file.data) else len(file.data), most=1).table
        clock = ["seconds", "nanoseconds"]
        if len(found) == 0 or found[0][clock].tolist() != last[clock].tolist():
            raise DamagedData(f"this is not the index of {path}; make it anew", source=str(place))
    finally:
        file.close()


def places(path: Path, index: Index | None) -> NDArray[Any]:
    """All recorded events of a file, structured array of dtype ``PLACE``; from its index, else from its headers."""
    if index is not None:
        return _places(index.events)
    file = open_mapped(path)
    try:
        tables = [np.empty(0, PLACE)]
        while file.ended is None:
            table = file.next(STRIDE).table
            tables.append(_places(table[table["control"] & 15 == Transition.L1ACCEPT]))
    finally:
        file.close()
    return np.concatenate(tables)


def _places(events: NDArray[Any]) -> NDArray[Any]:
    """The part of events that choosing needs."""
    events = events[events["fiducials"] < FIDUCIAL_LIMIT]
    result = np.empty(len(events), PLACE)
    result["clock"] = events["seconds"].astype(np.int64) << 32 | events["nanoseconds"]
    result["fiducials"], result["offset"] = events["fiducials"], events["offset"]
    return result


def clocks_of(choice: EventChoice, tables: Iterable[NDArray[Any]]) -> tuple[int, int]:
    """First clock of a choice, and the clock behind it, among the DAQ events of a run (arrays of dtype ``PLACE``).

    Raises
    ------
    ConfigError
        If there is no such event.
    """
    clocks = np.unique(np.concatenate([np.empty(0, np.int64), *(table["clock"] for table in tables)]))
    key = "source.times" if choice.by_time else "source.events"
    first = int(np.searchsorted(clocks, choice.first)) if choice.by_time else choice.first
    stop = len(clocks)
    if choice.stop is not None:
        stop = int(np.searchsorted(clocks, choice.stop)) if choice.by_time else min(choice.stop, stop)
    if choice.single:
        stop = min(first + 1, stop)
    if first >= stop:
        span = f", from {_seconds(clocks[0])} to {_seconds(clocks[-1])}" if len(clocks) else ""
        raise ConfigError(f"there is no such event; the run has {len(clocks)}, counted from 0{span}", key=key)
    return int(clocks[first]), int(clocks[stop]) if stop < len(clocks) else END_OF_TIME


def _seconds(clock: int) -> str:
    """A clock as decimal seconds."""
    return f"{int(clock) >> 32}.{int(clock) & 0xFFFFFFFF:09d}"


def is_daq(run: RunFiles, stream: int, first_camera_stream: int) -> bool:
    """Whether a stream's clock counts: that of a DAQ stream, or of any in a run that has none."""
    return stream < first_camera_stream or min(run.streams) >= first_camera_stream


def chosen_offsets(
    run: RunFiles, choice: EventChoice, *, first_camera_stream: int, indexes: bool = True
) -> dict[Path, NDArray[np.int64]]:
    """Offsets of the chosen events' datagrams, ascending, by file; cameras' are those with the fiducial of a chosen event.

    Raises
    ------
    ConfigError, DamagedData, Unusable
        If there is no such event, or a file or an index cannot be read.
    """
    tables = {path: places(path, read_index(path) if indexes else None) for chunks in run.streams.values() for path in chunks}
    daq = [path for n, chunks in run.streams.items() if is_daq(run, n, first_camera_stream) for path in chunks]
    first, stop = clocks_of(choice, [tables[path] for path in daq])
    chosen = {path: tables[path][(tables[path]["clock"] >= first) & (tables[path]["clock"] < stop)] for path in daq}
    fiducials = np.concatenate([table["fiducials"] for table in chosen.values()])
    seconds = np.concatenate([table["clock"] for table in chosen.values()]) >> 32
    for path in tables.keys() - chosen.keys():
        table = tables[path]
        clock = table["clock"] >> 32
        near = (clock > seconds.min() - SAME_PULSE_SECONDS) & (clock < seconds.max() + SAME_PULSE_SECONDS)
        chosen[path] = table[near & np.isin(table["fiducials"], fiducials)]
    return {path: np.sort(table["offset"]) for path, table in chosen.items()}


def common_choice(runs: Sequence[RunFiles], choice: EventChoice) -> RunFiles:
    """The one run in which a choice is made.

    Raises
    ------
    ConfigError
        If there are several.
    """
    if len(runs) != 1:
        key = "source.times" if choice.by_time else "source.events"
        raise ConfigError(f"events are chosen in one run, these are {len(runs)}", key=key)
    return runs[0]
