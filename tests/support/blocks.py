"""Blocks of made-up events: event ``i`` has ``i`` as its fiducial, and as the content of its datagram."""

from pathlib import Path

import numpy as np

from monitor.model.event import EPICS_CHANGE, EVENT_ID, PIECE
from monitor.model.place import FilePlace
from monitor.model.run_state import PvName, RunState
from monitor.reader.block import EventBlock, Memory, TransitionBlock
from monitor.xtc.header import Transition


def state(version: int = 1, *, run: int = 98, step: int = 0, pvs: int = 0) -> RunState:
    names = tuple(PvName(f"PV:{i}", f"pv{i}") for i in range(pvs))
    return RunState(version=version, experiment="xppx", run=run, step=step, format="xtc", configs={}, pvs=names)


def events(
    first: int, count: int, *, nbytes: int = 100, place: FilePlace | Memory | None = None, at: RunState | None = None
) -> EventBlock:
    """Events ``first`` on, one piece each: at ``i * nbytes`` of a file, or in memory, filled with ``i % 251``."""
    ids = np.zeros(count, EVENT_ID)
    ids["seconds"] = 1000
    ids["fiducials"] = np.arange(first, first + count)
    pieces = np.zeros(count, PIECE)
    pieces["event"] = np.arange(count)
    pieces["length"] = nbytes
    memory = isinstance(place, Memory) or place is None
    pieces["offset"] = (np.arange(count) if memory else np.arange(first, first + count)) * nbytes
    if place is None:
        place = Memory(np.repeat((np.arange(first, first + count) % 251).astype(np.uint8), nbytes))
    return EventBlock(
        events=ids,
        pieces=pieces,
        places=(place,),
        epics_start=np.zeros(len(at.pvs) if at else 0),
        epics_changes=np.zeros(0, EPICS_CHANGE),
        state=at or state(),
    )


def transition(service: Transition, at: RunState) -> TransitionBlock:
    return TransitionBlock(service=service, run=at.run, step=at.step, seconds=1000, nanoseconds=1, state=at)


def written(path: Path, count: int, *, nbytes: int = 100) -> FilePlace:
    """A file in which event ``i`` lies at ``i * nbytes``, filled with ``i % 251``."""
    path.write_bytes(np.repeat((np.arange(count) % 251).astype(np.uint8), nbytes).tobytes())
    return FilePlace(str(path))
