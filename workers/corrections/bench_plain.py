"""The chain without common mode in plain numpy, as one would write it for a notebook."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.corrections.prepared import Prepared


def plain_chain(raw: NDArray[Any], prepared: Prepared) -> NDArray[np.float32]:
    """Corrected frames of raw ones; shapes (events, \\*shape)."""
    if prepared.code is None:
        single: NDArray[np.float32] = (raw.astype(np.float32) - prepared.dark[0]) * prepared.factor[0]
        return single
    plane = np.array(prepared.code.plane_of_code)[raw >> prepared.code.shift]
    values = (raw & prepared.code.adc_bits).astype(np.float32)
    by_plane = [(values - dark) * factor for dark, factor in zip(prepared.dark, prepared.factor, strict=True)]
    return np.select([plane == number for number in range(len(by_plane))], by_plane, values)
