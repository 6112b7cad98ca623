"""A tiny run made in memory: one camera, an event receiver, and whatever else a test wants to see in an event."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.model.batch import Batch
from monitor.model.event import EPICS_CHANGE, EVENT_ID, PIECE
from monitor.model.place import InlinePlace
from monitor.model.run_state import ConfigKey, PvName, RunState
from monitor.xtc.encode import encode
from monitor.xtc.header import Level, Transition
from monitor.xtc.types import TYPES
from monitor.xtc.write import container, datagram, type_word, xtc

CAMERA = 0x16000300
"""XppEndstation-0|Opal1000-0."""
EVR = 0x00000100
EBEAM = 0
FRAME, EVR_DATA, EVR_CONFIG, CAMERA_CONFIG = (2, 1), (19, 4), (8, 7), (6, 1)
FIRST_FIDUCIAL = 300


def payload(level: int, physical: int, kind: tuple[int, int], values: dict[str, object], damage: int = 0) -> bytes:
    """One payload of this type and version."""
    contains = type_word(*kind)
    return xtc(level=level, physical=physical, contains=contains, payload=encode(TYPES[kind], values), damage=damage)


def frame(pixels: NDArray[np.uint16], damage: int = 0) -> bytes:
    """A camera frame."""
    height, width = pixels.shape
    head = {"width": width, "height": height, "depth": 16, "offset": 0}
    values = {**head, "_int_pixel_data": np.frombuffer(pixels.astype("<u2").tobytes(), np.uint8)}
    return payload(Level.SOURCE, CAMERA, FRAME, values, damage)


def codes(event: int, *event_codes: int) -> bytes:
    """Event codes of an event, with its fiducial."""
    fiducial = FIRST_FIDUCIAL + 3 * event
    fifo = [{"timestampHigh": fiducial, "timestampLow": 0, "eventCode": code} for code in event_codes]
    return payload(Level.SOURCE, EVR, EVR_DATA, {"fifoEvents": fifo})


def batch_of(events: Sequence[Sequence[bytes]], *, show: bool = False) -> tuple[Batch, list[NDArray[np.uint8]]]:
    """A batch with these contributions per event, and its bytes."""
    ids, pieces = np.zeros(len(events), EVENT_ID), np.zeros(len(events), PIECE)
    data = b""
    for i, contributions in enumerate(events):
        fiducial = FIRST_FIDUCIAL + 3 * i
        segment = container(level=Level.SEGMENT, physical=1, children=list(contributions))
        dgram = datagram(service=Transition.L1ACCEPT, seconds=100 + i, nanoseconds=5, children=[segment], fiducials=fiducial)
        ids[i]["seconds"], ids[i]["nanoseconds"], ids[i]["fiducials"] = 100 + i, 5, fiducial
        pieces[i] = (i, 0, 0, len(dgram), len(data))
        data += dgram
    batch = Batch(
        first=1000,
        run=7,
        step=0,
        pipeline=1,
        state=1,
        epoch=0,
        lease=0,
        format="xtc",
        show=show,
        created=0.0,
        events=ids,
        pieces=pieces,
        places=(InlinePlace(0),),
        epics_start=np.array([1.0, np.nan]),
        epics_changes=np.array([(1, 1, 5.0)], EPICS_CHANGE) if len(events) > 1 else np.empty(0, EPICS_CHANGE),
    )
    return batch, [np.frombuffer(data, np.uint8)]


def state_with(*event_codes: int) -> RunState:
    """Run state whose event receiver is configured for these codes; two PVs."""
    codes_config = encode(TYPES[EVR_CONFIG], {"eventcodes": [{"code": code} for code in event_codes]})
    configs = {
        ConfigKey(Level.SOURCE, EVR, type_word(*EVR_CONFIG)): codes_config,
        ConfigKey(Level.SOURCE, CAMERA, type_word(*CAMERA_CONFIG)): encode(TYPES[CAMERA_CONFIG], {}),
    }
    pvs = (PvName("SOME:PV", "motor"), PvName("OTHER/PV", "OTHER/PV"))
    return RunState(version=1, experiment="xpptest", run=7, step=0, format="xtc", configs=configs, pvs=pvs)
