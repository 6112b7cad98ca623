"""A stretch of a digitizer channel and its sum (small-data ``hsdROIFunc``)."""

from typing import Any

from monitor.model.field import Field
from monitor.settings import Section
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind, real_field
from workers.features.trace import floats, sum_of, trace_length, window
from workers.features.view import View

MARK = "__"


class Parameters(Section):
    """Names as in smalldata_tools."""

    ROI: tuple[int, int] = (0, -1)
    """First sample, and the one behind the last; -1 leaves out the last sample of the channel."""
    writeArea: bool = False  # noqa: N815  # the field's spelling
    """Keep the samples too."""
    calcPars: bool = True  # noqa: N815
    """Keep their sum."""


class HsdRoi:
    """``<det>/<name>_sum`` and ``_wf``; a name ``<channel>__<anything>`` says which channel of the parent it is of."""

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        first, stop = channel_of(name, view)
        low, high = window(parameters.ROI, stop - first, "ROI")
        self._samples = slice(first + low, first + high)
        shape = (high - low,)
        self._sum = real_field(f"{name}_sum", view.unit, "sum over the good samples")
        self._waveform = real_field(f"{name}_wf", view.unit, "samples of the region", shape)
        self.gives: tuple[Field, ...] = ()
        self.gives += (self._sum,) if parameters.calcPars else ()
        self.gives += (self._waveform,) if parameters.writeArea else ()
        self.view = view.of_array(shape)
        self.config: dict[str, Any] = {}

    def process(self, data: Data, context: Context) -> Output:
        """Sum over the good samples, NaN without any; children get the samples."""
        samples = floats(data)[:, self._samples]
        made = {self._sum.name: lambda: sum_of(samples), self._waveform.name: lambda: samples}
        return Output({field.name: made[field.name]() for field in self.gives}, samples)


def channel_of(name: str, view: View) -> tuple[int, int]:
    """Start and stop of the channel that a name ``...<channel>__<anything>`` speaks of; the whole trace of a plain input.

    Raises
    ------
    ValueError
        If the input has channels and the name is of none of them.
    """
    total = trace_length(view, "hsdROIFunc")
    if not view.parts:
        return 0, total
    before = name.partition("/")[2].rpartition(MARK)[0]
    # A full name begins with those of its parents, and channel names may end alike: the longest is meant.
    fitting = [channel for channel in view.parts if before == channel or before.endswith(f"_{channel}")]
    if not fitting:
        raise ValueError(f"the name {name!r} is of no channel; write for example {next(iter(view.parts))}{MARK}ROI")
    return view.parts[max(fitting, key=len)]


FEATURES.add(
    "hsdROIFunc",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "hsd_0__ROI",
        make=HsdRoi,
        results={"sum": "sum over the good samples", "wf": "the samples (writeArea)"},
        example='kind = "hsdROIFunc"\nname = "hsd_0__ROI"\nROI = [20, 120]',
        example_shape=(400,),
    ),
)
