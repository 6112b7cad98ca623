"""The rows of a batch of which nothing could be read: who the events are, and no value at all."""

import numpy as np

from monitor.model.batch import Batch
from monitor.model.column import Column
from monitor.model.event import event_time
from monitor.model.field import Field
from monitor.model.rows import Rows
from monitor.xtc2.header import EPOCH
from monitor.xtc2.run_names import XTC2


def absent_rows(batch: Batch) -> Rows:
    """Rows with the fields that every row has; every other field of these events is absent."""
    values = {
        "event_time": event_time(batch.events),
        "fiducials": batch.events["fiducials"].astype(np.int64),
        "pipeline_version": np.full(batch.count, batch.pipeline, np.int64),
    }
    if batch.format == XTC2:
        values["timestamp"] = values["event_time"] - (EPOCH << 32)
    columns = {name: Column(Field(name=name, dtype=np.dtype(np.int64)), array) for name, array in values.items()}
    return Rows(batch.first, batch.count, columns)
