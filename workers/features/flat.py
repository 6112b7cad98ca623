"""Frames in the one form that kernels are compiled for."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.features.data import Data


def flat(data: Data) -> NDArray[Any]:
    """Dense input as contiguous numbers of shape (events, pixels); a view where it is that already.

    float32 and float64 stay what they are, everything else becomes float64.
    """
    frames = np.asarray(data)
    dtype = frames.dtype if frames.dtype in (np.float32, np.float64) else np.dtype(np.float64)
    return np.ascontiguousarray(frames, dtype).reshape(len(frames), math.prod(frames.shape[1:]))
