"""Were X-rays and laser there? The rule of small-data files, from the event codes of each event."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.settings import Light

HUTCH_CODES: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "xpp": ((-137,), (91,)),
    "xcs": ((-137,), (89,)),
    "mfx": ((-137,), (204,)),
    "cxi": ((-137,), (184,)),
    "mec": ((-137,), (-182,)),
    "sxr": ((162,), (91,)),
}
"""X-ray codes and laser codes by hutch: positive = drops, negative = required (smalldata_tools)."""

GENERIC_CODES = ((162,), (91,))
NO_CODES = -1


def light_codes(light: Light, experiment: str, configured: Collection[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Codes that tell X-rays and laser: the settings, else those of the hutch if the event receiver knows them, else generic."""
    hutch = HUTCH_CODES.get(experiment[:3].lower(), GENERIC_CODES)
    xray, laser = (
        usual if all(abs(code) in configured for code in usual) else generic
        for usual, generic in zip(hutch, GENERIC_CODES, strict=True)
    )
    return (xray if light.xray is None else light.xray, laser if light.laser is None else light.laser)


def light_status(
    seen: NDArray[np.bool_], any_code: NDArray[np.bool_], slots: Sequence[int], codes: Sequence[int]
) -> NDArray[np.int64]:
    """1 on, 0 off, -1 no event codes in the event.

    Parameters
    ----------
    seen
        Which codes each event has, shape (codes, events).
    any_code
        Events that have a code at all, shape (events,).
    slots
        Code of each row of ``seen``.
    codes
        Positive: its presence means off. Negative: its absence means off.
    """
    status = np.ones(len(any_code), np.int64)
    for code in codes:
        has = seen[slots.index(abs(code))] if abs(code) in slots else np.zeros(len(any_code), bool)
        status[has if code > 0 else ~has] = 0
    status[~any_code] = NO_CODES
    return status
