"""Rows, sums and their written-out expectation as functions of the sequence number alone: any split says the same."""

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


def table(first: int, stop: int) -> Rows:
    """Rows ``first`` to ``stop``: charge absent in every third event, code in every fifth, delay before event LATE."""
    seq = np.arange(first, stop)
    columns = {
        TIME: Column(TIME, 1000 + seq),
        CHARGE: Column(CHARGE, seq * 0.5, seq % 3 != 0),
        CODE: Column(CODE, seq * 10, seq % 5 != 0),
        ROI: Column(ROI, (seq[:, None, None] + np.arange(6.0).reshape(2, 3)).astype("f4"), seq % 2 == 0),
        DELAY: Column(DELAY, -1.0 * seq, seq >= LATE),
    }
    return Rows(first, stop - first, {field.name: column for field, column in columns.items()})


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
    return columns
