"""EPICS variables: the latest value of each, repeated for every event."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import NDArray

from monitor.model.batch import Batch
from monitor.model.column import Column
from monitor.model.run_state import PvName
from workers.detectors.family import EVENTS, EventFamily, ReadWhole, Whole, real
from workers.kernel import kernel
from workers.run_view import RunView, safe_name


def open_epics(run: RunView) -> ReadWhole:
    """Reader of ``epicsAll/<alias>``, ``epicsUser/<alias>`` and, with the names of a hutch, ``epics/<alias>``.

    Float64, NaN until the variable has a value.
    """
    pvs, wanted = run.state.pvs, run.settings.epics
    fields = [(i, real(f"epicsAll/{safe_name(pv.alias)}", description=pv.pv)) for i, pv in enumerate(pvs)] if wanted.all else []
    for i in (i for pattern in run.hutch.epics for i in matching(pvs, pattern)):
        fields.append((i, real(f"epics/{safe_name(pvs[i].alias)}", description=pvs[i].pv)))
    for pattern in wanted.record:
        found = matching(pvs, pattern)
        if not found and pvs:
            run.trouble.note(f"epics.record: this run has no variable {pattern!r}")
        fields += [(i, real(f"epicsUser/{safe_name(pvs[i].alias)}", description=pvs[i].pv)) for i in found]
    fields = list({field.name: (i, field) for i, field in fields}.values())

    def read(event: Whole) -> Iterable[Column]:
        values = values_of(event.batch, [i for i, _ in fields])
        for (_, field), row in zip(fields, values, strict=True):
            yield Column(field, row)

    return read


def matching(pvs: Sequence[PvName], pattern: str) -> list[int]:
    """Numbers of the variables whose alias or name is this; ``*`` and ``?`` as in file names."""
    return [i for i, pv in enumerate(pvs) if any(name == pattern or fnmatchcase(name, pattern) for name in (pv.alias, pv.pv))]


def values_of(batch: Batch, numbers: Sequence[int]) -> NDArray[np.float64]:
    """Value of some variables at each event, shape (variables, events); NaN for one that the batch says nothing of."""
    places = np.full(max(len(batch.epics_start), *numbers, 0) + 1, len(numbers), np.int64)
    wanted = np.asarray(numbers, np.int64)
    places[wanted] = np.arange(len(numbers))
    start = np.full(len(numbers), np.nan)
    inside = wanted < len(batch.epics_start)
    start[inside] = np.asarray(batch.epics_start, np.float64)[wanted[inside]]
    changes = batch.epics_changes
    if len(changes):
        known = changes["pv"].astype(np.int64)
        places_now = places[np.minimum(known, len(places) - 1)]
        mine = (places_now < len(numbers)) & (known < len(places))
        changes = changes[mine].copy()
        changes["pv"] = places_now[mine]
    return filled_forward(start, changes, batch.count)


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
