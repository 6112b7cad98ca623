"""The smallest run that goes through every kernel between bytes and events: for compiling them before time counts."""

import numpy as np
from numpy.typing import NDArray

from monitor.xtc.header import CONTAINER, DATAGRAM, DATAGRAM_SIZE, EPICS, XTC, XTC_SIZE, Transition

PAYLOAD_SIZE = 32
SERVICES = (Transition.CONFIGURE, Transition.L1ACCEPT, Transition.L1ACCEPT)


def small_run() -> NDArray[np.uint8]:
    """Bytes of a Configure and two events, each with one EPICS payload of zeros."""
    head = np.dtype([("datagram", DATAGRAM), ("child", XTC), ("payload", "u1", PAYLOAD_SIZE)])
    run = np.zeros(len(SERVICES), head)
    run["datagram"]["seconds"] = run["datagram"]["stamp_high"] = np.arange(len(SERVICES))
    run["datagram"]["stamp_low"] = np.array(SERVICES, np.uint32) << 24
    run["datagram"]["xtc"]["contains"] = CONTAINER
    run["datagram"]["xtc"]["extent"] = head.itemsize - DATAGRAM_SIZE + XTC_SIZE
    run["child"]["contains"] = EPICS
    run["child"]["extent"] = XTC_SIZE + PAYLOAD_SIZE
    return run.view(np.uint8)
