"""What a pipeline knows of a batch while it works: columns by name, and what several sources say of one field."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from monitor.model.batch import Batch
from monitor.model.column import Column
from monitor.model.event import event_time
from workers.detectors.family import whole
from workers.sums import Shots
from workers.trouble import Trouble

EVENT_TIME = whole("event_time", "Unix seconds << 32 | nanoseconds", "")
FIDUCIALS = whole("fiducials", "360 Hz pulse number, 17 bits")
PIPELINE_VERSION = whole("pipeline_version", "version of the settings in use")


class Columns:
    """Columns of a batch by name; where two sources give the same one, the first counts and the other fills its gaps."""

    def __init__(self, batch: Batch, version: int, trouble: Trouble) -> None:
        self._trouble = trouble
        times = event_time(batch.events)
        fiducials = batch.events["fiducials"].astype(np.int64)
        versions = np.full(batch.count, version, np.int64)
        self.by_name: dict[str, Column] = {}
        self.add([Column(EVENT_TIME, times), Column(FIDUCIALS, fiducials), Column(PIPELINE_VERSION, versions)])

    def guarded(self, name: str, read: Callable[[], Iterable[Column]]) -> None:
        """Add what ``read`` gives; if it raises, its columns of this batch are lost and that is counted under the name."""
        try:
            self.add(read())
        except Exception as error:
            self._trouble.note(f"{name}: {type(error).__name__}: {error}")

    def add(self, columns: Iterable[Column]) -> None:
        """Add columns one by one."""
        for column in columns:
            name = column.field.path
            known = self.by_name.get(name)
            self.by_name[name] = column if known is None else self._joined(known, column)

    def _joined(self, known: Column, other: Column) -> Column:
        if (known.field.dtype, known.field.shape) != (other.field.dtype, other.field.shape):
            self._trouble.note(f"{known.field.name} comes in two forms; the first is used")
            return known
        if known.lengths is not None or other.lengths is not None:
            self._trouble.note(f"{known.field.name} comes from two sources; the first is used")
            return known
        gaps = other.mask & ~known.mask
        values = known.values.copy()
        values[gaps] = other.values[gaps]
        return Column(known.field, values, known.mask | gaps)

    def shots(self, events: NDArray[np.int64], first: int) -> Shots:
        """What sums know of these events of the batch: shots with X-rays by laser on and off, and those without X-rays.

        Parameters
        ----------
        first
            Sequence number of the batch's first event.
        """
        begins = events + first == 0
        xray, laser = self.by_name.get("lightStatus/xray"), self.by_name.get("lightStatus/laser")
        if xray is None or laser is None:
            return Shots({}, np.zeros(len(events), bool), begins)
        lit, on = xray.values[events], laser.values[events]
        return Shots({"laser_on": (lit == 1) & (on == 1), "laser_off": (lit == 1) & (on == 0)}, lit == 0, begins)
