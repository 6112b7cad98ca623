"""Recorded streams as batches, with the plainest possible event building: for tests of what comes after it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.batch import Batch
from monitor.model.event import EPICS_CHANGE, EVENT_ID, PIECE
from monitor.model.place import FilePlace
from monitor.model.run_state import ConfigKey, RunState
from monitor.xtc.header import EPICS, Transition, type_id
from monitor.xtc.walk import heads, walk

Stretch = tuple[Batch, list[NDArray[np.uint8]], RunState]


def stretches(paths: list[Path], *, show: bool = False) -> Iterator[Stretch]:
    """One batch per calib cycle, of events in time order over all streams, with the configuration in force; no EPICS."""
    buffers = [np.fromfile(path, np.uint8) for path in paths]
    match = re.match(r"(\w+)-r(\d+)", paths[0].name)
    experiment, run = (match[1], int(match[2])) if match else ("", 0)
    tables = [heads(buffer).table for buffer in buffers]
    order = sorted(
        (int(head["seconds"]), int(head["nanoseconds"]), int(head["control"]) & 15 != Transition.L1ACCEPT, place, i)
        for place, table in enumerate(tables)
        for i, head in enumerate(table)
    )
    configs: dict[ConfigKey, bytes] = {}
    step, version, first = -1, 0, 0
    waiting: list[tuple[int, Any]] = []

    def cut() -> Stretch:
        return _batch(waiting, paths, first, run, step, version, show), buffers, _state(experiment, run, step, version, configs)

    for _, _, _, place, i in order:
        head = tables[place][i]
        service = int(head["control"]) & 15
        if service == Transition.L1ACCEPT:
            waiting.append((place, head))
            continue
        if waiting and service not in (Transition.ENABLE, Transition.DISABLE):
            yield cut()
            first, waiting = first + len(waiting), []
        if place == 0 and service in (Transition.CONFIGURE, Transition.BEGIN_CALIB_CYCLE):
            configs = configs | _configs(buffers[place], head)
            version += 1
            step += service == Transition.BEGIN_CALIB_CYCLE
    if waiting:
        yield cut()


def _configs(buffer: NDArray[np.uint8], head: Any) -> dict[ConfigKey, bytes]:
    index = walk(buffer, np.array([head["offset"]]), np.array([head["length"]])).index
    return {
        ConfigKey(int(e["level"]), int(e["physical"]), int(e["contains"])): bytes(
            buffer[int(e["offset"]) : int(e["offset"]) + int(e["size"])]
        )
        for e in index
        if type_id(int(e["contains"])) != EPICS and not e["damage"]
    }


def _state(experiment: str, run: int, step: int, version: int, configs: dict[ConfigKey, bytes]) -> RunState:
    return RunState(version=version, experiment=experiment, run=run, step=step, format="xtc", configs=configs, pvs=())


def _batch(waiting: list[tuple[int, Any]], paths: list[Path], first: int, run: int, step: int, version: int, show: bool) -> Batch:
    events, pieces = np.zeros(len(waiting), EVENT_ID), np.zeros(len(waiting), PIECE)
    for i, (place, head) in enumerate(waiting):
        for name in ("seconds", "nanoseconds", "fiducials", "ticks", "vector", "control"):
            events[i][name] = head[name]
        pieces[i] = (i, place, place, head["length"], head["offset"])
    return Batch(
        first=first,
        run=run,
        step=step,
        pipeline=1,
        state=version,
        epoch=0,
        lease=0,
        format="xtc",
        show=show,
        created=0.0,
        events=events,
        pieces=pieces,
        places=tuple(FilePlace(str(path)) for path in paths),
        epics_start=np.empty(0),
        epics_changes=np.empty(0, EPICS_CHANGE),
    )
