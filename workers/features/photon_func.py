"""Photons of each pixel, where a photon may have been shared by two (small-data ``photonFunc``).

Whole photons are what a pixel's value holds. What is left over counts one more where it makes, together with the largest leftover
beside it, most of a photon. Only the pixels with more than half a photon are looked at: there alone something can be left over
that matters, so that the cost is that of reading the frame once.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Limited

from monitor.model.field import Field
from monitor.settings import Section
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind
from workers.features.given import Numbers
from workers.features.photon_split import photon_map, split_photons
from workers.features.tiles import tiles_of
from workers.features.user_array import user_good
from workers.features.view import View


class Parameters(Section):
    """What the settings may say; names and defaults as in smalldata_tools."""

    ADU_per_photon: float = Limited(154.0, gt=0)
    """Value of one photon, in the unit of the frame."""
    thr_fraction: float = 0.9
    """Part of a photon that two neighbours must have left over together to count as one more."""
    thresADU: float | None = None  # noqa: N815  # the field's spelling
    """Values below count as zero."""
    mask: Numbers = None
    """Pixels to look at (1 = good), beside those that are bad anyway: rows of numbers, or a file."""


class Photons:
    """``<det>/<name>_nPhot``; children get the map of photons."""

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        good = user_good(parameters.mask, view, "mask")
        self._mask = None if parameters.mask is None else good
        self._adu, self._fraction = parameters.ADU_per_photon, parameters.thr_fraction
        self._low = -np.inf if parameters.thresADU is None else parameters.thresADU
        description = "photons on the good pixels"
        self._field = Field(name=f"{name}_nPhot", dtype=np.dtype(np.int64), unit="photon", description=description)
        self.gives = (self._field,)
        self.view = View(
            name=view.name,
            shape=view.shape,
            unit="photon",
            good=good,
            x=view.x,
            y=view.y,
            z=view.z,
            index=view.index,
            area=view.area,
        )
        self.config: dict[str, Any] = {}

    def process(self, data: Data, context: Context) -> Output:
        """Photons of each frame, shape (events,); children get float32 maps of the frames' shape, NaN where a pixel is bad."""
        frames = tiles_of(data, self._mask)
        places, counts = np.empty(frames.size, np.int32), np.empty(frames.size, np.uint16)
        lengths, photons = np.empty(len(frames), np.int64), np.empty(len(frames), np.int64)
        number = frames.dtype.type
        split_photons(frames, number(self._adu), number(self._low), self._fraction, places, counts, lengths, photons)

        def made() -> NDArray[np.float32]:
            found = np.empty((len(frames), *self.view.shape), np.float32)
            photon_map(frames.reshape(len(frames), -1), places, counts, lengths, found.reshape(len(frames), -1))
            return found

        return Output({self._field.name: photons}, made)


def warm() -> None:
    """Compile what frames need."""
    made = Photons("warm", Parameters(), View(name="warm", shape=(1, 4, 4), unit="", good=np.ones((1, 4, 4), bool)))
    made.process(np.full((1, 1, 4, 4), 100, np.float32), Context(np.arange(1), {})).handed_on()


FEATURES.add(
    "photonFunc",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "photon",
        make=Photons,
        results={"nPhot": "photons on the good pixels"},
        example='kind = "photonFunc"\nADU_per_photon = 154.0\nthr_fraction = 0.9',
        warm=warm,
    ),
)
