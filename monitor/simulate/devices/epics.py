"""The EPICS archiver: names in Configure (CTRL form), values now and then with events (TIME form).

Every recorder writes every update, each with an event of its own. Layouts: the facility's EpicsPvData; TIME is DBR type 14-20,
CTRL 28-34.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.simulate.contribution import Contribution, as_rows, contribution
from monitor.simulate.devices.payload import configuration, detector
from monitor.simulate.options import Setup
from monitor.simulate.timeline import NS_PER_SECOND, Shots, time_of
from monitor.xtc.header import EPICS, XTC, XTC_SIZE
from monitor.xtc.write import type_word

EPICS_CONFIG = 54
ARCHIVER = detector("EpicsArch-0|NoDevice-0", process_id=5050)

EPICS_EPOCH = 631_152_000
"""Unix seconds of 1990-01-01, where EPICS time begins."""

UPDATES_PER_STEP = 4


@dataclass(frozen=True, slots=True)
class Kind:
    """A DBR kind of scalar: numbers of its two forms, and the packed layouts of both (source: EpicsPvData)."""

    time_type: int
    ctrl_type: int
    time: np.dtype[Any]
    ctrl: np.dtype[Any]


def _kind(time_type: int, value: str, time_at: int, ctrl_at: int, ctrl_extra: dict[str, tuple[str, int]]) -> Kind:
    size = np.dtype(value).itemsize
    head = {"pvId": ("<i2", 0), "dbrType": ("<i2", 2), "numElements": ("<i2", 4)}
    time = {**head, "sec": ("<u4", 12), "nsec": ("<u4", 16), "value": (value, time_at)}
    ctrl = {**head, "pvName": ("S64", 6), **ctrl_extra, "value": (value, ctrl_at)}
    return Kind(time_type, time_type + 14, _layout(time, time_at + size), _layout(ctrl, ctrl_at + size))


def _layout(entries: dict[str, tuple[str, int]], size: int) -> np.dtype[Any]:
    """A packed layout with given offsets, padded to a multiple of 4."""
    return np.dtype(
        {
            "names": list(entries),
            "formats": [form for form, _ in entries.values()],
            "offsets": [at for _, at in entries.values()],
            "itemsize": size + -size % 4,
        }
    )


DOUBLE = _kind(20, "<f8", 24, 152, {"precision": ("<i2", 76), "units": ("S8", 80)})
LONG = _kind(19, "<i4", 20, 116, {"units": ("S8", 76)})
ENUM = _kind(17, "<u2", 22, 492, {"no_str": ("<i2", 74), "strings": ("(16,)S26", 76)})
STRING = _kind(14, "S40", 20, 74, {})


@dataclass(frozen=True, slots=True)
class Pv:
    """One process variable.

    Attributes
    ----------
    name
        As it is in EPICS.
    kind
        DOUBLE, LONG, ENUM or STRING.
    values
        Value at Configure, then at each update, shape (updates + 1,).
    units
        Up to 8 characters.
    alias
        Name that people gave it.
    """

    name: str
    kind: Kind
    values: NDArray[Any]
    units: str = ""
    alias: str = ""


class Archiver:
    """All process variables of a run; update u of step s is the same in every stream.

    Parameters
    ----------
    pvs
        In the order of their numbers.
    setup
        Steps, events and streams.
    """

    def __init__(self, pvs: Sequence[Pv], setup: Setup) -> None:
        self._pvs = tuple(pvs)
        self._setup = setup
        self.starts = update_events(setup)
        """Event of the step in which the first recorder writes each update, shape (updates of a step,)."""

    def configure(self) -> list[Contribution]:
        """Names, units and present values; the aliases too if there are any."""
        parts = [self._ctrl(number, pv) for number, pv in enumerate(self._pvs)]
        return [self._aliases(), *parts] if any(pv.alias for pv in self._pvs) else parts

    def events(self, shots: Shots) -> Contribution:
        """The updates that are written with these events."""
        within = shots.numbers - shots.step * self._setup.events
        place = np.searchsorted(self.starts, within, side="right") - 1
        fresh = (place >= 0) & (within < self.starts[np.maximum(place, 0)] + self._setup.streams)
        wanted = np.unique(place[fresh])
        rows = self._rows(shots, wanted)
        which = np.where(fresh, np.searchsorted(wanted, place), -1)
        sizes = np.full(len(shots), rows.shape[1], np.int64)
        return contribution(ARCHIVER, type_word(EPICS, 1), rows, which=which, sizes=sizes, holds=len(self._pvs))

    def _rows(self, shots: Shots, wanted: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Whole XTCs of all variables for the wanted updates of a step, uint8, shape (updates, bytes)."""
        update = 1 + shots.step * len(self.starts) + wanted
        first_pulse = shots.pulses[0] - (shots.numbers[0] - shots.step * self._setup.events) * self._setup.spacing
        time_ns = time_of(first_pulse + self.starts[wanted] * self._setup.spacing)
        columns = [as_rows(self._time(number, pv, update, time_ns)) for number, pv in enumerate(self._pvs)]
        return np.concatenate(columns, axis=1)

    def _time(self, number: int, pv: Pv, update: NDArray[np.int64], time_ns: NDArray[np.int64]) -> NDArray[Any]:
        """One variable's XTCs in TIME form, one per update."""
        column = np.zeros(len(update), np.dtype([("xtc", XTC), ("pv", pv.kind.time)]))
        header, value = column["xtc"], column["pv"]
        header["logical"], header["physical"], header["contains"] = ARCHIVER.logical, ARCHIVER.physical, type_word(EPICS, 1)
        header["extent"] = XTC_SIZE + pv.kind.time.itemsize
        value["pvId"], value["dbrType"], value["numElements"] = number, pv.kind.time_type, 1
        value["sec"], value["nsec"] = time_ns // NS_PER_SECOND - EPICS_EPOCH, time_ns % NS_PER_SECOND
        value["value"] = pv.values[update]
        return column

    def _ctrl(self, number: int, pv: Pv) -> Contribution:
        """One variable in CTRL form, for Configure."""
        value = np.zeros(1, pv.kind.ctrl)
        value["pvId"], value["dbrType"], value["numElements"] = number, pv.kind.ctrl_type, 1
        value["pvName"] = pv.name.encode()
        value["value"] = pv.values[0]
        if pv.units:
            value["units"] = pv.units.encode()
        if pv.kind is DOUBLE:
            value["precision"] = 3
        if pv.kind is ENUM:
            value["no_str"] = 2
            value["strings"][0, :2] = [b"OFF", b"ON"]
        return contribution(ARCHIVER, type_word(EPICS, 1), value)

    def _aliases(self) -> Contribution:
        entries = [{"pvId": n, "description": pv.alias, "interval": 1.0} for n, pv in enumerate(self._pvs) if pv.alias]
        return configuration(ARCHIVER, EPICS_CONFIG, 1, {"numPv": len(entries), "getPvConfig": entries})


def update_events(setup: Setup) -> NDArray[np.int64]:
    """Where in a step updates are written: evenly, each with as many events as there are streams, at most four of them."""
    updates = max(1, min(UPDATES_PER_STEP, setup.events // setup.streams))
    return (np.arange(updates, dtype=np.int64) * setup.events // updates) // setup.streams * setup.streams


def updates_of(setup: Setup) -> int:
    """Updates of each variable in the whole run, the value at Configure included."""
    return 1 + setup.steps * len(update_events(setup))
