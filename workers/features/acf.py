"""Radial profile of the linear autocorrelation of an image: size of speckles (small-data ``acf``)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft2, next_fast_len, rfft2

from monitor.model.field import Field
from monitor.settings import Section
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind, real_field
from workers.features.trace import Floats, floats, mean_of
from workers.features.view import View


class Parameters(Section):
    """Names as in smalldata_tools."""

    resolution: float = 0.1
    """Width of a radius bin in pixels."""
    compat: bool = False
    """Count the radius from the last corner of the autocorrelation, and keep the radii in every event, as smalldata_tools does."""


class Acf:
    """``<det>/<name>_profile_1`` over the radii ``profile_0``, which are kept once per run."""

    view = None

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        if len(view.shape) not in (2, 3) or min(view.shape) < 2:
            raise ValueError(f"acf works on images or stacks of them, and its input has the shape {view.shape}")
        if not parameters.resolution > 0:
            raise ValueError("resolution must be above 0")
        rows, columns = view.shape[-2:]
        self._shape = 2 * rows - 1, 2 * columns - 1
        center = (2 * rows - 2, 2 * columns - 2) if parameters.compat else (rows - 1, columns - 1)
        self._bins, self.radii = radius_bins(self._shape, center, parameters.resolution)
        self._counts = np.bincount(self._bins, minlength=len(self.radii))
        length = (len(self.radii),)
        self._profile = real_field(f"{name}_profile_1", f"{view.unit}^2" if view.unit else "", "mean autocorrelation", length)
        self._kept = (real_field(f"{name}_profile_0", "pixel", "radii", length),) if parameters.compat else ()
        self.gives: tuple[Field, ...] = (self._profile, *self._kept)
        self.config: dict[str, Any] = {"profile_0": self.radii}

    def process(self, data: Data, context: Context) -> Output:
        """Profile of each event, NaN in an empty bin, and for an image without good pixels. Bad pixels count as the mean."""
        values = floats(data)
        stacks = values.reshape(len(values), -1, *values.shape[-2:])
        found = np.full((len(stacks), len(self.radii)), np.nan)
        for event, stack in enumerate(stacks):
            total = np.bincount(self._bins, weights=autocorrelation(stack).reshape(-1), minlength=len(self.radii))
            found[event] = total / np.where(self._counts, self._counts, np.nan)
        radii = {field.name: np.tile(self.radii, (len(values), 1)) for field in self._kept}
        return Output({self._profile.name: found, **radii})


def radius_bins(shape: tuple[int, int], center: tuple[int, int], resolution: float) -> tuple[NDArray[np.int64], Floats]:
    """Bin of each pixel, flattened, and the middle of each bin; the bins are equal and end at the largest radius."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    radius = np.hypot(rows - center[0], columns - center[1]).reshape(-1)
    edges = np.histogram_bin_edges(radius, max(1, int(radius.max() / resolution)))
    bins = np.minimum(np.searchsorted(edges, radius, side="right") - 1, len(edges) - 2)
    return bins, edges[:-1] + 0.5 * (edges[1] - edges[0])


def autocorrelation(stack: Floats) -> Floats:
    """Mean linear autocorrelation of images about their means, shape (2 * rows - 1, 2 * columns - 1); no shift in the middle.

    Parameters
    ----------
    stack
        Shape (images, rows, columns); an image without good pixels makes it NaN.
    """
    rows, columns = stack.shape[1:]
    offset = stack - mean_of(stack.reshape(len(stack), -1))[:, None, None]
    unknown = np.isnan(offset).all(axis=(1, 2)).any()
    offset = np.nan_to_num(offset, nan=0.0)
    size = [next_fast_len(2 * n - 1, real=True) for n in (rows, columns)]
    power = np.abs(rfft2(offset, s=size)) ** 2
    whole = irfft2(power, s=size).mean(axis=0)
    middle = np.roll(whole, (rows - 1, columns - 1), axis=(0, 1))[: 2 * rows - 1, : 2 * columns - 1]
    return np.full(middle.shape, np.nan) if unknown else middle


FEATURES.add(
    "acf",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "acf",
        make=Acf,
        results={
            "profile_1": "mean autocorrelation in each radius bin",
            "profile_0": "radii (once per run; compat: every event)",
        },
        example='kind = "acf"\nresolution = 1.0',
    ),
)
