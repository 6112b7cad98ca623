"""Arrays whose length is nowhere declared: as many elements per event as came, with their dimensions beside them."""

from collections.abc import Iterable

import numpy as np

from monitor.model.column import Column
from monitor.model.field import VARIABLE, Field
from monitor.xtc2.columns import ABSENT, gather
from workers.run_view import safe_name
from workers.trouble import Trouble
from workers.xtc2.payloads import Group

MOST = 1 << 14
"""Elements of an array beyond which it is a frame that somebody has to ask for."""


def loose_column(group: Group, number: int, path: str, count: int, trouble: Trouble, *, prefix: str = "") -> Iterable[Column]:
    """``<path>/var_<prefix><field>/value``, and ``<path>/<prefix><field>_shape`` of arrays with two and more dimensions.

    Parameters
    ----------
    group
        Payloads.
    number
        Of the field in the block of names.
    path
        Where the columns of the detector are.
    count
        Events of the batch.
    trouble
        Told of arrays that are too long to be kept.
    prefix
        Put before the name of the field.
    """
    field = group.names.fields[number]
    name, width = safe_name(prefix + field.shown), field.dtype.itemsize
    lengths, present = np.zeros(count, np.int64), np.zeros(count, bool)
    shapes, pieces, long = np.zeros((count, field.rank), np.int64), [np.zeros(0, field.dtype)], 0
    # The parts of a stream are its chunks, in order, so that what is put side by side is in event order.
    for part in group.parts:
        located = part.located
        whole = (located.offsets[number] != ABSENT) & (part.damage == 0)
        rows = np.flatnonzero(whole & (located.sizes[number] <= MOST * width))
        long += int(whole.sum()) - len(rows)
        rows = rows[np.unique(part.events[rows], return_index=True)[1]]
        events, sizes = part.events[rows], located.sizes[number, rows] // width
        lengths[events], present[events], shapes[events] = sizes, True, located.dimensions(number)[rows]
        steps = np.arange(int(sizes.sum()), dtype=np.int64) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        places = np.repeat(located.offsets[number, rows], sizes) + steps * width
        pieces.append(gather(located.buffer, places, width).view(field.dtype).reshape(-1))
    trouble.note(f"{group.names.det_name} {field.name} has more than {MOST} elements and is not kept", long)
    said = Field(name=f"{path}/{VARIABLE}{name}/value", dtype=field.dtype, ragged=True)
    yield Column(said, np.concatenate(pieces), None if present.all() else present, lengths)
    if field.rank > 1:
        sizes_field = Field(name=f"{path}/{name}_shape", dtype=np.dtype(np.int64), shape=(field.rank,), unit="1")
        yield Column(sizes_field, shapes, None if present.all() else present)
