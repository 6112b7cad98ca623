"""Encoders: counts of motor stages, which the device sends as 24 bits."""

from collections.abc import Iterable

import numpy as np

from monitor.model.column import Column
from monitor.model.field import Field
from monitor.xtc.types import PayloadType
from workers.detectors.family import POINTS, PointFamily, Read
from workers.detectors.table import field_of, named, numbers_in
from workers.payloads import Payloads
from workers.run_view import RunView, Source

COUNTS = ("encoder_count", "count")
SIGN = np.int64(1 << 23)
FULL = np.int64(1 << 24)


def open_encoder(source: Source, kind: PayloadType, run: RunView) -> Read:
    """Reader of ``<encoder>/encoder_count`` (int64, bit 23 is the sign) and the other numbers of the payload."""
    dtype = kind.struct.dtype
    if dtype is None or dtype.names is None:
        raise ValueError(f"{kind.name} version {kind.version} has no fixed size")
    count = next(name for name in COUNTS if name in dtype.names)
    others = named(kind.struct, source.name, {path: path for path in numbers_in(kind.struct) if path != count})
    place = field_of(kind.struct, count, "")
    counts = Field(
        name=f"{source.name}/encoder_count", dtype=np.dtype(np.int64), shape=place.shape, unit="1", description="signed counts"
    )

    def read(payloads: Payloads) -> Iterable[Column]:
        rows, present = payloads.table(dtype), payloads.present
        columns = [Column(field, rows[name].astype(field.dtype), present) for name, field in others.items()]
        word = rows[count].astype(np.int64) % FULL
        return [*columns, Column(counts, np.where(word >= SIGN, word - FULL, word), present)]

    return read


POINTS.add("encoder", PointFamily(types=frozenset({24, 62}), open=open_encoder))
