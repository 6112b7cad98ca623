"""Integral of a waveform above its background (small-data ``WfIntegration``)."""

from typing import Any

import numpy as np

from monitor.settings import Section
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind, real_field
from workers.features.trace import floats, median_of, sum_of, window
from workers.features.view import View


class Parameters(Section):
    """Names as in smalldata_tools."""

    sig_roi: tuple[int, int] | None = None
    """First sample of the signal, and the one behind its last; the whole trace if left out."""
    bkg_roi: tuple[int, int] | None = None
    """The same of the background, whose median is taken off; nothing is taken off if left out."""
    negative_signal: bool = False
    """Pulses go down: the sign is turned."""


class WfIntegration:
    """``<det>/<name>``: one number per channel, shape (events, channels), or (events,) for a single trace."""

    view = None

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        if len(view.shape) not in (1, 2):
            raise ValueError(f"WfIntegration works on traces, and its input has the shape {view.shape}")
        length = view.shape[-1]
        self._signal = slice(*window(parameters.sig_roi, length, "sig_roi"))
        self._background = parameters.bkg_roi and slice(*window(parameters.bkg_roi, length, "bkg_roi"))
        self._sign = -1.0 if parameters.negative_signal else 1.0
        unit = f"{view.unit}*sample" if view.unit else ""
        self.gives = (real_field(name, unit, "integral above the background", view.shape[:-1]),)
        self.config: dict[str, Any] = {}

    def process(self, data: Data, context: Context) -> Output:
        """Sum over the good samples of the signal; NaN without any, or without any of the background that is taken off."""
        values = floats(data)
        signal = values[..., self._signal]
        if self._background:
            signal = signal - median_of(values[..., self._background])[..., None]
        return Output({self.gives[0].name: np.asarray(sum_of(signal) * self._sign)})


FEATURES.add(
    "WfIntegration",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "wfintegrate",
        make=WfIntegration,
        results={"": "integral of each channel above the median of its background"},
        example='kind = "WfIntegration"\nsig_roi = [140, 220]\nbkg_roi = [0, 120]',
        example_shape=(2, 400),
    ),
)
