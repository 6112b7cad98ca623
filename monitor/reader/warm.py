"""Compiles all kernels between bytes and events before the first event is due."""

import numpy as np

from monitor.reader.block import Memory
from monitor.reader.merge import Merge
from monitor.xtc.small_run import SERVICES, small_run
from monitor.xtc.walk import heads
from monitor.xtc2.header import DATAGRAM_SIZE
from monitor.xtc2.heads import heads as heads_xtc2
from monitor.xtc2.walk import walk as walk_xtc2


def warm() -> None:
    """Build the events of three small datagrams; takes seconds the first time on a machine, and much less after."""
    data = small_run()
    merge = Merge("", None, streams=[0])
    merge.feed(0, Memory(data), data, heads(data))
    merge.end(0)
    merge.take(len(SERVICES))
    nothing = np.zeros(DATAGRAM_SIZE, np.uint8)
    heads_xtc2(nothing)
    walk_xtc2(nothing, np.zeros(1, np.uint64), np.full(1, DATAGRAM_SIZE, np.uint32))
