"""EPICS variables: the latest value of each, repeated for every event."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from monitor.model.column import Column
from workers.detectors.family import EVENTS, EventFamily, ReadWhole, Whole, real
from workers.kernel import kernel
from workers.run_view import RunView, safe_name


def open_epics(run: RunView) -> ReadWhole:
    """Reader of ``epicsAll/<alias>``: float64, NaN until the variable has a value."""
    fields = [real(f"epicsAll/{safe_name(pv.alias)}", description=pv.pv) for pv in run.state.pvs]

    def read(event: Whole) -> Iterable[Column]:
        values = filled_forward(event.batch.epics_start, event.batch.epics_changes, event.batch.count)
        for field, row in zip(fields, values, strict=False):
            yield Column(field, row)

    return read


def filled_forward(start: NDArray[np.float64], changes: NDArray[np.void], count: int) -> NDArray[np.float64]:
    """Value of each variable at each event, shape (variables, events).

    Parameters
    ----------
    start
        Values before the first event, shape (variables,).
    changes
        Structured array of dtype ``EPICS_CHANGE``, in order of occurrence; each holds from its event on.
    count
        Events.
    """
    values = np.repeat(np.asarray(start, np.float64)[:, None], count, axis=1)
    if len(changes) and count:
        event, pv, value = (np.ascontiguousarray(changes[name]) for name in ("event", "pv", "value"))
        _apply(event, pv, value, values)
    return values


@kernel
def _apply(event: NDArray[np.uint32], pv: NDArray[np.uint32], value: NDArray[np.float64], values: NDArray[np.float64]) -> None:
    variables, count = values.shape
    for i in range(len(event)):
        if pv[i] < variables:
            for at in range(event[i], count):
                values[pv[i], at] = value[i]


EVENTS.add("epics", EventFamily(open=open_epics))
