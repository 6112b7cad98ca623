"""Spatial correlation of an image inside a mask, normalised for the mask and for the mean intensity.

Source: the symmetric normalisation of smalldata_tools: correlation of the images times that of the mask, over the two
correlations of image and mask. It is circular in the box around the mask.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workers.features.trace import Floats

LEAST_OVERLAP = 0.1
"""Below this the number of pixel pairs is rounding noise of the transform."""


@dataclass(frozen=True, slots=True, eq=False)
class MaskedBox:
    """A mask, cropped to its pixels.

    Attributes
    ----------
    rows, columns
        Where the box lies in the image.
    mask
        True = taken, bool, in the shape of the box.
    drops_odd_column
        The transform back has an even number of columns, as in smalldata_tools: one of an odd width is lost.
    """

    rows: slice
    columns: slice
    mask: NDArray[np.bool_]
    drops_odd_column: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        """Of the correlation."""
        rows, columns = self.mask.shape
        return rows, columns - columns % 2 if self.drops_odd_column else columns

    def correlation(self, image: Floats, other: Floats | None = None) -> Floats:
        """Correlation of an image with another one, or with itself, no shift in the middle (``shape // 2``).

        Parameters
        ----------
        image, other
            Shape (rows, columns); NaN = bad, and then outside of the mask for this image alone.

        Returns
        -------
        numpy.ndarray
            1 for images without structure; all NaN without a good pixel.
        """
        first = image[self.rows, self.columns]
        second = first if other is None else other[self.rows, self.columns]
        mask = self.mask & ~np.isnan(first) & ~np.isnan(second)
        if not mask.any():
            return np.full(self.shape, np.nan)
        one, two = (np.fft.rfft2(np.where(mask, part, 0.0)) for part in (first, second))
        where = np.fft.rfft2(mask.astype(np.float64))
        overlap = self._back(where * where.conj())
        overlap[overlap <= LEAST_OVERLAP] = 0.0
        found = self._back(one * two.conj()) * overlap
        norm = self._back(one * where.conj()) * self._back(two.conj() * where)
        found[norm != 0] /= norm[norm != 0]
        shifted: Floats = np.fft.fftshift(found)
        return shifted

    def _back(self, spectrum: NDArray[np.complex128]) -> Floats:
        return np.fft.irfft2(spectrum, s=self.shape)


def box_around(mask: NDArray[np.bool_], *, drops_odd_column: bool = False) -> MaskedBox:
    """Box around the pixels of a mask; ``ValueError`` for a mask without pixels, or too small to be transformed."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if len(rows) < 1 or min(np.ptp(rows), np.ptp(columns)) < 1:
        raise ValueError("a mask must have pixels in at least two rows and two columns")
    high, wide = (slice(int(line[0]), int(line[-1]) + 1) for line in (rows, columns))
    return MaskedBox(high, wide, mask[high, wide], drops_odd_column)
