"""Spatial autocorrelation of speckles inside one or more masks (small-data ``Autocorrelation``)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

from monitor.model.field import Field
from monitor.settings import Section
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind, real_field
from workers.features.given import Numbers, Region
from workers.features.region import bounds_in
from workers.features.spatial_correlation import MaskedBox, box_around
from workers.features.trace import Floats, array_of, floats, mean_of
from workers.features.view import View

LIMIT = 1e6


class Illumination(Section):
    """Uneven illumination that is divided out."""

    correction: Numbers
    """Image of the illumination: a ``.npy`` or text file, or lists of numbers."""
    kernel: int = 1
    """The image is smoothed with a square of so many pixels."""


class Parameters(Section):
    """Names as in smalldata_tools."""

    mask: Numbers = None
    """One or several masks, 1 = taken: a ``.npy`` or text file, or lists; the good pixels of ``roi`` if left out."""
    thresADU: tuple[float, float] = (-LIMIT, LIMIT)  # noqa: N815  # the field's spelling
    """Pixels below the first or above the second number count as 0."""
    save_range: tuple[int, int] = (50, 50)
    """Rows and columns that are kept on each side of the middle; less where the smallest mask has no room for them."""
    save_lineout: bool = False
    """Keep only the lines through the middle; for a single mask."""
    illumination_correction: Illumination | None = None
    """Divide images by their illumination first."""
    roi: Region = None
    """Rectangle ``[[r0, r1], [c0, c1]]`` that is correlated if there is no mask."""
    compat: bool = False
    """Lose one column of a box of odd width, as smalldata_tools does."""


class Autocorrelation:
    """``<det>/<name>_autocorr`` (or ``_lineout_h`` and ``_lineout_v``), and ``_cr``, the mean intensity in each mask."""

    view = None

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        if len(view.shape) != 2:
            raise ValueError(f"Autocorrelation works on images, and its input has the shape {view.shape}")
        masks = masks_of(parameters, view)
        self._boxes = [box_around(mask, drops_odd_column=parameters.compat) for mask in masks]
        if parameters.save_lineout and len(masks) > 1:
            raise ValueError("save_lineout needs a single mask")
        self._masks, self._lines, self._limits = masks, parameters.save_lineout, parameters.thresADU
        self._range = range_in(parameters.save_range, self._boxes)
        self._divisor = illumination(parameters.illumination_correction, view.shape, np.any(masks, axis=0))
        self.gives = self._fields(name, view.unit)
        self.config: dict[str, Any] = {"masks": np.stack(masks).astype(np.uint8), "save_range_used": np.array(self._range)}

    def _fields(self, name: str, unit: str) -> tuple[Field, ...]:
        size = (2 * self._range[0], 2 * self._range[1])
        many = (len(self._masks),) if len(self._masks) > 1 else ()
        mean = real_field(f"{name}_cr", unit, "mean intensity in each mask", (len(self._masks),))
        if self._lines:
            lines = (("lineout_h", size[1]), ("lineout_v", size[0]))
            return (*(real_field(f"{name}_{key}", "1", "line through the middle", (n,)) for key, n in lines), mean)
        return real_field(f"{name}_autocorr", "1", "autocorrelation, no shift in the middle", (*many, *size)), mean

    def process(self, data: Data, context: Context) -> Output:
        """Maps of each event; bad pixels are outside of the masks for this event, NaN where none is left."""
        images = floats(data) / self._divisor
        low, high = self._limits
        images = np.where((images < low) | (images > high), 0.0, images)
        maps = np.empty((len(images), len(self._boxes), 2 * self._range[0], 2 * self._range[1]))
        for event, image in enumerate(images):
            for number, box in enumerate(self._boxes):
                maps[event, number] = cut_middle(box.correlation(image), self._range)
        means = np.stack([mean_of(images[:, mask]) for mask in self._masks], axis=1)
        if self._lines:
            found = [maps[:, 0, self._range[0]], maps[:, 0, :, self._range[1]], means]
        else:
            found = [maps if len(self._boxes) > 1 else maps[:, 0], means]
        return Output({field.name: array for field, array in zip(self.gives, found, strict=True)})


def masks_of(parameters: Parameters, view: View) -> list[NDArray[np.bool_]]:
    """Masks of the settings within the good pixels; ``ValueError`` if they do not fit."""
    if parameters.mask is None:
        mask = np.zeros(view.shape, bool)
        whole = [[0, length] for length in view.shape]
        bounds = bounds_in(parameters.roi if parameters.roi is not None else whole, view.shape, "roi")
        mask[tuple(slice(*pair) for pair in bounds)] = True
        return [mask & view.good]
    given = array_of(parameters.mask, "mask").astype(bool)
    if given.shape[-2:] != view.shape or given.ndim not in (2, 3):
        raise ValueError(f"the mask has the shape {given.shape}, and the image {view.shape}")
    return [mask & view.good for mask in given.reshape(-1, *view.shape)]


def range_in(wanted: tuple[int, int], boxes: list[MaskedBox]) -> tuple[int, int]:
    """Rows and columns on each side of the middle for which every box has room.

    If the wanted ones reach beyond half the shortest side of all boxes, both become one less than that half.
    """
    half = min(min(box.mask.shape) for box in boxes) // 2
    found = (half - 1, half - 1) if half < max(wanted) else wanted
    if min(found) < 1:
        raise ValueError(f"save_range = {list(wanted)} leaves nothing of masks whose shortest side is {2 * half}")
    return found


def cut_middle(whole: Floats, around: tuple[int, int]) -> Floats:
    """Rows and columns around the middle."""
    row, column = whole.shape[0] // 2, whole.shape[1] // 2
    return whole[row - around[0] : row + around[0], column - around[1] : column + around[1]]


def illumination(given: Illumination | None, shape: tuple[int, ...], mask: NDArray[np.bool_]) -> Floats:
    """What images are divided by: 1 on average over the mask, NaN where it is not positive."""
    if given is None:
        return np.ones(shape)
    image = array_of(given.correction, "correction").astype(np.float64)
    if image.shape != shape or given.kernel < 1:
        raise ValueError(f"the correction has the shape {image.shape}, and the image {shape}; kernel must be at least 1")
    smooth = uniform_filter(image, given.kernel)
    smooth = np.where(smooth > 0, smooth, np.nan)
    return np.asarray(smooth / mean_of(smooth[mask]))


FEATURES.add(
    "Autocorrelation",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "autocorr",
        make=Autocorrelation,
        results={
            "autocorr": "autocorrelation in each mask, no shift in the middle",
            "lineout_h": "its middle row (save_lineout)",
            "lineout_v": "its middle column (save_lineout)",
            "cr": "mean intensity in each mask",
        },
        example='kind = "Autocorrelation"\nroi = [[2, 22], [4, 28]]\nsave_range = [8, 8]',
        example_shape=(24, 32),
    ),
)
