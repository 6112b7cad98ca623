"""Spatial correlation of each image with a reference, or with itself, inside a mask: the whole map."""

from typing import Any

import numpy as np

from monitor.settings import Section
from workers.features.autocorrelation import Parameters as MaskParameters
from workers.features.autocorrelation import masks_of
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind, real_field
from workers.features.given import Numbers, Region
from workers.features.spatial_correlation import box_around
from workers.features.trace import array_of, floats
from workers.features.view import View


class Parameters(Section):
    """Names as in ``Autocorrelation``."""

    mask: Numbers = None
    """The mask, 1 = taken: a ``.npy`` or text file, or lists; the good pixels of ``roi`` if left out."""
    roi: Region = None
    """Rectangle ``[[r0, r1], [c0, c1]]`` that is correlated if there is no mask."""
    reference: Numbers = None
    """Image that is correlated with: a ``.npy`` or text file, or lists; left out: each image with itself."""
    compat: bool = False
    """Lose one column of a box of odd width, as smalldata_tools does."""


class Correlation:
    """``<det>/<name>``: the map in the box around the mask, no shift in the middle; 1 = no structure."""

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        if len(view.shape) != 2:
            raise ValueError(f"correlation works on images, and its input has the shape {view.shape}")
        masks = masks_of(MaskParameters(mask=parameters.mask, roi=parameters.roi), view)
        if len(masks) > 1:
            raise ValueError("correlation takes a single mask")
        self._box = box_around(masks[0], drops_odd_column=parameters.compat)
        self._reference = None
        if parameters.reference is not None:
            self._reference = array_of(parameters.reference, "reference").astype(np.float64)
            if self._reference.shape != view.shape:
                raise ValueError(f"the reference has the shape {self._reference.shape}, and the image {view.shape}")
        self.gives = (real_field(name, "1", "spatial correlation", self._box.shape),)
        self.view = view.of_array(self._box.shape, "1")
        self.config: dict[str, Any] = {"mask_used": masks[0]}

    def process(self, data: Data, context: Context) -> Output:
        """Maps of each event; bad pixels are outside of the mask for this event. Children get the maps."""
        maps = np.empty((len(data), *self._box.shape))
        for event, image in enumerate(floats(data)):
            maps[event] = self._box.correlation(image, self._reference)
        return Output({self.gives[0].name: maps}, maps)


FEATURES.add(
    "correlation",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "correlation",
        make=Correlation,
        results={"": "correlation of the image with the reference, or with itself"},
        example='kind = "correlation"\nroi = [[2, 22], [4, 28]]',
        example_shape=(24, 32),
    ),
)
