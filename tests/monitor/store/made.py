"""Rows, sums and their written-out expectation as functions of the sequence number alone: any split says the same."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.column import Column
from monitor.model.field import Field
from monitor.model.rows import Rows
from monitor.model.sums import Sums, SumState

LATE = 7
"""From this event on there is a second detector."""

TIME = Field(name="event_time", dtype=np.dtype("i8"), unit="")
CHARGE = Field(name="ebeam/charge", dtype=np.dtype("f8"), unit="nC", description="bunch charge")
CODE = Field(name="evr/code_162", dtype=np.dtype("i8"), unit="1")
ROI = Field(name="cspad/ROI_area", dtype=np.dtype("f4"), shape=(2, 3), unit="keV")
DELAY = Field(name="enc/lasDelay", dtype=np.dtype("f8"), unit="ps")

# Event n has n % 4 droplets, none every sixth; their image only in odd events; peaks of a second detector from event LATE on.
DROPLET = Field(name="epix/var_droplet/x", dtype=np.dtype("f8"), unit="pixel", ragged=True)
IMAGE = Field(name="epix/var_droplet/image", dtype=np.dtype("u2"), shape=(2,), ragged=True)
PEAK = Field(name="jungfrau/var_peak/adu", dtype=np.dtype("i4"), ragged=True)
# A slow detector has a value in every third event, and then one or two hits.
SLOW = Field(name="slow/sum", dtype=np.dtype("f8"), aligned="intg", unit="keV")
HIT = Field(name="slow/var_hit/t", dtype=np.dtype("f4"), aligned="intg", ragged=True)


def droplets(n: int) -> int:
    return 0 if n % 6 == 5 else n % 4


def has_slow(n: int) -> bool:
    return n % 3 == 2


def ragged(field: Field, events: list[list[Any] | None]) -> Column:
    """A column of these elements per event; ``None`` = absent."""
    values = np.array([value for event in events for value in event or ()], field.dtype).reshape(-1, *field.shape)
    lengths = np.array([len(event or ()) for event in events], np.int64)
    return Column(field, values, np.array([event is not None for event in events], bool), lengths)


def ragged_table(seq: list[int]) -> dict[Field, Column]:
    return {
        DROPLET: ragged(DROPLET, [None if n % 6 == 5 else [n + k / 10 for k in range(droplets(n))] for n in seq]),
        IMAGE: ragged(IMAGE, [[[n, k] for k in range(droplets(n))] if n % 2 else None for n in seq]),
        PEAK: ragged(PEAK, [[-n] * 2 if n >= LATE else None for n in seq]),
        SLOW: Column(SLOW, np.array(seq, float) * 2, np.array([has_slow(n) for n in seq], bool)),
        HIT: ragged(HIT, [[n] * (1 + n % 2) if has_slow(n) else None for n in seq]),
    }


def expected_ragged(count: int) -> dict[str, NDArray[np.generic]]:
    """Ragged and aligned columns of events 0 to ``count`` as they must stand in the file."""
    events, slow = range(count), [n for n in range(count) if has_slow(n)]
    one = [(n, k) for n in events for k in range(droplets(n))]
    columns: dict[str, NDArray[np.generic]] = {
        "epix/var_droplet_len": np.array([droplets(n) for n in events], "i8"),
        "epix/var_droplet/x": np.array([n + k / 10 for n, k in one], "f8"),
    }
    if count > 1:
        columns["epix/var_droplet/image"] = np.array([[n, k] if n % 2 else [0, 0] for n, k in one], "u2").reshape(-1, 2)
    if count > LATE:
        columns["jungfrau/var_peak_len"] = np.array([2 if n >= LATE else 0 for n in events], "i8")
        columns["jungfrau/var_peak/adu"] = np.array([-n for n in events if n >= LATE for _ in range(2)], "i4")
    if slow:
        columns["intg/event_time"] = np.array([1000 + n for n in slow], "i8")
        columns["intg/slow/sum"] = np.array([2.0 * n for n in slow])
        columns["intg/slow/var_hit_len"] = np.array([1 + n % 2 for n in slow], "i8")
        columns["intg/slow/var_hit/t"] = np.array([n for n in slow for _ in range(1 + n % 2)], "f4")
    return columns


def one_per_event(name: str) -> bool:
    """Whether a column has a row for every event: not the elements of a ragged group, nor a group of its own rate."""
    return not name.startswith("intg/") and ("/var_" not in name or name.endswith("_len"))


def expected_part(first: int, stop: int) -> dict[str, NDArray[np.generic]]:
    """Columns as they must stand in a part with the events ``first`` to ``stop``."""
    before = expected(first)
    starts = {name: first if one_per_event(name) else len(before.get(name, ())) for name in expected(stop)}
    return {name: values[starts[name] :] for name, values in expected(stop).items()}


def table(first: int, stop: int) -> Rows:
    """Rows ``first`` to ``stop``: charge absent in every third event, code in every fifth, delay before event LATE."""
    seq = np.arange(first, stop)
    columns = {
        TIME: Column(TIME, 1000 + seq),
        CHARGE: Column(CHARGE, seq * 0.5, seq % 3 != 0),
        CODE: Column(CODE, seq * 10, seq % 5 != 0),
        ROI: Column(ROI, (seq[:, None, None] + np.arange(6.0).reshape(2, 3)).astype("f4"), seq % 2 == 0),
        DELAY: Column(DELAY, -1.0 * seq, seq >= LATE),
        **ragged_table(seq.tolist()),
    }
    return Rows(first, stop - first, {field.path: column for field, column in columns.items()})


def sums(first: int, stop: int) -> Sums:
    """Sum of a frame whose two pixels are the sequence number and 1."""
    seq = np.arange(first, stop)
    if not len(seq):
        return {}
    total = np.array([seq.sum(), len(seq)], float)
    return {"cspad_calib": SumState("mean_image", len(seq), {"total": total})}


def expected(count: int) -> dict[str, NDArray[np.generic]]:
    """Columns of events 0 to ``count`` as they must stand in the file, event by event."""
    charge = [float("nan") if n % 3 == 0 else n * 0.5 for n in range(count)]
    code = [-99999 if n % 5 == 0 else n * 10 for n in range(count)]
    absent = [[float("nan")] * 3] * 2
    area = [[[n, n + 1, n + 2], [n + 3, n + 4, n + 5]] if n % 2 == 0 else absent for n in range(count)]
    columns = {
        "event_time": np.array([1000 + n for n in range(count)], "i8"),
        "ebeam/charge": np.array(charge, "f8"),
        "evr/code_162": np.array(code, "i8"),
        "cspad/ROI_area": np.array(area, "f4").reshape(count, 2, 3),
    }
    if count > LATE:
        columns["enc/lasDelay"] = np.array([float("nan") if n < LATE else -1.0 * n for n in range(count)], "f8")
    return {**columns, **expected_ragged(count)}
