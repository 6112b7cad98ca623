"""Which samples of a waveform lie above a limit (small-data ``SimpleHitFinder``); added up over events: the hit spectrum."""

from typing import Any

import numpy as np

from monitor.settings import Section
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind, real_field
from workers.features.trace import floats, mean_of, std_of, window
from workers.features.view import View


class Parameters(Section):
    """Names as in smalldata_tools."""

    threshold: float = 1.0
    """Limit in the unit of the trace; with ``use_rms`` in standard deviations above the mean of the background."""
    threshold_max: float = 1e6
    """Samples above this are no hits."""
    use_rms: bool = False
    """The limit follows the background of each event."""
    bkg_roi: tuple[int, int] | None = None
    """First sample of the background, and the one behind its last; the whole trace if left out."""


class SimpleHitFinder:
    """``<det>/<name>``: 1 where a sample is a hit, 0 where it is none, NaN where it is bad; the shape of the trace."""

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        self._parameters = parameters
        self._background = slice(*window(parameters.bkg_roi, view.shape[-1], "bkg_roi"))
        self.gives = (real_field(name, "1", "1 = above the limit", view.shape),)
        self.view = view.of_array(view.shape, "1")
        self.config: dict[str, Any] = {}

    def process(self, data: Data, context: Context) -> Output:
        """Hits of each event; a sample equal to the limit is one. Children get them as they are."""
        values, limit = floats(data), self._parameters.threshold
        if self._parameters.use_rms:
            background = values[..., self._background]
            limit = (mean_of(background) + limit * std_of(background))[..., None]
        hits = (values >= limit) & (values <= self._parameters.threshold_max)
        found = np.where(np.isnan(values) | np.isnan(limit), np.nan, hits.astype(np.float64))
        return Output({self.gives[0].name: found}, found)


FEATURES.add(
    "SimpleHitFinder",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "hitfinder",
        make=SimpleHitFinder,
        results={"": "1 for each sample above the limit, else 0"},
        example='kind = "SimpleHitFinder"\nthreshold = 2.5\nuse_rms = true\nbkg_roi = [0, 120]',
        example_shape=(400,),
    ),
)
