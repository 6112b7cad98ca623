"""Compiles all kernels between bytes and events before the first event is due."""

from monitor.reader.block import Memory
from monitor.reader.merge import Merge
from monitor.xtc.small_run import SERVICES, small_run
from monitor.xtc.walk import heads


def warm() -> None:
    """Build the events of three small datagrams; takes seconds the first time on a machine, and much less after."""
    data = small_run()
    merge = Merge("", None, streams=[0])
    merge.feed(0, Memory(data), data, heads(data))
    merge.end(0)
    merge.take(len(SERVICES))
