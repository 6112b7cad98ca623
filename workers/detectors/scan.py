"""Where the scan stands: step number and the set values of the scanned variables."""

from collections.abc import Iterable

import numpy as np

from monitor.model.column import Column
from workers.detectors.family import EVENTS, EventFamily, ReadWhole, Whole, real, whole
from workers.run_view import RunView, safe_name

CONTROL_CONFIG = 10


def open_scan(run: RunView) -> ReadWhole:
    """Reader of ``scan/varStep``, ``scan/var<i>`` and ``scan/<control name>``; the same for all events of a step."""
    controls = [control for record in run.all_of(CONTROL_CONFIG)[-1:] for control in record["pvControls"]]
    step = whole("scan/varStep", "calib cycle, from 0")
    fields = []
    for i, control in enumerate(controls):
        label = control["name"] if control["index"] == NOT_AN_ARRAY else f"{control['name']}[{control['index']}]"
        value = float(control["value"])
        fields += [(real(f"scan/var{i}", description=label), value), (real(f"scan/{safe_name(label)}"), value)]

    def read(event: Whole) -> Iterable[Column]:
        count = event.batch.count
        if event.batch.step >= 0:
            yield Column(step, np.full(count, event.batch.step, np.int64))
        for field, value in fields:
            yield Column(field, np.full(count, value))

    return read


NOT_AN_ARRAY = 0xFFFFFFFF

EVENTS.add("scan", EventFamily(open=open_scan))
