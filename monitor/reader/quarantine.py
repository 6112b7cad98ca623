"""A batch that cost worker after worker, as a small run of its own that can be read again."""

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.model.run_state import RunState
from monitor.xtc.header import Level, Transition
from monitor.xtc.write import container, datagram, xtc

BEFORE = (Transition.CONFIGURE, Transition.BEGIN_RUN, Transition.BEGIN_CALIB_CYCLE, Transition.ENABLE)
BEHIND = (Transition.DISABLE, Transition.END_CALIB_CYCLE, Transition.END_RUN, Transition.UNCONFIGURE)
SEGMENT = 1
"""Physical word of the segment that holds the configuration; which one it was is not known any more."""


def write_quarantine(folder: Path, state: RunState, seconds: tuple[int, int], streams: Mapping[int, NDArray[np.uint8]]) -> None:
    """Write the files of a quarantined batch, one per stream, each with its transitions around it.

    Parameters
    ----------
    folder
        Made if it is not there.
    state
        What held for all events; its configuration goes into Configure. Names of EPICS variables are not in it and are lost.
    seconds
        Of the first and of the last event.
    streams
        Datagrams of each stream, back to back, uint8.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = _transitions(BEFORE, state, seconds[0] - 1)
    behind = _transitions(BEHIND, state, seconds[1] + 1)
    for stream, data in streams.items():
        path = folder / f"{state.experiment or 'unknown'}-r{state.run:04d}-s{stream:02d}-c00.xtc"
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        with open(fresh, "wb") as file:
            file.write(before)
            file.write(data.data)
            file.write(behind)
        fresh.replace(path)


def _transitions(services: tuple[Transition, ...], state: RunState, seconds: int) -> bytes:
    """Datagrams of these transitions, all within one second."""
    return b"".join(
        datagram(
            service=service,
            seconds=seconds,
            nanoseconds=number,
            children=_configuration(state) if service is Transition.CONFIGURE else [],
            env=state.run if service is Transition.BEGIN_RUN else 0,
        )
        for number, service in enumerate(services, 1)
    )


def _configuration(state: RunState) -> list[bytes]:
    """The configuration in force, in one segment."""
    payloads = [
        xtc(level=key.level, physical=key.physical, contains=key.contains, payload=payload)
        for key, payload in state.configs.items()
    ]
    return [container(level=Level.SEGMENT, physical=SEGMENT, children=payloads)]
