"""Compiles all kernels between bytes and events before the first event is due."""

import numpy as np

from monitor.reader.block import Memory
from monitor.reader.merge import Merge
from monitor.xtc.header import CONTAINER, DATAGRAM, DATAGRAM_SIZE, EPICS, XTC, XTC_SIZE, Transition
from monitor.xtc.walk import heads

PAYLOAD_SIZE = 32
SERVICES = (Transition.CONFIGURE, Transition.L1ACCEPT, Transition.L1ACCEPT)


def warm() -> None:
    """Build the events of three small datagrams; takes seconds the first time on a machine, and much less after."""
    head = np.dtype([("datagram", DATAGRAM), ("child", XTC), ("payload", "u1", PAYLOAD_SIZE)])
    run = np.zeros(len(SERVICES), head)
    run["datagram"]["seconds"] = run["datagram"]["stamp_high"] = np.arange(len(SERVICES))
    run["datagram"]["stamp_low"] = np.array(SERVICES, np.uint32) << 24
    run["datagram"]["xtc"]["contains"] = CONTAINER
    run["datagram"]["xtc"]["extent"] = head.itemsize - DATAGRAM_SIZE + XTC_SIZE
    run["child"]["contains"] = EPICS
    run["child"]["extent"] = XTC_SIZE + PAYLOAD_SIZE
    data = run.view(np.uint8)
    merge = Merge("", None, streams=[0])
    merge.feed(0, Memory(data), data, heads(data))
    merge.end(0)
    merge.take(len(SERVICES))
