"""Time tool of the data acquisition: where the edge was found."""

from collections.abc import Iterable

import numpy as np

from monitor.model.column import Column
from monitor.xtc.types import PayloadType
from workers.detectors.family import POINTS, PointFamily, Read, real, whole
from workers.payloads import Payloads
from workers.run_view import RunView, Source


def open_time_tool(source: Source, kind: PayloadType, run: RunView) -> Read:
    """Reader of the numbers at the head of the payload as ``<time tool>/<field>``; the projections behind them vary in size."""
    fixed = [(place.name, place.dtype) for place in kind.struct.fields if not place.shape and place.dtype is not None]
    dtype = np.dtype(fixed)
    fields = {}
    for place in kind.struct.fields:
        if not place.shape and not place.hidden:
            make = whole if place.dtype is not None and place.dtype.kind == "u" else real
            fields[place.name] = make(f"{source.name}/{place.name}", unit=place.unit, description=place.doc)

    def read(payloads: Payloads) -> Iterable[Column]:
        fitting = payloads.where(payloads.entries["size"] >= dtype.itemsize)
        rows, present = fitting.table(dtype), fitting.present
        return [Column(field, rows[name].astype(field.dtype), present) for name, field in fields.items()]

    return read


POINTS.add("time_tool", PointFamily(types=frozenset({87}), open=open_time_tool))
