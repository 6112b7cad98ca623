"""The event receiver: its configuration, and the event codes of each shot."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.simulate.assemble import TICKS
from monitor.simulate.contribution import Contribution, Source, contribution
from monitor.simulate.devices.payload import configuration, detector
from monitor.simulate.timeline import Shots
from monitor.xtc.write import type_word

EVR_CONFIG, EVR_DATA = 8, 19

EVR = detector("NoDetector-0|Evr-0")

BEAM, DROPPED, LASER_ON, LASER_OFF = 140, 162, 90, 91

TEXT = {BEAM: "beam", DROPPED: "dropped", LASER_ON: "laser on", LASER_OFF: "laser off"}

FIFO = np.dtype([("timestampHigh", "<u4"), ("timestampLow", "<u4"), ("eventCode", "<u4")])
"""One event code, EvrData::FIFOEvent: the high word is the fiducial, the low word 119 MHz ticks within it."""


def evr_configuration(version: int, source: Source = EVR) -> Contribution:
    """A configuration that knows all codes of ``TEXT``; version 4 (2010) or 7 (present)."""
    codes = [_code_values(code, version) for code in TEXT]
    pulses = [{"pulseId": 0, "polarity": 0, "prescale": 1, "delay": 61_000, "width": 1190}]
    values: dict[str, Any] = {
        "neventcodes": len(codes),
        "npulses": 1,
        "noutputs": 1,
        "eventcodes": codes,
        "pulses": pulses,
        "output_maps": [{"source": 0, "source_id": 0, "conn": 1, "conn_id": 0}],
    }
    if version >= 5:
        values["seq_config"] = {"sync_source": 0, "beam_source": 0, "length": 0, "cycles": 0, "entries": []}
    return configuration(source, EVR_CONFIG, version, values)


def evr_data(shots: Shots, codes: Mapping[int, NDArray[np.bool_]], version: int = 3, source: Source = EVR) -> Contribution:
    """Event codes of each shot.

    Parameters
    ----------
    shots
        The events.
    codes
        For each code the events that have it, shape (events,); codes come in this order, a few ticks apart.
    version
        Type version: 3 or 4, which have the same layout.
    """
    n = len(shots)
    payload = np.zeros(n, np.dtype([("numFifoEvents", "<u4"), ("fifoEvents", FIFO, (len(codes),))]))
    count = np.zeros(n, np.int64)
    fifo = payload["fifoEvents"]
    for order, (code, there) in enumerate(codes.items()):
        at = np.flatnonzero(there)
        place = count[at]
        fifo["eventCode"][at, place] = code
        fifo["timestampHigh"][at, place] = shots.fiducials[at]
        fifo["timestampLow"][at, place] = TICKS + 11 * order
        count[at] += 1
    payload["numFifoEvents"] = count
    return contribution(source, type_word(EVR_DATA, version), payload, sizes=4 + FIFO.itemsize * count)


def _code_values(code: int, version: int) -> dict[str, Any]:
    """One event code of the configuration; the beam code starts the readout."""
    values: dict[str, Any] = {"code": code, "isReadout": int(code == BEAM), "reportWidth": 1, "maskTrigger": int(code == BEAM)}
    if version >= 5:
        values["desc"] = TEXT[code]
    return values
