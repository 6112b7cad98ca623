"""Waveforms of several digitizer channels that come one behind the other, taken apart (small-data ``hsdsplitFunc``)."""

from dataclasses import replace
from typing import Any

import numpy as np

from monitor.model.field import Field
from monitor.settings import Section
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind, real_field
from workers.features.trace import floats, trace_length
from workers.features.view import View


class Parameters(Section):
    """Names as in smalldata_tools, and what it takes from the digitizer's configuration."""

    lengths: tuple[int, ...]
    """Samples of each channel, in the order in which they come."""
    cidx: tuple[int, ...] = ()
    """Number of each channel; 0, 1, 2 ... if left out."""
    hsdName: dict[str, str] = {}  # noqa: N815  # the field's spelling
    """Other names of channels: ``{hsd_2 = "apd"}``."""
    writeHsd: bool = True  # noqa: N815
    """Keep the waveform of each channel."""


class HsdSplit:
    """``<det>/<name>_<channel>``: the waveform of each channel; children take a channel by its name."""

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        total = trace_length(view, "hsdsplitFunc")
        self.channels = channels_in(parameters, total)
        self._name, self._write = name, parameters.writeHsd
        self.gives: tuple[Field, ...] = ()
        if self._write:
            self.gives = tuple(
                real_field(f"{name}_{channel}", view.unit, "waveform of the channel", (stop - start,))
                for channel, (start, stop) in self.channels.items()
            )
        self.view = replace(view.of_array(view.shape), parts=self.channels)
        self.config: dict[str, Any] = {}

    def process(self, data: Data, context: Context) -> Output:
        """Waveform of each channel, NaN where a sample is bad; children get all channels in one piece."""
        values = floats(data)
        written = self.channels.items() if self._write else ()
        return Output({f"{self._name}_{channel}": values[:, start:stop] for channel, (start, stop) in written}, values)


def channels_in(parameters: Parameters, total: int) -> dict[str, tuple[int, int]]:
    """Start and stop of each channel by its name.

    Raises
    ------
    ValueError
        If lengths and numbers do not fit each other or the waveform.
    """
    numbers = parameters.cidx or tuple(range(len(parameters.lengths)))
    if len(numbers) != len(parameters.lengths) or len({*numbers}) != len(numbers):
        raise ValueError(f"cidx = {list(numbers)} and lengths = {list(parameters.lengths)} are not one of each per channel")
    if any(length < 1 for length in parameters.lengths) or sum(parameters.lengths) != total:
        raise ValueError(f"lengths = {list(parameters.lengths)} do not add up to the {total} samples of the waveform")
    names = [f"hsd_{number}" for number in numbers]
    unknown = [name for name in parameters.hsdName if name not in names]
    if unknown:
        raise ValueError(f"hsdName speaks of {unknown[0]}, and there are {', '.join(names)}")
    names = [parameters.hsdName.get(name, name) for name in names]
    if len({*names}) != len(names):
        raise ValueError(f"two channels have the same name among {', '.join(names)}")
    stops = np.cumsum(parameters.lengths).tolist()
    return {name: (stop - length, stop) for name, stop, length in zip(names, stops, parameters.lengths, strict=True)}


FEATURES.add(
    "hsdsplitFunc",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "full",
        make=HsdSplit,
        results={"<channel>": "waveform of each channel (writeHsd)"},
        example='kind = "hsdsplitFunc"\nlengths = [300, 500]\ncidx = [0, 2]\nhsdName = {hsd_2 = "apd"}',
        example_shape=(800,),
    ),
)
