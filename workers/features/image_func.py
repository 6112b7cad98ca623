"""The assembled image of a frame, or the frame of a list of droplets or photons (small-data ``imageFunc``)."""

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from monitor.model.field import Field
from monitor.settings import Section
from workers.assembly import Assembly, Shared
from workers.features.data import Context, Data, Output, PixelList
from workers.features.feature import FEATURES, FeatureKind
from workers.features.given import Numbers
from workers.features.sparse import dense
from workers.features.user_array import array_from
from workers.features.view import View

LARGEST_IMAGE = 1 << 28


class Parameters(Section):
    """Names as in smalldata_tools."""

    coords: tuple[Literal["x"], Literal["y"]] | None = ("x", "y")
    """Where pixels go: the assembled image. Lists are put into frames first."""
    imgShape: tuple[int, int] | None = None  # noqa: N815
    """Rows and columns; the image is filled up to them. Left out: as large as the detector."""
    correction: Numbers = None
    """Each pixel is divided by this: nested lists, or the path of a npy or text file."""
    mask: Numbers = None
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
        target = np.where(places < 0, -1, row * self._size[1] + column).reshape(-1).astype(np.int64)
        self._assembly, self._compat = assembly_of(target, self._size), parameters.compat
        dtype = np.dtype(np.float32)
        self.gives = (Field(name=f"{name}_img", dtype=dtype, shape=self._size, unit=view.unit, description="assembled image"),)
        self._describe(target, good, view)

    def _describe(self, places: NDArray[np.int64], good: NDArray[np.bool_], view: View) -> None:
        there, count = places >= 0, math.prod(self._size)
        npix = np.bincount(places[there], minlength=count)
        usable = np.bincount(places[there & good.reshape(-1)], minlength=count) > 0
        bad = (np.bincount(places[there & ~good.reshape(-1)], minlength=count) > 0) | (npix == 0)
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
        values = np.asarray(frames, np.float32).reshape(len(frames), math.prod(self._shape))
        images = self._assembly.images(values if self._factor is None else values * self._factor)
        if self._compat:
            images[:, self._assembly.index < 0] = 0
        return Output({self.gives[0].name: images}, images)


def _filled_up(size: tuple[int, int], wanted: tuple[int, int] | None) -> tuple[int, int]:
    rows, columns = (max(own, other) for own, other in zip(size, wanted or size, strict=True))
    if rows * columns > LARGEST_IMAGE:
        raise ValueError(f"imgShape {wanted} is too large")
    return rows, columns


def assembly_of(places: NDArray[np.int64], size: tuple[int, int]) -> Assembly:
    """Assembly of pixels with these places in the flattened image (-1 = none): the mean where several share one."""
    owners = np.bincount(places[places >= 0], minlength=math.prod(size))
    index = np.full(math.prod(size), -1, np.int32)
    there = np.flatnonzero(places >= 0)
    index[places[there]] = there
    pixels = there[owners[places[there]] > 1]
    pixels = pixels[np.argsort(places[pixels], kind="stable")]
    several = np.flatnonzero(owners > 1)
    first = np.concatenate([[0], np.cumsum(owners[several])])
    return Assembly(index.reshape(size), Shared(several, first, pixels) if len(several) else None)


def _warm() -> None:
    assembly_of(np.zeros(2, np.int64), (1, 1)).images(np.zeros((1, 2), np.float32))


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
