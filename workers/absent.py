"""The rows of a batch of which nothing could be read: who the events are, and no value at all."""

import numpy as np

from monitor.model.batch import Batch
from monitor.model.column import Column
from monitor.model.event import event_time
from monitor.model.field import Field
from monitor.model.rows import Rows


def absent_rows(batch: Batch) -> Rows:
    """Rows with the three fields that every row has; every other field of these events is absent."""
    values = {
        "event_time": event_time(batch.events),
        "fiducials": batch.events["fiducials"].astype(np.int64),
        "pipeline_version": np.full(batch.count, batch.pipeline, np.int64),
    }
    columns = {name: Column(Field(name=name, dtype=np.dtype(np.int64)), array) for name, array in values.items()}
    return Rows(batch.first, batch.count, columns)
