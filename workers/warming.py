"""Compiles every kernel before the first batch, by running each once on next to nothing."""

import math

import numpy as np

from monitor.calib.ndarray_text import parse
from monitor.model.event import EPICS_CHANGE, EVENT_ID
from monitor.running import adding
from monitor.settings import Settings
from monitor.xtc.columns import gather
from monitor.xtc.walk import walk
from monitor.xtc2.columns import gather as gather_bytes
from monitor.xtc2.columns import locate
from monitor.xtc2.names import Names
from monitor.xtc2.walk import INDEX
from monitor.xtc2.walk import walk as walk_xtc2
from workers.corrections.warm import warm_corrections
from workers.detectors.cspad import sections_in
from workers.detectors.epics import filled_forward
from workers.detectors.evr import codes_seen
from workers.features.feature import FEATURES
from workers.payloads import ENTRY, Payloads, group_numbers
from workers.xtc2.family import FAMILIES
from workers.xtc2.frame_family import FRAMES
from workers.xtc2.panels import copy_panels

BYTES = 64


def warm_kernels(settings: Settings) -> None:
    """Run each kernel of the pipeline that these settings may use once, with the argument types that it meets in service."""
    buffer = np.zeros(BYTES, np.uint8)
    _warm_index(buffer)
    parse(b"1 1e-30\n")
    warm_corrections(buffer, settings)
    for _, kind in FEATURES.items():
        if kind.warm is not None:
            kind.warm()
    adding.warm()
    _warm_xtc2(buffer)


def _warm_index(buffer: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> None:
    walk(buffer, np.zeros(1, np.uint64), np.full(1, BYTES, np.uint32))
    gather(buffer, np.zeros(1, np.int64), np.dtype("<u4"))
    group_numbers(np.zeros((2, 3), np.uint32))
    entries = np.zeros(1, ENTRY)
    entries["size"] = BYTES
    payloads = Payloads(entries, [buffer], 1)
    codes_seen(payloads, np.zeros(1, EVENT_ID)["fiducials"], [1])
    sections_in(payloads, 1, np.zeros(4, np.int64))
    filled_forward(np.zeros(1), np.zeros(1, EPICS_CHANGE), 1)


def _warm_xtc2(buffer: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> None:
    walk_xtc2(buffer, np.zeros(1, np.uint64), np.full(1, BYTES, np.uint32))
    located = locate(buffer, np.zeros(1, INDEX), Names(0, "", "", "", 0, "", (0, 0, 0), 0, ()))
    gather_bytes(located.buffer, np.zeros(1, np.int64), 4)
    copy_panels(located.buffer, np.zeros((1, 1), np.int64), np.empty((1, 1, 4), np.uint8))
    for _, family in FAMILIES.items():
        if family.warm is not None:
            family.warm()
    for _, area in FRAMES.items():
        if area.packing is not None:
            area.packing.unpack(located.buffer, np.zeros(0, np.int64), np.zeros((0, math.prod(area.packing.shape)), np.uint16))
