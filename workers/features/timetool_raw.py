"""Arrival time from the frames of a time-tool camera (small-data ``ttRaw``): regions, projections, and the edge in their ratio.

What a shot is divided by must not depend on which shots a worker happened to see before, or the same run would give other numbers
the next time. So no average runs along inside the workers: ``reference`` keeps the signal of shots without X-rays (known from
``lightStatus/xray``), and the mean of such shots becomes what is divided by as a new version of the settings, which every row
names (the *Time tool* page has a button for it); or it is read from a file, or taken from a region of the same frame that the
edge does not reach.
"""

from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData, Unusable
from monitor.model.field import Field
from monitor.settings import Section
from monitor.store import open_run
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
SMALL_DATA = (".h5", ".hdf5")
MEANINGS = {
    "signal": "projected signal",
    "reference": "projected signal of shots with laser and without X-rays",
    "ratio": "signal over what it is divided by",
    "sideband": "projected sideband",
}
"""The projections that are kept."""


class Parameters(Section):
    """Names as in smalldata_tools where it has the parameter."""

    ttROI_signal: Region  # noqa: N815  # the field's spelling
    """Rectangle ``[[r0, r1], [c0, c1]]`` with the edge."""
    ttROI_sideband: Region = None  # noqa: N815
    """Rectangle beside it, as wide, without the light that is measured: what else the camera sees."""
    ttROI_reference: Region = None  # noqa: N815
    """Rectangle, as wide, of light that the edge does not reach: what is divided by where there is no ``reference_file``."""
    reference_file: Numbers = None
    """What is divided by: a list as long as the signal is wide, a ``.npy`` or text file with one, or a small-data file whose mean
    ``reference`` it is. An empty list: none yet; without ``ttROI_reference`` no event has a position until there is one."""
    subtract_sideband: bool = False
    """Take the sideband off signal and reference first; that of a file or list already has none."""
    weights: Numbers
    """Filter that answers to an edge: a list, or a ``.npy`` or text file."""
    kind_of_edge: Literal["stepUp", "stepDown"] = "stepUp"
    """Whether the filtered trace has a maximum or a minimum at the edge."""
    ttCalib: tuple[float, ...] = (0.0, 1.0)  # noqa: N815
    """Polynomial from pixel to time, lowest power first; at most the second power."""
    writeTraces: bool = True  # noqa: N815
    """Keep the projections ``signal``, ``sideband`` and ``reference``, and ``ratio``."""


class TimetoolRaw:
    """``<det>/<name>_pos``, ``_amp``, ``_fwhm``, ``_pos_ps``, and the projections; children get signal over reference.

    Positions are pixels from the left border of ``ttROI_signal``: the middle of its first column is 0.5.
    """

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        if len(view.shape) != 2:
            raise ValueError(f"timetoolRaw works on frames of rows and columns, and its input has the shape {view.shape}")
        self._own = parameters
        self._signal = _rectangle(parameters.ttROI_signal, view.shape, "ttROI_signal")
        self._width = self._signal[1].stop - self._signal[1].start
        self._sideband = self._as_wide(parameters.ttROI_sideband, "ttROI_sideband", view)
        self._reference = self._as_wide(parameters.ttROI_reference, "ttROI_reference", view)
        if parameters.reference_file is None and self._reference is None:
            raise ValueError("timetoolRaw needs reference_file or ttROI_reference to divide by")
        self._file = reference_in(parameters.reference_file, f"{name}_reference", self._width)
        if parameters.subtract_sideband and self._sideband is None:
            raise ValueError("subtract_sideband needs ttROI_sideband")
        self._weights, self._calibration = edge_filter(parameters.weights), calibration(parameters.ttCalib)
        if self._width <= 2 * (len(self._weights) // 2) + 1:
            raise ValueError(f"the signal is {self._width} pixels wide, too few for {len(self._weights)} weights")
        self.gives: tuple[Field, ...] = edge_fields(name, "1")
        if parameters.writeTraces:
            self.gives += self._traces(name, view.unit)
        self.view = view.of_array((self._width,), "1")
        self.config: dict[str, Any] = {} if self._file is None else {"reference_used": self._file}

    def _traces(self, name: str, unit: str) -> tuple[Field, ...]:
        """Fields of the projections."""
        wanted = {"signal": unit, "reference": unit, "ratio": "1"} | ({} if self._sideband is None else {"sideband": unit})
        return tuple(real_field(f"{name}_{key}", of, MEANINGS[key], (self._width,)) for key, of in wanted.items())

    def _as_wide(self, given: Any, key: str, view: View) -> tuple[slice, ...] | None:
        found = None if given is None else _rectangle(given, view.shape, key)
        if found is not None and found[1].stop - found[1].start != self._width:
            raise ValueError(f"{key} is not as wide as ttROI_signal")
        return found

    def process(self, data: Data, context: Context) -> Output:
        """Numbers of each frame; NaN in shots without X-rays or without laser, as far as that is known."""
        frames = floats(data)
        sideband = None if self._sideband is None else projected(frames, self._sideband)
        under = sideband if self._own.subtract_sideband and sideband is not None else 0.0
        signal = projected(frames, self._signal) - under
        divisor = self._divisor(frames, under)
        dark, unlit = is_off(context, XRAY, len(frames)), is_off(context, LASER, len(frames))
        ratio = signal / np.where(divisor == 0, np.nan, divisor)
        ratio[dark | unlit] = np.nan
        numbers = edge_numbers(
            filtered(ratio, self._weights), self._weights, self._own.kind_of_edge == "stepDown", self._calibration
        )
        reference = np.where((dark & ~unlit)[:, None], signal, np.nan)
        traces = [signal, reference, ratio, *(() if sideband is None else (sideband,))]
        return Output({field.name: array for field, array in zip(self.gives, [*numbers, *traces], strict=False)}, ratio)

    def _divisor(self, frames: Floats, under: Floats | float) -> Floats:
        """What the signals are divided by, shape (events or 1, columns); NaN where there is none yet."""
        if self._file is not None:
            return self._file[None]
        return np.full((1, self._width), np.nan) if self._reference is None else projected(frames, self._reference) - under


def projected(frames: Floats, rectangle: tuple[slice, ...]) -> Floats:
    """Mean over the rows of a rectangle, shape (events, columns); bad pixels left out, NaN in a column without good ones."""
    return mean_of(np.ascontiguousarray(frames[:, *rectangle].transpose(0, 2, 1)))


def is_off(context: Context, name: str, count: int) -> NDArray[np.bool_]:
    """Events in which a light is known to be off."""
    status = context.column(name)
    return np.zeros(count, bool) if status is None else np.asarray(status == OFF)


def _rectangle(given: Any, shape: tuple[int, ...], name: str) -> tuple[slice, ...]:
    return tuple(slice(start, stop) for start, stop in bounds_in(given, shape, name))


def reference_in(given: Any, field: str, width: int) -> Floats | None:
    """What is divided by, shape (width,); None without any.

    Parameters
    ----------
    given
        As in the settings.
    field
        Field of a small-data file that holds the references.

    Raises
    ------
    ValueError
        If it is not as long as the signal is wide, or cannot be read.
    """
    if given is None or (isinstance(given, list | tuple) and not given):
        return None
    stored = isinstance(given, str) and Path(given).suffix in SMALL_DATA
    array = mean_in(Path(given), field) if stored else array_of(given, "reference_file")
    found: Floats = np.squeeze(array.astype(np.float64))
    if found.shape != (width,):
        raise ValueError(f"reference_file has the shape {found.shape}, and the signal is {width} pixels wide")
    return found


def mean_in(path: Path, field: str) -> Floats:
    """Mean over the events of a small-data file that have this trace."""
    try:
        with open_run(path) as run:
            rows = np.asarray(run[field], np.float64) if field in run else np.empty((0, 0))
    except (DamagedData, Unusable, OSError) as error:
        raise ValueError(f"reference_file: {error}") from error
    rows = rows[np.isfinite(rows).all(axis=-1)] if rows.ndim == 2 else rows[:0]
    if not len(rows):
        raise ValueError(f"reference_file: {path} has no shot without X-rays in {field}")
    return np.asarray(rows.mean(axis=0))


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
            **{key: f"{text} (writeTraces)" for key, text in MEANINGS.items()},
        },
        example='kind = "timetoolRaw"\nttROI_signal = [[2, 8], [0, 32]]\nttROI_reference = [[12, 20], [0, 32]]\n'
        "weights = [-1.0, -1.0, 0.0, 1.0, 1.0]",
        example_shape=(24, 32),
        warm=warm,
    ),
)
