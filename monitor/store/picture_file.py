"""One picture as a small HDF5 file in memory, for people who save what they see."""

from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray


def picture_file(image: NDArray[Any], good: NDArray[np.uint8], about: Mapping[str, str | int | float]) -> bytes:
    """The bytes of an HDF5 file.

    Parameters
    ----------
    image
        Dataset ``image``, shape (rows, columns), as it is; NaN = no value.
    good
        Dataset ``mask``, same shape, 1 = good.
    about
        Attributes of ``image``.
    """
    with h5py.File("picture.h5", "w", driver="core", backing_store=False) as file:
        dataset = file.create_dataset("image", data=image)
        for key, value in about.items():
            dataset.attrs[key] = value
        file.create_dataset("mask", data=good)
        file.flush()
        return bytes(file.id.get_file_image())
