"""The small-data twin of an XTC file: the same datagrams with proxies in the place of large payloads.

Rules: the facility's smldata tool with its default threshold. What that tool leaves uninitialised (the physical word of its own
entries) is zero here.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.xtc.header import CLOCK_TO_ROOT, CONTAINER, DATAGRAM_SIZE, XTC, XTC_SIZE, Level, Transition
from monitor.xtc.rewriting.rebuild import Action, Rebuilt, rebuild
from monitor.xtc.walk import walk

THRESHOLD = 1024
"""Payloads with an extent below this many bytes stay in place."""

EVR_DATA = 19
EXTENT = 16
"""Byte of the extent in the header of an XTC."""
CONFIG_TYPE, OFFSET_TYPE = 1 << 16 | 89, 1 << 16 | 90
CONFIG = np.dtype([("xtc", XTC), ("threshold", "<u4")])
OFFSET = np.dtype([("xtc", XTC), ("offset", "<i8"), ("extent", "<u4")])
KIND_EVENT, KIND_CONFIGURE, KIND_OTHER = 0, 1, 2


def small_datagrams(
    buffer: NDArray[np.uint8], heads: NDArray[Any], threshold: int = THRESHOLD, *, camera: bool = False
) -> Iterator[NDArray[np.uint8]]:
    """Bytes of the small-data file for some datagrams of a big file, in order.

    Parameters
    ----------
    buffer
        The whole big file, uint8: proxies say where in it the payload is.
    heads
        Datagrams of it, structured array of dtype ``monitor.xtc.walk.HEAD``. Events with nothing inside are left out.
    threshold
        Payloads with an extent below this many bytes, and event codes, stay in place.
    camera
        The stream of a camera recorder: Configure says the threshold last in its segment, not first under the root.
    """
    service = heads["control"] & 15
    kind = np.full(len(heads), KIND_OTHER)
    kind[service == Transition.L1ACCEPT] = KIND_EVENT
    kind[service == Transition.CONFIGURE] = KIND_CONFIGURE
    changes = np.flatnonzero(np.diff(kind)) + 1
    for stretch in np.split(np.arange(len(heads)), changes):
        if len(stretch) == 0:
            continue
        mine = heads[stretch]
        if kind[stretch[0]] == KIND_EVENT:
            yield _events(buffer, mine, threshold)
        elif kind[stretch[0]] == KIND_CONFIGURE:
            yield _camera_configures(buffer, mine, threshold) if camera else _configures(buffer, mine, threshold)
        else:
            yield buffer[int(mine["offset"][0]) : int(mine["offset"][-1]) + int(mine["length"][-1])]


def _events(buffer: NDArray[np.uint8], heads: NDArray[Any], threshold: int) -> NDArray[np.uint8]:
    index = walk(buffer, heads["offset"], heads["length"]).index
    kept = (index["size"] + XTC_SIZE < threshold) | (index["contains"] & 0xFFFF == EVR_DATA)
    actions = np.where(kept, Action.COPY, Action.PROXY).astype(np.uint8)
    actions[index["contains"] & 0xFFFF == CONTAINER] = Action.HEADER
    first = np.zeros(len(heads), OFFSET)
    _label(first, OFFSET_TYPE)
    first["offset"], first["extent"] = heads["offset"], heads["length"] - CLOCK_TO_ROOT
    made = rebuild(buffer, heads, actions, first=first.view(np.uint8).reshape(len(heads), -1))
    return _without(made, DATAGRAM_SIZE + OFFSET.itemsize)


def _configures(buffer: NDArray[np.uint8], heads: NDArray[Any], threshold: int) -> NDArray[np.uint8]:
    index = walk(buffer, heads["offset"], heads["length"]).index
    first = _thresholds(len(heads), threshold)
    actions = np.full(len(index), Action.COPY, np.uint8)
    return rebuild(buffer, heads, actions, first=first.view(np.uint8).reshape(len(heads), -1)).data


def _camera_configures(buffer: NDArray[np.uint8], heads: NDArray[Any], threshold: int) -> NDArray[np.uint8]:
    """As the camera recorder writes them; a Configure without a whole segment in front has the form of the DAQ."""
    parts = []
    for head in range(len(heads)):
        start, length = int(heads["offset"][head]), int(heads["length"][head])
        whole = buffer[start : start + length]
        segment = whole[DATAGRAM_SIZE : DATAGRAM_SIZE + XTC_SIZE].copy()
        header = segment.view(XTC)[0] if len(segment) == XTC_SIZE else np.zeros((), XTC)
        extent = int(header["extent"])
        if header["contains"] & 0xFFFF != CONTAINER or not XTC_SIZE <= extent <= length - DATAGRAM_SIZE:
            parts.append(_configures(buffer, heads[head : head + 1], threshold))
            continue
        entry = _thresholds(1, threshold).view(np.uint8)
        end = DATAGRAM_SIZE + extent
        made = np.concatenate([whole[:end], entry, whole[end:]])
        for place in (CLOCK_TO_ROOT, DATAGRAM_SIZE):
            made[place + EXTENT : place + XTC_SIZE].view("<u4")[0] += len(entry)
        parts.append(made)
    return np.concatenate(parts)


def _thresholds(count: int, threshold: int) -> NDArray[Any]:
    """Entries that tell the threshold, dtype ``CONFIG``."""
    entries = np.zeros(count, CONFIG)
    _label(entries, CONFIG_TYPE)
    entries["threshold"] = threshold
    return entries


def _label(entries: NDArray[Any], contains: int) -> None:
    """Fill the XTC headers of entries of our own."""
    header = entries["xtc"]
    header["logical"], header["contains"], header["extent"] = Level.RECORDER << 24, contains, entries.dtype.itemsize


def _without(made: Rebuilt, size: int) -> NDArray[np.uint8]:
    """The datagrams longer than ``size``: those that hold more than an empty one does."""
    wanted = made.lengths > size
    return made.data if wanted.all() else made.data[np.repeat(wanted, made.lengths)]
