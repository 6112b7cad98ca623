"""Which format a file has, from its first bytes and not from its name."""

import numpy as np

from monitor.xtc2.header import DATAGRAM, DATAGRAM_SIZE, KIND_MASK, XTC, XTC_SIZE, Kind, Transition

FIRST_BYTES = DATAGRAM_SIZE + XTC_SIZE
"""How many bytes of a file have to be looked at."""

OLD_CONFIGURE = 2
"""Top byte of the pulse id in the Configure with which files of before November 2019 begin."""

BEGINNINGS = frozenset(Transition) - {Transition.CLEAR_READOUT, Transition.RESET, Transition.UNUSED}
"""Transitions with which a file may begin: Configure, or anything in further chunks of a stream."""

FIRST_KINDS = (Kind.PARENT, Kind.NAMES, Kind.SHAPES_DATA)


def is_xtc2(first: bytes) -> bool:
    """Whether a file that begins with these bytes is XTC2.

    A datagram of LCLS-I cannot be taken for one: where its root's type word stands, 1, is the extent of the first child here.

    Parameters
    ----------
    first
        The first ``FIRST_BYTES`` of the file, or all if it is shorter; 24 are needed to say yes.

    Examples
    --------
    >>> from monitor.xtc2.write import datagram
    >>> is_xtc2(datagram(service=Transition.CONFIGURE, seconds=1, nanoseconds=2))
    True
    >>> is_xtc2(bytes(40))
    False
    """
    if len(first) < DATAGRAM_SIZE:
        return False
    head = np.frombuffer(first[:DATAGRAM_SIZE], DATAGRAM)[0]
    service, root = int(head["env"]) >> 24 & 0xF, head["xtc"]
    extent = int(root["extent"])
    if service not in BEGINNINGS or int(root["contains"]) & KIND_MASK != Kind.PARENT or extent < XTC_SIZE:
        return False
    if extent < 2 * XTC_SIZE or len(first) < FIRST_BYTES:
        return True
    child = np.frombuffer(first[DATAGRAM_SIZE:FIRST_BYTES], XTC)[0]
    return int(child["contains"]) & KIND_MASK in FIRST_KINDS and XTC_SIZE <= int(child["extent"]) <= extent - XTC_SIZE


def is_old_layout(first: bytes) -> bool:
    """Whether a file begins like those of before November 2019, whose headers have 32 bytes; nothing reads them any more."""
    return len(first) >= FIRST_BYTES and first[7] == OLD_CONFIGURE and first[11] == 0 and not is_xtc2(first)
