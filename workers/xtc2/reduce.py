"""Columns of an XTC2 batch: all scalars of all detectors, arrays that a family declares, slow and scanned values, presence."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

from monitor.model.batch import Batch
from monitor.model.column import Column
from monitor.model.field import Field
from monitor.model.run_state import RunState
from monitor.plugins import load_folder
from monitor.settings import Light
from monitor.xtc2.header import EPOCH
from monitor.xtc2.names import FieldType
from workers.detectors.epics import filled_forward
from workers.run_view import safe_name
from workers.trouble import Trouble
from workers.xtc2.family import Setting, family_of
from workers.xtc2.frame_family import frame_family
from workers.xtc2.loose import loose_column
from workers.xtc2.payloads import Group, groups_of
from workers.xtc2.view import NOT_DETECTORS, View

load_folder("workers.xtc2.detectors")

WHOLE, REAL = np.dtype(np.int64), np.dtype(np.float64)

Guarded = Callable[[str, Callable[[], Iterable[Column]]], None]
"""Adds the columns that a reader gives; what it raises is counted under the name."""


def reduce(
    batch: Batch, buffers: list[NDArray[np.uint8]], state: RunState, view: View, light: Light, trouble: Trouble, add: Guarded
) -> list[Group]:
    """Add the columns of a batch; what came of its detectors is returned.

    Parameters
    ----------
    batch, buffers
        Which events, and their bytes.
    state, view
        What holds for them.
    light
        Which event codes tell the X-rays and the laser.
    trouble
        Where to say what goes wrong.
    add
        Takes the columns.
    """
    groups = [group for group in groups_of(batch, buffers, view.tables, trouble) if group.names.det_name not in NOT_DETECTORS]
    add("timestamp", lambda: [timestamp(batch)])
    add("scan", lambda: scan_columns(batch, view.scan))
    add("epics", lambda: slow_columns(batch, state))
    add("damage", lambda: presence(groups, view.detectors, batch.count))
    for group in groups:
        names = group.names
        config = view.config(names.det_name, names.segment)
        setting = Setting(group=path_of(group, view), experiment=state.experiment, light=light, config=config)
        add(f"{names.det_name} {names.algorithm}", partial(field_columns, group, setting, batch.count, trouble))
    return groups


def timestamp(batch: Batch) -> Column:
    """``timestamp``: seconds since 1990 << 32 | nanoseconds, as the files have it."""
    seconds = (batch.events["seconds"] - np.uint32(EPOCH)).astype(np.int64)
    field = Field(name="timestamp", dtype=WHOLE, description="seconds since 1990 << 32 | nanoseconds")
    return Column(field, seconds << 32 | batch.events["nanoseconds"].astype(np.int64))


def scan_columns(batch: Batch, values: Mapping[str, float]) -> Iterable[Column]:
    """``scan/<name>`` of each scanned variable, and ``scan/varStep``; the same for all events of a step."""
    if batch.step >= 0:
        field = Field(name="scan/varStep", dtype=WHOLE, unit="1", description="step, from 0")
        yield Column(field, np.full(batch.count, batch.step, np.int64))
    for name, value in values.items():
        yield Column(Field(name=f"scan/{safe_name(name)}", dtype=REAL), np.full(batch.count, value))


def slow_columns(batch: Batch, state: RunState) -> Iterable[Column]:
    """``epicsAll/<name>``: the newest value of each slow variable, NaN until there is one."""
    values = filled_forward(batch.epics_start, batch.epics_changes, batch.count)
    for pv, row in zip(state.pvs, values, strict=False):
        yield Column(Field(name=f"epicsAll/{safe_name(pv.alias)}", dtype=REAL, description=pv.pv), row)


def presence(groups: list[Group], detectors: tuple[str, ...], count: int) -> Iterable[Column]:
    """``damage/<detector>``: 1 = data present and undamaged, in all that came of it."""
    came = {name: np.zeros(count, bool) for name in detectors}
    bad = {name: np.zeros(count, bool) for name in detectors}
    for group in groups:
        for part in group.parts:
            came[group.names.det_name][part.events] = True
            bad[group.names.det_name][part.events[part.damage != 0]] = True
    for name in detectors:
        field = Field(name=f"damage/{safe_name(name)}", dtype=WHOLE, unit="1", description=f"1 = {name} present and undamaged")
        yield Column(field, (came[name] & ~bad[name]).astype(np.int64))


def path_of(group: Group, view: View) -> str:
    """Group in the file: the detector's name, with the segment behind it where there are several."""
    names = group.names
    several = len(view.segments.get((names.det_name, names.algorithm), ())) > 1
    return safe_name(f"{names.det_name}_{names.segment}" if several else names.det_name)


def field_columns(group: Group, setting: Setting, count: int, trouble: Trouble) -> Iterable[Column]:
    """All scalars, the arrays that the family declares, and what it computes from them."""
    names = group.names
    trouble.note(f"damaged {names.det_name} {names.algorithm}", sum(int((part.damage != 0).sum()) for part in group.parts))
    family, found = family_of(names.det_type, names.algorithm), dict[str, Column]()
    has_frames = frame_family(names.det_type, names.algorithm) is not None
    for number, field in enumerate(names.fields):
        shape = () if field.rank == 0 else family.shapes.get(field.name)
        if field.is_label or field.type == FieldType.CHARSTR:
            continue
        if shape is None or len(shape) != field.rank:
            if family.loose and not (has_frames and field.rank > 1):
                yield from loose_column(group, number, setting.group, count, trouble, prefix=family.prefix)
            continue
        values, present, strange = group.column(number, shape, count)
        trouble.note(f"{names.det_name} {field.name} has other dimensions than {shape}", strange)
        path = f"{setting.group}/{safe_name(family.prefix + field.shown)}"
        said = Field(name=path, dtype=field.dtype, shape=shape, unit=family.units.get(field.name, ""))
        found[field.name] = Column(said, values, None if present.all() else present)
    yield from found.values()
    yield from family.more(found, setting)
    yield from family.read(group, setting, count, trouble)
