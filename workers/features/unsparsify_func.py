"""Lists of pixels, droplets or photons as frames again, for other features (small-data ``unsparsifyFunc``)."""

from typing import Any, ClassVar

import numpy as np

from monitor.model.field import Field
from monitor.settings import Section
from workers.features.data import Context, Data, Output, PixelList
from workers.features.feature import FEATURES, FeatureKind
from workers.features.sparse import dense
from workers.features.view import View


class Parameters(Section):
    """There is nothing to set."""


class Unsparsify:
    """Gives no field; its children get frames of the shape in which the lists were found."""

    config: ClassVar[dict[str, Any]] = {}
    gives: ClassVar[tuple[Field, ...]] = ()

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        self._shape = view.shape
        self.view = dense_view(view)

    def process(self, data: Data, context: Context) -> Output:
        """Frames, float64, shape (events, *shape): entries of one pixel add up, the rest is 0."""
        if not isinstance(data, PixelList):
            raise TypeError("lists are expected")
        return Output({}, lambda: dense(data, self._shape))


def dense_view(view: View) -> View:
    """The view of frames that are made of lists: every pixel has a value."""
    return View(
        name=view.name,
        shape=view.shape,
        unit=view.unit,
        good=np.ones(view.shape, bool),
        x=view.x,
        y=view.y,
        z=view.z,
        index=view.index,
        image_place=view.image_place,
        dtype=np.dtype(np.float64),
    )


FEATURES.add(
    "unsparsifyFunc",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "dense",
        make=Unsparsify,
        takes="lists",
        example='kind = "unsparsifyFunc"',
    ),
)
