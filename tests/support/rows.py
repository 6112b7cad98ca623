"""Row messages and tables for tests of what reads them."""

from typing import Any

import numpy as np

from dashboards.table import Table
from monitor.wire.message import Message


def table(first: int, *values: float, run: int = 1, name: str = "a") -> Table:
    """Consecutive rows of one field."""
    seq = np.arange(first, first + len(values))
    return Table(seq, np.full(len(values), run), np.zeros_like(seq), seq * 1.0, {name: np.array(values, np.float64)})


def rows_message(first: int, count: int, topic: str = "rows/events", kind: str = "rows", **header: Any) -> Message:
    """Rows of the field ``a``, whose value is the sequence number."""
    seq = np.arange(first, first + count)
    content = {"first": first, "count": count, "run": 98, "step": 0, "fields": {"a": ["mm", "a length"]}, **header}
    return Message(kind, content, {"c/a": seq * 1.0, "c/event_time": (seq + 1_000_000_000) << 32}, topic)
