"""Damage bits of an LCLS-II Xtc: why its payload may be missing or wrong."""

from enum import IntFlag


class Damage(IntFlag):
    """Damage mask of the LCLS-II data acquisition; bits 12-15 are a value of the user's that goes with ``USER_DEFINED``.

    On a Parent, the root of a datagram included, ``CORRUPTED`` says that its payload must not be walked.
    """

    TRUNCATED = 1 << 0
    OUT_OF_ORDER = 1 << 1
    OUT_OF_SYNCH = 1 << 2
    CORRUPTED = 1 << 3
    DROPPED_CONTRIBUTION = 1 << 4
    MISSING_DATA = 1 << 5
    TIMED_OUT = 1 << 6
    USER_DEFINED = 1 << 12
