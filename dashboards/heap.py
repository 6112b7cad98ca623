"""The memory of a process that takes in a frame of megabytes several times a second."""

import ctypes

TRIM_THRESHOLD, TOP_PAD, MMAP_THRESHOLD = -1, -2, -3
"""Numbers of glibc's malloc.h."""

LARGEST = 32 << 20
"""Up to this size memory that was used before is used again; glibc takes no larger number."""


def keep_pages() -> None:
    """Keep the memory of frames that are gone for those that come, instead of giving it back and asking for it again.

    Otherwise the system clears every page of every frame: that is a quarter of the time that a frame of 2 Mpx takes in the
    receiving thread. Where there is no glibc nothing changes.
    """
    adjust = getattr(ctypes.CDLL(None), "mallopt", None)
    if adjust is None:
        return
    for parameter, value in ((MMAP_THRESHOLD, LARGEST), (TRIM_THRESHOLD, 4 * LARGEST), (TOP_PAD, LARGEST // 2)):
        adjust(parameter, value)
