"""Arrays that people give in the settings: nested lists, or the path of a file."""

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.calib.constants import read_mask
from monitor.errors import DamagedData
from workers.features.view import View


def array_from(given: Any, shape: tuple[int, ...], what: str) -> NDArray[np.float64]:
    """Numbers of a list, a ``.npy`` file or a text file, in the shape that is needed.

    Raises
    ------
    ValueError
        Naming the parameter ``what``, if they cannot be read or do not fit.
    """
    try:
        numbers = np.asarray(read_mask(Path(given)) if isinstance(given, str | Path) else given, np.float64)
    except (DamagedData, OSError, ValueError, TypeError) as error:
        raise ValueError(f"{what} cannot be used: {error}") from error
    if numbers.size != math.prod(shape):
        raise ValueError(f"{what} has {numbers.size:,} numbers, its input {math.prod(shape):,}")
    return numbers.reshape(shape)


def user_good(given: Any, view: View, what: str = "userMask") -> NDArray[np.bool_]:
    """Pixels that are good in every event and in the user's mask (1 = good; None = no mask), in the shape of the view.

    Raises
    ------
    ValueError
        Naming the parameter ``what``, if the mask cannot be read or does not fit.
    """
    return view.good if given is None else view.good & (array_from(given, view.shape, what) != 0)
