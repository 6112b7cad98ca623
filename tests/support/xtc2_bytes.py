"""Little XTC2 streams with known contents."""

from typing import Any

from monitor.xtc2.header import Transition
from monitor.xtc2.names import FieldType
from monitor.xtc2.write import Layout, datagram, names, parent, shapes_data

F = FieldType
RUNINFO = Layout(
    names_id=0x1FF,
    det_type="runinfo",
    det_name="runinfo",
    algorithm="runinfo",
    version=(0, 0, 1),
    fields={"expt": (F.CHARSTR, 1), "runnum": (F.UINT32, 0)},
)
GMD = Layout(
    names_id=0x101,
    det_type="gmd",
    det_name="gmd",
    version=(2, 1, 0),
    fields={"energy": (F.DOUBLE, 0), "count": (F.INT64, 0), "noise": (F.INT16, 0)},
)
CAMERA = Layout(
    names_id=0x102,
    det_type="opal",
    det_name="atm",
    det_id="sn-1",
    version=(2, 0, 0),
    fields={"image": (F.UINT16, 2), "number": (F.UINT8, 0), "peaks": (F.FLOAT, 1)},
)
CONFIG = Layout(
    names_id=0x103,
    det_type="opal",
    det_name="atm",
    algorithm="config",
    fields={
        "off:onOff": (F.ENUMDICT, 0),
        "on:onOff": (F.ENUMDICT, 0),
        "user.mode:onOff": (F.ENUMVAL, 0),
        "user.name": (F.CHARSTR, 1),
    },
)
CONFIG_UPDATE = Layout(
    names_id=0x104, det_type="opal", det_name="atm", algorithm="config", fields={"user.mode:onOff": (F.ENUMVAL, 0)}
)
SCAN = Layout(
    names_id=0x0FD,
    det_type="scan",
    det_name="scan",
    version=(2, 0, 0),
    fields={"step_value": (F.INT64, 0), "motor": (F.DOUBLE, 0), "step_docstring": (F.CHARSTR, 1)},
)
EPICS = Layout(
    names_id=0x105,
    det_type="epics",
    det_name="epics",
    version=(2, 0, 0),
    fields={"StaleFlags": (F.UINT32, 1), "XPP:MMS:01": (F.DOUBLE, 0), "label": (F.CHARSTR, 1), "wave": (F.INT32, 1)},
)
ALL = (RUNINFO, GMD, CAMERA, CONFIG, CONFIG_UPDATE, SCAN, EPICS)
SETTING: dict[str, Any] = {"off:onOff": 0, "on:onOff": 1, "user.mode:onOff": 1, "user.name": "front"}


def at(service: Transition, tick: int, *children: bytes, damage: int = 0) -> bytes:
    """A datagram with a clock of 1000 s and so many nanoseconds."""
    return datagram(*children, service=service, seconds=1000, nanoseconds=tick, damage=damage)


def configure(tick: int = 1) -> bytes:
    """Configure with all blocks, some in a Parent of their own, and the settings of the camera."""
    blocks = [names(layout) for layout in ALL]
    return at(Transition.CONFIGURE, tick, parent(*blocks[:2]), *blocks[2:], shapes_data(CONFIG, SETTING))


def camera(number: int, *, rows: int = 2, peaks: int = 3, data_first: bool = False) -> bytes:
    """A picture of ``rows`` x 3 pixels, all ``number``, and some peaks."""
    image = [[number] * 3] * rows if rows else [[]]
    values = {"image": image, "number": number & 255, "peaks": [number + 0.5] * peaks}
    return shapes_data(CAMERA, values, data_first=data_first)


def gmd(number: int, *, damage: int = 0) -> bytes:
    """A reading: energy = number / 2, count = -number, noise = 7."""
    return shapes_data(GMD, {"energy": number / 2, "count": -number, "noise": 7}, data_first=True, damage=damage)


def scan(step: int) -> bytes:
    """Position of a step: motor = step + 0.25."""
    return parent(shapes_data(SCAN, {"step_value": step, "motor": step + 0.25, "step_docstring": '{"a": 1}'}))


def slow(number: int, *, wave: int = 2) -> bytes:
    """Slow values: the motor stands at ``number``."""
    values = {"StaleFlags": [0], "XPP:MMS:01": number, "label": f"n{number}", "wave": [number] * wave}
    return shapes_data(EPICS, values, data_first=True)


def stream(events: int = 3) -> list[bytes]:
    """The datagrams of a small run with one step."""
    begin = [
        configure(),
        at(Transition.BEGIN_RUN, 2, shapes_data(RUNINFO, {"expt": "synth0001", "runnum": 7})),
        at(Transition.BEGIN_STEP, 3, scan(0), shapes_data(CONFIG_UPDATE, {"user.mode:onOff": 0})),
        at(Transition.ENABLE, 4),
        at(Transition.SLOW_UPDATE, 5, slow(1)),
    ]
    run = [at(Transition.L1ACCEPT, 10 + i, parent(gmd(i)), camera(i, data_first=i % 2 == 1)) for i in range(events)]
    ends = (Transition.DISABLE, Transition.END_STEP, Transition.END_RUN)
    return [*begin, *run, *(at(service, 1000 + i) for i, service in enumerate(ends))]


def short_stream(events: int) -> list[bytes]:
    """The smallest run that has events with values: runinfo and a gas monitor."""
    begin = [
        at(Transition.CONFIGURE, 1, names(RUNINFO), names(GMD)),
        at(Transition.BEGIN_RUN, 2, shapes_data(RUNINFO, {"expt": "synth0001", "runnum": 7})),
        at(Transition.BEGIN_STEP, 3),
    ]
    return [*begin, *(at(Transition.L1ACCEPT, 10 + i, gmd(i)) for i in range(events))]
