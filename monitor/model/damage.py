"""Damage bits of a contribution: why its payload may be missing or wrong."""

from enum import IntFlag


class Damage(IntFlag):
    """Damage mask of the LCLS-I data acquisition; bits 24-31 are a user byte that goes with ``USER_DEFINED``.

    Bit 0 is not assigned, but the camera recorder writes it where it means ``DROPPED_CONTRIBUTION``.
    """

    CAMERA_DROPPED = 1 << 0
    DROPPED_CONTRIBUTION = 1 << 1
    UNINITIALIZED = 1 << 11
    OUT_OF_ORDER = 1 << 12
    OUT_OF_SYNCH = 1 << 13
    USER_DEFINED = 1 << 14
    INCOMPLETE_CONTRIBUTION = 1 << 15
    CONTAINS_INCOMPLETE = 1 << 16
