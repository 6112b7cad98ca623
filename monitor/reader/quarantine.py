"""A batch that cost worker after worker, as a small run of its own that can be read again."""

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.model.run_state import RunState
from monitor.xtc.header import EPICS, Level, Transition
from monitor.xtc.updates import scalar
from monitor.xtc.write import container, datagram, type_word, xtc

BEFORE = (Transition.CONFIGURE, Transition.BEGIN_RUN, Transition.BEGIN_CALIB_CYCLE, Transition.ENABLE)
BEHIND = (Transition.DISABLE, Transition.END_CALIB_CYCLE, Transition.END_RUN, Transition.UNCONFIGURE)
SEGMENT = 1
"""Physical word of the segment that holds the configuration; which one it was is not known any more."""


def write_quarantine(
    folder: Path,
    state: RunState,
    values: NDArray[np.float64],
    seconds: tuple[int, int],
    streams: Mapping[int, NDArray[np.uint8]],
) -> None:
    """Write the files of a quarantined batch, one per stream, each with its transitions around it.

    Parameters
    ----------
    folder
        Made if it is not there.
    state
        What held for all events; its configuration and the names of its EPICS variables go into Configure.
    values
        Values of the EPICS variables before the first event, float64, shape (variables,); NaN if unknown.
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
    before = _transitions(BEFORE, state, seconds[0] - 1, _configuration(state, values))
    behind = _transitions(BEHIND, state, seconds[1] + 1, [])
    for stream, data in streams.items():
        path = folder / f"{state.experiment or 'unknown'}-r{state.run:04d}-s{stream:02d}-c00.xtc"
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        with open(fresh, "wb") as file:
            file.write(before)
            file.write(data.data)
            file.write(behind)
        fresh.replace(path)


def _transitions(services: tuple[Transition, ...], state: RunState, seconds: int, configuration: list[bytes]) -> bytes:
    """Datagrams of these transitions, all within one second."""
    return b"".join(
        datagram(
            service=service,
            seconds=seconds,
            nanoseconds=number,
            children=configuration if service is Transition.CONFIGURE else [],
            env=state.run if service is Transition.BEGIN_RUN else 0,
        )
        for number, service in enumerate(services, 1)
    )


def _configuration(state: RunState, values: NDArray[np.float64]) -> list[bytes]:
    """The configuration in force, in one segment; EPICS variables as scalars of type double, whatever they were."""
    payloads = [
        xtc(level=key.level, physical=key.physical, contains=key.contains, payload=payload)
        for key, payload in state.configs.items()
    ]
    for name, value in zip(state.pvs, values.tolist(), strict=True):
        if name.key >= 0:
            physical, number = divmod(name.key, 1 << 16)
            payload = scalar(number, name.pv, value)
            payloads.append(xtc(level=Level.SOURCE, physical=physical, contains=type_word(EPICS, 1), payload=payload))
    return [container(level=Level.SEGMENT, physical=SEGMENT, children=payloads)]
