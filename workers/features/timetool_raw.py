"""Arrival time from the frames of a time-tool camera (small-data ``ttRaw``): regions, projections, and the edge in their ratio.

What a shot is divided by must not depend on which shots a worker happened to see before, or the same run would give other numbers
the next time. So there is no average that runs along: the reference is a file (the mean of ``reference`` over the X-ray-off shots
of an earlier run, which a ``[[sum]]`` of that field gives), or a region of the same frame that the edge does not reach. Shots
without X-rays are known from ``lightStatus/xray``; their own projection is kept in ``reference`` for that sum.
"""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from monitor.model.field import Field
from monitor.settings import Section
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind, real_field
from workers.features.given import Numbers, Region
from workers.features.region import bounds_in
from workers.features.time_edge import filtered, warm
from workers.features.timetool_edge import calibration, edge_fields, edge_filter, edge_numbers
from workers.features.trace import Floats, array_of, floats, mean_of
from workers.features.view import View

XRAY, LASER = "lightStatus/xray", "lightStatus/laser"
OFF = 0


class Parameters(Section):
    """Names as in smalldata_tools where it has the parameter."""

    ttROI_signal: Region  # noqa: N815  # the field's spelling
    """Rectangle ``[[r0, r1], [c0, c1]]`` with the edge."""
    ttROI_sideband: Region = None  # noqa: N815
    """Rectangle beside it, as wide, that shows the laser alone."""
    ttROI_reference: Region = None  # noqa: N815
    """Rectangle, as wide, that is divided by where there is no ``reference_file``; it is also what the field ``reference`` is of
    in shots without X-rays. Left out: that of the signal, in those shots only."""
    reference_file: Numbers = None
    """What is divided by: a ``.npy`` or text file, or a list, as long as the signal is wide."""
    subtract_sideband: bool = False
    """Take the sideband off signal and reference first; that of a file already has none."""
    weights: Numbers
    """Filter that answers to an edge: a list, or a ``.npy`` or text file."""
    kind_of_edge: Literal["stepUp", "stepDown"] = "stepUp"
    """Whether the filtered trace has a maximum or a minimum at the edge."""
    ttCalib: tuple[float, ...] = (0.0, 1.0)  # noqa: N815
    """Polynomial from pixel to time, lowest power first; at most the second power."""
    writeTraces: bool = True  # noqa: N815
    """Keep the projections ``signal``, ``sideband`` and ``reference``."""


class TimetoolRaw:
    """``<det>/<name>_pos``, ``_amp``, ``_fwhm``, ``_pos_ps``, and the projections; children get signal over reference."""

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        if len(view.shape) != 2:
            raise ValueError(f"timetoolRaw works on frames of rows and columns, and its input has the shape {view.shape}")
        self._own = parameters
        self._signal = _rectangle(parameters.ttROI_signal, view.shape)
        self._width = self._signal[1].stop - self._signal[1].start
        self._sideband = self._as_wide(parameters.ttROI_sideband, "ttROI_sideband", view)
        self._reference = self._as_wide(parameters.ttROI_reference, "ttROI_reference", view)
        self._file = _reference_in(parameters.reference_file, self._width)
        if self._file is None and self._reference is None:
            raise ValueError("timetoolRaw needs reference_file or ttROI_reference to divide by")
        if parameters.subtract_sideband and self._sideband is None:
            raise ValueError("subtract_sideband needs ttROI_sideband")
        self._weights, self._calibration = edge_filter(parameters.weights), calibration(parameters.ttCalib)
        if self._width <= 2 * (len(self._weights) // 2) + 1:
            raise ValueError(f"the signal is {self._width} pixels wide, too few for {len(self._weights)} weights")
        self.gives: tuple[Field, ...] = edge_fields(name, "1")
        if parameters.writeTraces:
            wanted = ("signal", "reference") if self._sideband is None else ("signal", "reference", "sideband")
            self.gives += tuple(real_field(f"{name}_{key}", view.unit, f"projected {key}", (self._width,)) for key in wanted)
        self.view = view.of_array((self._width,), "1")
        self.config: dict[str, Any] = {} if self._file is None else {"reference_used": self._file}

    def _as_wide(self, given: Any, key: str, view: View) -> tuple[slice, ...] | None:
        found = None if given is None else _rectangle(given, view.shape)
        if found is not None and found[1].stop - found[1].start != self._width:
            raise ValueError(f"{key} is not as wide as ttROI_signal")
        return found

    def process(self, data: Data, context: Context) -> Output:
        """Numbers of each frame; NaN in shots without X-rays or without laser, as far as that is known."""
        frames = floats(data)
        signal = projected(frames, self._signal)
        sideband = None if self._sideband is None else projected(frames, self._sideband)
        region = signal if self._reference is None else projected(frames, self._reference)
        if self._own.subtract_sideband and sideband is not None:
            signal, region = signal - sideband, region - sideband
        divisor = region if self._file is None else self._file[None]
        dark = is_off(context, XRAY, len(frames))
        ratio = signal / np.where(divisor == 0, np.nan, divisor)
        ratio[dark | is_off(context, LASER, len(frames))] = np.nan
        numbers = edge_numbers(
            filtered(ratio, self._weights), self._weights, self._own.kind_of_edge == "stepDown", self._calibration
        )
        traces = [signal, np.where(dark[:, None], region, np.nan), *(() if sideband is None else (sideband,))]
        return Output({field.name: array for field, array in zip(self.gives, [*numbers, *traces], strict=False)}, ratio)


def projected(frames: Floats, rectangle: tuple[slice, ...]) -> Floats:
    """Mean over the rows of a rectangle, shape (events, columns); bad pixels left out, NaN in a column without good ones."""
    return mean_of(np.ascontiguousarray(frames[:, *rectangle].transpose(0, 2, 1)))


def is_off(context: Context, name: str, count: int) -> NDArray[np.bool_]:
    """Events in which a light is known to be off."""
    status = context.column(name)
    return np.zeros(count, bool) if status is None else np.asarray(status == OFF)


def _rectangle(given: Any, shape: tuple[int, ...]) -> tuple[slice, ...]:
    return tuple(slice(start, stop) for start, stop in bounds_in(given, shape))


def _reference_in(given: Any, width: int) -> Floats | None:
    if given is None:
        return None
    found: Floats = np.squeeze(array_of(given, "reference_file").astype(np.float64))
    if found.shape != (width,):
        raise ValueError(f"reference_file has the shape {found.shape}, and the signal is {width} pixels wide")
    return found


FEATURES.add(
    "timetoolRaw",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "ttRaw",
        make=TimetoolRaw,
        results={
            "pos": "position of the edge in pixels",
            "amp": "its amplitude in the filtered ratio",
            "fwhm": "width of the extremum in pixels",
            "pos_ps": "calibrated position",
            "signal": "projected signal (writeTraces)",
            "sideband": "projected sideband (writeTraces)",
            "reference": "projected reference in shots without X-rays (writeTraces)",
        },
        example='kind = "timetoolRaw"\nttROI_signal = [[2, 8], [0, 32]]\nttROI_reference = [[12, 20], [0, 32]]\n'
        "weights = [-1.0, -1.0, 0.0, 1.0, 1.0]",
        example_shape=(24, 32),
        warm=warm,
    ),
)
