"""Damage in a stated fraction of events, of the kinds a real run has: lost payloads, torn segments, half-valid beam data."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.damage import Damage
from monitor.simulate.contribution import Contribution, Group
from monitor.xtc.header import type_id

EBEAM = 15

HARM = np.dtype([("event", "<i8"), ("group", "<i4"), ("part", "<i4"), ("kind", "<i4")])
"""One harmed contribution: number of the event, index of group and part (-1 = the whole group), index in ``KINDS``."""

KINDS = ("absent", "incomplete", "user")


def harm(groups: list[Group], numbers: NDArray[np.int64], fraction: float, random: np.random.Generator) -> NDArray[Any]:
    """Damage one contribution in about ``fraction`` of these events, in place.

    Parameters
    ----------
    groups
        Columns of the events.
    numbers
        Numbers of the events in the run.
    fraction
        Between 0 and 1.
    random
        Source of chance.

    Returns
    -------
    numpy.ndarray
        What was done, dtype ``HARM``, in event order.
    """
    targets = [(g, p) for g, group in enumerate(groups) for p, part in enumerate(group.parts) if not part.nested]
    if not targets or fraction <= 0:
        return np.zeros(0, HARM)
    hits = np.flatnonzero(random.random(len(numbers)) < fraction)
    done = [_damage(groups, targets[random.integers(len(targets))], int(at), random) for at in hits]
    record = np.zeros(len(hits), HARM)
    record["event"] = numbers[hits]
    for name, column in zip(("group", "part", "kind"), zip(*done, strict=True), strict=False):
        record[name] = column
    return record


def _damage(groups: list[Group], target: tuple[int, int], at: int, random: np.random.Generator) -> tuple[int, int, int]:
    """Damage one contribution or its segment at one event; tell group, part and kind."""
    group_index, part_index = target
    group = groups[group_index]
    part = group.parts[part_index]
    if type_id(part.contains) == EBEAM and random.random() < 0.5 and not part.absent[at]:
        _invalidate_charge(part, at)
        return group_index, part_index, KINDS.index("user")
    if random.random() < 0.25:
        if group.incomplete is None:
            group.incomplete = np.zeros(len(part.which), bool)
        group.incomplete[at] = True
        return group_index, -1, KINDS.index("incomplete")
    part.absent[at] = True
    return group_index, part_index, KINDS.index("absent")


def _invalidate_charge(part: Contribution, at: int) -> None:
    """Mark the bunch charge of one EBeam payload as not valid: user damage, bit 0 of its damageMask."""
    part.damage[at] |= np.uint32(Damage.USER_DEFINED)
    if not part.rows.flags.writeable:
        part.rows = part.rows.copy()
    part.rows[part.which[at], 0] |= 1
