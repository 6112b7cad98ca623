"""Sums split by light state: each event is added up once, under its own state, and the totals are made where sums meet."""

from monitor.model.sums import Sums, SumState
from monitor.running.merging import merge_all

REST = "rest"
"""State of events that have none of the others, and whose sums are not kept apart."""

MARK = "@"


def split_name(name: str, state: str) -> str:
    """Name of the part of a sum over the events of one state.

    >>> split_name("cspad_calib", "laser_on")
    'cspad_calib@laser_on'
    """
    return f"{name}{MARK}{state}"


def joined(sums: Sums) -> Sums:
    """The sums under the names they have in a file: the total, and each state but the rest on its own.

    ``cspad_calib@laser_on``, ``cspad_calib@laser_off`` and ``cspad_calib@rest`` give ``cspad_calib``, ``cspad_calib_laser_on``
    and ``cspad_calib_laser_off``. Sums that are not split stay as they are. No array is changed.

    Raises
    ------
    ValueError
        If the parts of one sum have different shapes.
    """
    whole: dict[str, SumState] = {}
    parts: dict[str, list[SumState]] = {}
    for name, state in sums.items():
        base, mark, light = name.partition(MARK)
        if not mark:
            whole[name] = state
            continue
        parts.setdefault(base, []).append(state)
        if light != REST:
            whole[f"{base}_{light}"] = state
    return {**whole, **{base: merge_all(states) for base, states in parts.items()}}
