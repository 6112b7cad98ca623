"""Headers around payloads: XTCs, containers and datagrams as bytes, for the simulator and for tests."""

import numpy as np

from monitor.xtc.header import CONTAINER, DATAGRAM, XTC, XTC_SIZE, Level

PADDING = 4
NO_FIDUCIAL = 0x1FFFF
"""Fiducial of a transition."""


def type_word(type_id: int, version: int, *, compressed: bool = False) -> int:
    """The word that says what a payload is.

    Examples
    --------
    >>> hex(type_word(15, 7))
    '0x7000f'
    """
    return compressed << 31 | version << 16 | type_id


def xtc(
    *,
    level: int,
    physical: int,
    contains: int,
    payload: bytes = b"",
    process_id: int = 0,
    logical: int | None = None,
    damage: int = 0,
) -> bytes:
    """One XTC: header and payload, padded to a multiple of 4.

    Parameters
    ----------
    level, process_id
        Make up the logical word, unless ``logical`` gives it as a whole.
    physical
        Physical word of the source (``monitor.xtc.names.detector_word``, a beam-line data number, an address).
    contains
        Type word (``type_word``).
    """
    padded = payload + bytes(-len(payload) % PADDING)
    word = level << 24 | process_id if logical is None else logical
    return np.array((damage, word, physical, contains, XTC_SIZE + len(padded)), XTC).tobytes() + padded


def container(
    *, level: int, physical: int, children: list[bytes], process_id: int = 0, damage: int = 0, version: int = 0
) -> bytes:
    """An XTC that holds other XTCs."""
    return xtc(
        level=level,
        physical=physical,
        contains=type_word(CONTAINER, version),
        payload=b"".join(children),
        process_id=process_id,
        damage=damage,
    )


def datagram(
    *,
    service: int,
    seconds: int,
    nanoseconds: int,
    children: list[bytes],
    fiducials: int = NO_FIDUCIAL,
    ticks: int = 0,
    vector: int = 0,
    env: int = 0,
    process_id: int = 0,
    physical: int = 0,
    damage: int = 0,
) -> bytes:
    """One datagram: header, root XTC (level Event) and what it contains.

    Parameters
    ----------
    service
        ``monitor.xtc.header.Transition``.
    env
        Run number for BeginRun; readout groups, level-3 result and trim bits for an event.
    children
        Complete XTCs.
    """
    root = container(level=Level.EVENT, physical=physical, children=children, process_id=process_id, damage=damage)
    clock = (nanoseconds, seconds, service << 24 | ticks & 0xFFFFFF, (vector & 0x7FFF) << 17 | fiducials & 0x1FFFF, env)
    head = np.zeros((), DATAGRAM)
    for name, word in zip(("nanoseconds", "seconds", "stamp_low", "stamp_high", "env"), clock, strict=True):
        head[name] = word
    return head.tobytes()[:-XTC_SIZE] + root
