"""Time-tool camera of 2019 and 2020 (algorithm ttalg): its line lies in a frame of the firmware's event batcher.

Behind a head of 16 bytes come sub-frames, each with a tail of 16 bytes that tells its size and destination, so that a frame is
read from its end. The camera sends a line only now and then.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from monitor.model.column import Column
from monitor.model.field import Field
from monitor.xtc2.columns import ABSENT, gather
from monitor.xtc2.words import plain
from workers.kernel import kernel
from workers.trouble import Trouble
from workers.xtc2.family import FAMILIES, Family, Setting
from workers.xtc2.payloads import Group

HEAD = TAIL = 16
CAMERA = 2
"""Destination of the camera's line."""
PIXELS = 2048
PIXEL = np.dtype(np.int8)


def image(group: Group, setting: Setting, count: int, trouble: Trouble) -> Iterable[Column]:
    """``image``: the camera's line, signed bytes; absent where there is none."""
    number = next((i for i, field in enumerate(group.names.fields) if field.name == "data" and field.rank == 1), None)
    if number is None:
        return
    values, present = np.zeros((count, PIXELS), PIXEL), np.zeros(count, bool)
    for part in group.parts:
        rows = np.flatnonzero((part.located.offsets[number] != ABSENT) & (part.damage == 0))[::-1]
        found = np.empty(len(rows), np.int64)
        find_line(part.located.buffer, part.located.offsets[number, rows], part.located.sizes[number, rows], found)
        has = found != ABSENT
        events = part.events[rows[has]]
        values[events] = gather(part.located.buffer, found[has], PIXELS).view(PIXEL)
        present[events] = True
    yield Column(Field(name=f"{setting.group}/image", dtype=PIXEL, shape=(PIXELS,), unit="ADU"), values, present)


@kernel
def find_line(buffer: NDArray[np.uint8], offsets: NDArray[np.int64], sizes: NDArray[np.int64], found: NDArray[np.int64]) -> None:
    """First byte of the camera's line in each frame; -1 = none."""
    for row in range(len(offsets)):
        found[row] = -1
        first = offsets[row] + HEAD
        at = min(offsets[row] + sizes[row], np.int64(len(buffer)))
        while first >= HEAD and at - TAIL >= first:
            at -= TAIL
            size = np.int64(buffer[at]) | np.int64(buffer[at + 1]) << 8
            destination = buffer[at + 4]
            if size > at - first:
                break
            at -= size
            if destination == CAMERA and size == PIXELS:
                found[row] = at


def warm() -> None:
    """Compile the kernel."""
    none = np.zeros(0, np.int64)
    find_line(plain(np.zeros(0, np.uint8)), none, none, none)


FAMILIES.add("old_time_tool", Family(det_types=frozenset({"ttdet"}), algorithm="ttalg", read=image, warm=warm))
