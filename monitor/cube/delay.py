"""Delay between laser and X-rays, from whatever a run has of it (small-data ``getDelay``)."""

import numpy as np
from numpy.typing import NDArray

from monitor.cube.selection import Columns

PICOSECONDS = 1e12
LEAST_VALUES = 10
"""An encoder with no more different values than this stands still."""
NO_SCAN = ("var", "none", "damage")
"""Words in the names of fields below ``scan/`` that no motor has."""


def scan_variable(columns: Columns) -> str:
    """The field below ``scan/`` that varies; empty if there is none."""
    for name, values in columns.items():
        varies = values.ndim == 1 and len(values) > 0 and bool((values != values[0]).any())
        if name.startswith("scan/") and varies and not any(word in name for word in NO_SCAN):
            return name
    return ""


def delay(columns: Columns, *, time_tool: bool = True) -> NDArray[np.float64]:
    """Delay of each event in ps, shape (events,): the nominal one, and what the time tool adds.

    Parameters
    ----------
    columns
        Fields by name, each with a leading event axis.
    time_tool
        Add ``tt/ttCorr``, or ``tt/FLTPOS_PS`` where that is the same for all.
    """
    nominal = nominal_delay(columns)
    return nominal + correction(columns) if time_tool else nominal


def nominal_delay(columns: Columns) -> NDArray[np.float64]:
    """What the stage says, ps: the scan variable, the encoder, or an EPICS variable, whichever there is first; else 0.

    No field says what unit it has: a spread that is too small for picoseconds means seconds.
    """
    events = len(next(iter(columns.values())))
    scanned = scan_variable(columns)
    if "lxt" in scanned:
        return np.asarray(columns[scanned], np.float64) * PICOSECONDS
    for name in ("enc/lasDelay", "enc/lasDelay2"):
        if name in columns and len(np.unique(columns[name])) > LEAST_VALUES:
            return _in_picoseconds(columns[name], 1e-9)
    if "enc/ch0" in columns and np.nanstd(columns["enc/ch0"]) > 0:
        return _in_picoseconds(columns["enc/ch0"], 1e-3)
    for name in ("epics/lxt_ttc", "epics/lxt"):
        if name in columns:
            return np.asarray(columns[name], np.float64) * PICOSECONDS
    return np.zeros(events)


def correction(columns: Columns) -> NDArray[np.float64]:
    """What the time tool says, ps; 0 without one."""
    for name in ("tt/ttCorr", "tt/FLTPOS_PS"):
        if name in columns and np.nanstd(columns[name]) > 0:
            return np.asarray(columns[name], np.float64)
    return np.zeros(len(next(iter(columns.values()))))


def _in_picoseconds(values: NDArray[np.floating], least: float) -> NDArray[np.float64]:
    scale = 1.0 if np.nanstd(values) > least else PICOSECONDS
    return np.asarray(values, np.float64) * scale
