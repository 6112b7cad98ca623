"""What a feature may know of its input when it is set up."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

FLOAT32 = np.dtype(np.float32)


class NotKnown(ValueError):
    """A feature asks where pixels are, and its input does not know."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """Frames of a detector, or what a parent feature hands to its children.

    Attributes
    ----------
    name
        Name in the fields: ``cspad``.
    shape
        Shape of one event's array: (rows, columns), (panels, rows, columns), (channels, samples) ...
    unit
        Unit of a corrected pixel.
    good
        Shape ``shape``; False = bad in every event.
    lists
        Names of the columns if the input is lists of pixels (``data``, ``row``, ``col``, ``tile`` ...) of arrays of ``shape``;
        empty for dense arrays.
    x, y, z
        Pixel centres, micrometre, shape ``shape``; None = not known (z: all the same). As a geometry file has them: x down
        the assembled image, y to its right, z against the beam, from its origin. In a rough arrangement x to the right and y up,
        from the middle of the image.
    index
        Assembled image: for each of its pixels the number of the frame's pixel, -1 = none; int32, shape (rows, columns); None if
        the array makes no image.
    image_place
        For each pixel its place in the flattened image, int32, shape ``shape``; None = ``index`` tells it. Several pixels
        may fall on one place, of which ``index`` has only one.
    dtype
        Of the elements: float32 for frames.
    rms, gain, area
        Noise in ADU, gain that was applied, and relative pixel area, float32, shape ``shape``; None = not known, and 1 counts.
    parts
        Start and stop of the stretches of a trace that is made of several, by name: channels of a digitizer; empty = one piece.
    """

    name: str
    shape: tuple[int, ...]
    unit: str
    good: NDArray[np.bool_]
    lists: tuple[str, ...] = ()
    x: NDArray[np.float64] | None = None
    y: NDArray[np.float64] | None = None
    z: NDArray[np.float64] | None = None
    index: NDArray[np.int32] | None = None
    image_place: NDArray[np.int32] | None = None
    dtype: np.dtype[np.generic] = FLOAT32
    rms: NDArray[np.float32] | None = None
    gain: NDArray[np.float32] | None = None
    area: NDArray[np.float32] | None = None
    parts: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def places(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """x and y of the pixels, micrometre.

        Raises
        ------
        NotKnown
            If they are not known.
        """
        if self.x is None or self.y is None:
            raise NotKnown("this needs pixel positions, which its input does not have; attach it to the detector itself")
        return self.x, self.y

    def image_index(self) -> NDArray[np.int32]:
        """Which pixel is where in the image.

        Raises
        ------
        NotKnown
            If the input makes no image.
        """
        if self.index is None:
            raise NotKnown("this needs an assembled image, which its input does not make; attach it to the detector itself")
        return self.index

    def pixel_places(self) -> NDArray[np.int32]:
        """Place of each pixel in the flattened image, int32, shape ``shape``; -1 = in none, or hidden by another pixel.

        Raises
        ------
        NotKnown
            If the input makes no image.
        """
        if self.image_place is not None:
            return self.image_place
        index = self.image_index().reshape(-1)
        places = np.full(int(np.prod(self.shape)), -1, np.int32)
        seen = np.flatnonzero(index >= 0)
        places[index[seen]] = seen
        return places.reshape(self.shape)

    def taken(self, pixels: NDArray[np.int32]) -> "View":
        """The view of an array made of some of the pixels.

        Parameters
        ----------
        pixels
            Number of the pixel at each place of the new array, any shape; -1 = none there.
        """

        def pick(array: NDArray[np.generic] | None) -> NDArray[np.generic] | None:
            return None if array is None else array.reshape(-1)[pixels]

        plain = np.arange(pixels.size, dtype=np.int32).reshape(pixels.shape)
        return View(
            name=self.name,
            shape=pixels.shape,
            unit=self.unit,
            good=self.good.reshape(-1)[pixels] & (pixels >= 0),
            x=pick(self.x),  # type: ignore[arg-type]  # a pick keeps the dtype
            y=pick(self.y),  # type: ignore[arg-type]  # a pick keeps the dtype
            z=pick(self.z),  # type: ignore[arg-type]  # a pick keeps the dtype
            index=plain if pixels.ndim == 2 else None,
            dtype=self.dtype,
            rms=pick(self.rms),  # type: ignore[arg-type]  # a pick keeps the dtype
            gain=pick(self.gain),  # type: ignore[arg-type]  # a pick keeps the dtype
            area=pick(self.area),  # type: ignore[arg-type]  # a pick keeps the dtype
        )

    def of_array(self, shape: tuple[int, ...], unit: str | None = None, dtype: type[np.generic] = np.float64) -> "View":
        """The view of a derived array (a projection, a histogram) whose elements are no pixels any more."""
        unit = self.unit if unit is None else unit
        return View(name=self.name, shape=shape, unit=unit, good=np.ones(shape, bool), dtype=np.dtype(dtype))

    def of_lists(self, *columns: str) -> "View":
        """The view of lists of pixels, droplets or photons in arrays like this one."""
        return replace(self, lists=columns)
