"""FCCD 960 x 960: plain frames whose 16-bit words are floating-point numbers of a kind.

Bits 0-12 are the value, bits 13-14 a code: 0, 1, 3 shift it left by 0, 2, 3 bits (facility's FCCD960 decoding). The code 2
does not occur; its value is taken as it is.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from monitor.xtc.types import PayloadType
from workers.detectors import camera
from workers.detectors.area import AREAS, AreaFamily, Layout
from workers.detectors.device import device_is
from workers.detectors.environment import as_is, environment
from workers.detectors.rewritten import rewritten
from workers.payloads import Payloads
from workers.run_view import RunView, Source

VALUE_BITS, CODE_SHIFT, CODES = 0x1FFF, 13, 0b11
SHIFTS = np.array([0, 2, 0, 3], np.uint16)


def layout(source: Source, kind: PayloadType, run: RunView, payloads: Payloads) -> Layout:
    """Frames of shape (height, width), uint16, decoded; frames of 8 bits have no code."""
    plain = camera.layout(source, kind, run, payloads)
    size = camera.HEAD.itemsize + plain.pixels * plain.like.itemsize
    coded = plain.like.dtype.itemsize == np.dtype(np.uint16).itemsize
    return replace(plain, unpack=lambda payloads: rewritten(payloads, size, decoded)) if coded else plain


def decoded(rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Payloads with decoded words behind their heads, shape (events, bytes)."""
    words = rows[:, camera.HEAD.itemsize :].copy().view("<u2")
    rows[:, camera.HEAD.itemsize :] = ((words & VALUE_BITS) << SHIFTS[words >> CODE_SHIFT & CODES]).view(np.uint8)
    return rows


AREAS.add(
    "fccd960",
    AreaFamily(
        types=frozenset({camera.FRAME}), layout=layout, wants=device_is("Fccd960"), environment=environment(*as_is("offset"))
    ),
)
