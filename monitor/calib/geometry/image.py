"""Frames to images and back, by the places of ``pixel_index``: the plain way. The workers have a fast one."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.calib.geometry.pixel_index import PixelIndex


def image_of(values: NDArray[Any], places: PixelIndex) -> NDArray[np.float32]:
    """Image as the facility makes it: float32, zero where no pixel is; where several are, the last in memory wins."""
    image = np.zeros(places.shape, np.float32)
    image[places.rows, places.columns] = values.reshape(places.rows.shape)
    return image


def mean_image_of(values: NDArray[Any], places: PixelIndex) -> NDArray[np.float32]:
    """Image with the mean of the good pixels (not NaN) where several are; NaN where none is. Shape of the image, float32."""
    good = ~np.isnan(values.reshape(-1))
    flat = places.rows.reshape(-1)[good].astype(np.int64) * places.shape[1] + places.columns.reshape(-1)[good]
    size = places.shape[0] * places.shape[1]
    sums = np.bincount(flat, values.reshape(-1)[good], minlength=size)
    counts = np.bincount(flat, minlength=size)
    mean = np.divide(sums, counts, out=np.full(size, np.nan), where=counts > 0)
    return np.asarray(mean.reshape(places.shape), np.float32)


def pixel_numbers(places: PixelIndex) -> NDArray[np.int32]:
    """Image of the number of the pixel that shows at each place, -1 = none."""
    image = np.full(places.shape, -1, np.int32)
    image[places.rows, places.columns] = np.arange(places.rows.size, dtype=np.int32).reshape(places.rows.shape)
    return image


def pixels_of(image: NDArray[Any], places: PixelIndex) -> NDArray[Any]:
    """Values of an image at the pixels: how a mask drawn in the image becomes a mask of the frame."""
    return np.asarray(image[places.rows, places.columns])
