"""What is known of a detector beside its pictures: which pixel is where, the mask, the gain; asked for once per change."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboards.pictures.panels import panel_index
from monitor.errors import ProtocolError
from monitor.wire.message import Message

MAPS = ("mask", "gain", "rms", "x", "y", "z")


@dataclass(frozen=True, eq=False)
class Details:
    """One detector in one run, under one version of the settings.

    Attributes
    ----------
    detector
        Its name.
    shape
        Shape of a frame, panels first.
    index
        For each place of the assembled image the number of the frame's pixel, -1 = none; int32, shape (rows, columns).
    maps
        Of ``MAPS`` what is known, each of shape ``shape``: ``mask`` (1 = good), ``gain``, ``rms`` (ADU), pixel centres ``x``,
        ``y``, ``z`` (micrometre).
    rough
        The panels stand only roughly in place.
    """

    detector: str
    shape: tuple[int, ...]
    index: NDArray[np.int32]
    maps: Mapping[str, NDArray[Any]]
    rough: bool = False

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """For each pixel of the frame its place in the flattened image, -1 = none; shape (pixels,)."""
        places = np.full(math.prod(self.shape), -1, np.int64)
        flat = self.index.reshape(-1)
        seen = np.flatnonzero(flat >= 0)
        places[flat[seen]] = seen
        return places

    @cached_property
    def panel_index(self) -> NDArray[np.int32]:
        """As ``index``, for the panels side by side."""
        return panel_index(self.shape)

    @cached_property
    def panel_places(self) -> NDArray[np.int64]:
        """For each place of the panels side by side its place in the flattened image, -1 = none."""
        pixels = self.panel_index
        return np.where(pixels >= 0, self.places[np.maximum(pixels, 0)], -1)

    def image_of(self, name: str) -> NDArray[np.float32] | None:
        """A map as an assembled image, float32, NaN where no pixel is; ``None`` if it is not known."""
        values = self.maps.get(name)
        if values is None:
            return None
        flat = values.reshape(-1).astype(np.float32)
        return np.where(self.index >= 0, flat[np.maximum(self.index, 0)], np.float32("nan"))

    def side_by_side(self, image: NDArray[np.floating]) -> NDArray[np.float32] | None:
        """An assembled image as panels side by side; ``None`` if it is not one of this detector."""
        if image.shape != self.index.shape:
            return None
        flat = image.reshape(-1).astype(np.float32, copy=False)
        return np.where(self.panel_places >= 0, flat[np.maximum(self.panel_places, 0)], np.float32("nan"))

    def pixel(self, row: int, column: int, *, panels: bool) -> int:
        """Number of the frame's pixel at a place of the picture; -1 = none."""
        index = self.panel_index if panels else self.index
        inside = 0 <= row < index.shape[0] and 0 <= column < index.shape[1]
        return int(index[row, column]) if inside else -1

    def position(self, pixel: int) -> tuple[int, int, int]:
        """Panel, row and column in it of a frame's pixel."""
        panel, rest = divmod(pixel, math.prod(self.shape[-2:]))
        return panel, rest // self.shape[-1], rest % self.shape[-1]


def details_of(message: Message) -> Details:
    """Details from the answer to a ``detector`` request.

    Raises
    ------
    ProtocolError
        If its arrays do not fit each other.
    """
    detector, shape, index = message.header.get("detector"), message.header.get("shape"), message.arrays.get("index")
    if not isinstance(detector, str) or not isinstance(shape, list) or not all(isinstance(n, int) and n > 0 for n in shape):
        raise ProtocolError("the details of a detector lack its name or shape")
    if index is None or index.ndim != 2 or index.dtype.kind != "i" or not index.size or len(shape) < 2:
        raise ProtocolError("the details of a detector have no index")
    pixels = math.prod(shape)
    if int(index.max()) >= pixels:
        raise ProtocolError("the index of a detector has more pixels than its frames")
    maps = {
        name: array.reshape(shape)
        for name in MAPS
        if (array := message.arrays.get(name)) is not None and array.size == pixels and array.dtype.kind in "iufb"
    }
    return Details(detector, tuple(shape), index, maps, message.header.get("rough") is True)
