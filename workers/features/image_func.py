"""The assembled image of a frame, or the frame of a list of droplets or photons (small-data ``imageFunc``)."""

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from monitor.model.field import Field
from monitor.settings import Section
from workers.features.data import Context, Data, Output, PixelList
from workers.features.feature import FEATURES, FeatureKind
from workers.features.sparse import dense
from workers.features.user_array import array_from
from workers.features.view import View
from workers.kernel import kernel

LARGEST_IMAGE = 1 << 28


class Parameters(Section):
    """Names as in smalldata_tools."""

    coords: tuple[Literal["x"], Literal["y"]] | None = ("x", "y")
    """Where pixels go: the assembled image. Lists are put into frames first."""
    imgShape: tuple[int, int] | None = None  # noqa: N815
    """Rows and columns; the image is filled up to them. Left out: as large as the detector."""
    correction: Any = None
    """Each pixel is divided by this: nested lists, or the path of a npy or text file."""
    mask: Any = None
    """Good pixels (1) beside those of the detector, in the same forms."""
    compat: bool = False
    """Places without a pixel are 0, as in smalldata_tools, instead of NaN."""


class Image:
    """``<det>/<name>_img``: mean of the good pixels at each place. See ``Parameters``.

    Attributes
    ----------
    config
        ``mask_img`` (1 = bad or no pixel there), ``imgShape``, ``npix`` (pixels at each place).
    """

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        self._shape, self._lists = view.shape, bool(view.lists)
        good = view.good
        if parameters.mask is not None:
            good = good & (array_from(parameters.mask, view.shape, "mask") != 0)
        self._factor = None
        if parameters.correction is not None or parameters.mask is not None:
            correction = 1.0 if parameters.correction is None else array_from(parameters.correction, view.shape, "correction")
            with np.errstate(divide="ignore"):
                self._factor = np.where(good, 1 / np.asarray(correction, np.float64), np.nan).astype(np.float32).reshape(-1)
        size = view.shape[-2:] if self._lists and len(view.shape) == 2 else view.image_index().shape
        self._size = _filled_up((size[0], size[1]), parameters.imgShape)
        width = size[1]
        places = np.arange(good.size).reshape(view.shape) if size == view.shape and self._lists else view.pixel_places()
        row, column = np.divmod(places.astype(np.int64), width)
        self._places = np.where(places < 0, -1, row * self._size[1] + column).astype(np.int32).reshape(-1)
        self._empty = np.float32(0 if parameters.compat else np.nan)
        dtype = np.dtype(np.float32)
        self.gives = (Field(name=f"{name}_img", dtype=dtype, shape=self._size, unit=view.unit, description="assembled image"),)
        self._describe(good, view)

    def _describe(self, good: NDArray[np.bool_], view: View) -> None:
        there, count = self._places >= 0, math.prod(self._size)
        npix = np.bincount(self._places[there], minlength=count)
        usable = np.bincount(self._places[there & good.reshape(-1)], minlength=count) > 0
        bad = (np.bincount(self._places[there & ~good.reshape(-1)], minlength=count) > 0) | (npix == 0)
        self.config = {
            "mask_img": bad.astype(np.uint8).reshape(self._size),
            "npix": npix.reshape(self._size),
            "imgShape": np.array(self._size),
        }
        index = np.arange(count, dtype=np.int32).reshape(self._size)
        self.view = View(name=view.name, shape=self._size, unit=view.unit, good=usable.reshape(self._size), index=index)

    def process(self, data: Data, context: Context) -> Output:
        """Images, float32, shape (events, rows, columns), for children too."""
        frames = dense(data, self._shape) if isinstance(data, PixelList) else data
        flat = np.ascontiguousarray(frames, np.float32).reshape(len(frames), len(self._places))
        if self._factor is not None:
            flat = flat * self._factor
        images = np.empty((len(flat), math.prod(self._size)), np.float32)
        assemble(flat, self._places, self._empty, images)
        made = images.reshape(-1, *self._size)
        return Output({self.gives[0].name: made}, made)


def _filled_up(size: tuple[int, int], wanted: tuple[int, int] | None) -> tuple[int, int]:
    rows, columns = (max(own, other) for own, other in zip(size, wanted or size, strict=True))
    if rows * columns > LARGEST_IMAGE:
        raise ValueError(f"imgShape {wanted} is too large")
    return rows, columns


@kernel
def assemble(flat: NDArray[np.float32], places: NDArray[np.int32], empty: np.float32, images: NDArray[np.float32]) -> None:
    """Mean of the good pixels at each place.

    Parameters
    ----------
    flat
        Frames, shape (events, pixels); NaN = bad.
    places
        Place of each pixel in the image; -1 = none.
    empty
        What a place has to which no pixel belongs; a place of bad pixels alone is NaN.
    images
        Result, shape (events, places).
    """
    size = images.shape[1]
    owners, good = np.zeros(size, np.int32), np.empty(size, np.int32)
    shared = False
    for i in range(len(places)):
        if places[i] >= 0 and places[i] < size:
            owners[places[i]] += 1
            shared |= owners[places[i]] > 1
    for event in range(len(flat)):
        image = images[event]
        for place in range(size):
            image[place] = empty if owners[place] == 0 else np.float32(0)
        if not shared:
            for i in range(len(places)):
                if places[i] >= 0 and places[i] < size:
                    image[places[i]] = flat[event, i]
            continue
        good[:] = 0
        for i in range(len(places)):
            place, v = places[i], flat[event, i]
            if place >= 0 and place < size and v == v:
                image[place] += v
                good[place] += 1
        for place in range(size):
            if owners[place]:
                image[place] = image[place] / np.float32(good[place]) if good[place] else np.float32(np.nan)


def _warm() -> None:
    assemble(np.zeros((1, 1), np.float32), np.zeros(1, np.int32), np.float32(0), np.zeros((1, 1), np.float32))


FEATURES.add(
    "imageFunc",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "image",
        make=Image,
        takes="both",
        results={"img": "the image; NaN = bad or no pixel there"},
        example='kind = "imageFunc"\ncoords = ["x", "y"]',
        warm=_warm,
    ),
)
