"""Level-3 trigger: its decision on each event."""

from collections.abc import Iterable

from monitor.model.column import Column
from monitor.xtc.columns import column
from monitor.xtc.types import PayloadType
from workers.detectors.family import POINTS, WHOLE, PointFamily, Read, whole
from workers.payloads import Payloads
from workers.run_view import RunView, Source


def open_l3t(source: Source, kind: PayloadType, run: RunView) -> Read:
    """Reader of ``l3t/accept`` and, where the version has it, ``l3t/result`` (0 fail, 1 pass, 2 none)."""
    struct = kind.struct
    dtype = struct.dtype
    if dtype is None:
        raise ValueError(f"{kind.name} version {kind.version} has no fixed size")
    bits = [part.name for part in struct.field("accept").bits]
    fields = {name: whole(f"l3t/{name}") for name in ("accept", *bits)}

    def read(payloads: Payloads) -> Iterable[Column]:
        rows, present = payloads.table(dtype), payloads.present
        return [Column(field, column(rows, struct, name).astype(WHOLE), present) for name, field in fields.items()]

    return read


POINTS.add("l3t", PointFamily(types=frozenset({71}), open=open_l3t))
