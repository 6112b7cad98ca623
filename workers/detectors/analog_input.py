"""Analogue inputs among the beam-line data: one voltage per channel."""

from collections.abc import Iterable

import numpy as np

from monitor.model.column import Column
from monitor.xtc.types import PayloadType
from workers.detectors.family import POINTS, PointFamily, Read, real
from workers.payloads import Payloads
from workers.run_view import RunView, Source

CHANNELS = 16
"""The device has this many; a channel that a payload does not have is absent."""


def open_analog_input(source: Source, kind: PayloadType, run: RunView) -> Read:
    """Reader of ``<input>/ch00`` ... ``ch15`` in V, as many as the payloads have."""
    fields = [real(f"{source.name}/ch{channel:02d}", "V") for channel in range(CHANNELS)]

    def read(payloads: Payloads) -> Iterable[Column]:
        sizes = payloads.entries["size"]
        for channel, field in enumerate(fields):
            head = np.dtype([("numChannels", "<u4"), ("voltages", "<f8", (channel + 1,))])
            rows = payloads.where(sizes >= head.itemsize).table(head)
            has = rows["numChannels"] > channel
            if has.any():
                yield Column(field, rows["voltages"][:, channel].copy(), has)

    return read


POINTS.add("analog_input", PointFamily(types=frozenset({94}), open=open_analog_input))
