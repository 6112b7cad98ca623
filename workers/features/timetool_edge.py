"""Arrival time from the edge in a time-tool trace (small-data ``ttRaw.fitTraceData``): signal over reference, projected."""

from typing import Any, Literal

import numpy as np

from monitor.model.field import Field
from monitor.settings import Section
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind, real_field
from workers.features.given import Numbers
from workers.features.time_edge import edges, filtered, warm
from workers.features.trace import Floats, array_of, floats, trace_length
from workers.features.view import View

MOST_TERMS = 3


class Parameters(Section):
    """Names as in smalldata_tools."""

    weights: Numbers
    """Filter that answers to an edge: a list, or a ``.npy`` or text file."""
    kind_of_edge: Literal["stepUp", "stepDown"] = "stepUp"
    """Whether the filtered trace has a maximum or a minimum at the edge."""
    ttCalib: tuple[float, ...] = (0.0, 1.0)  # noqa: N815  # the field's spelling
    """Polynomial from pixel to time, lowest power first; at most the second power."""
    writeTrace: bool = False  # noqa: N815
    """Keep the filtered trace too."""


class TimetoolEdge:
    """``<det>/<name>_pos``, ``_amp``, ``_fwhm``, ``_pos_ps`` and ``_f``."""

    view = None

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        self._weights, self._calibration = edge_filter(parameters.weights), calibration(parameters.ttCalib)
        self._falling = parameters.kind_of_edge == "stepDown"
        length = trace_length(view, "timetoolEdge") - 2 * (len(self._weights) // 2) - 1
        if length < 1:
            raise ValueError(f"the trace has {view.shape[0]} samples, too few for {len(self._weights)} weights")
        self.gives = edge_fields(name, view.unit)
        if parameters.writeTrace:
            self.gives += (real_field(f"{name}_f", view.unit, "filtered trace", (length,)),)
        self.config: dict[str, Any] = {}

    def process(self, data: Data, context: Context) -> Output:
        """Numbers of each trace; NaN for one with a bad sample, or without an extremum."""
        smooth = filtered(floats(data), self._weights)
        found = edge_numbers(smooth, self._weights, self._falling, self._calibration)
        return Output({field.name: array for field, array in zip(self.gives, [*found, smooth], strict=False)})


def edge_filter(weights: Any) -> Floats:
    """Weights of the settings; ``ValueError`` if they are no list of at least three numbers."""
    found: Floats = np.squeeze(array_of(weights, "weights").astype(np.float64))
    if found.ndim != 1 or len(found) < MOST_TERMS or not np.isfinite(found).all():
        raise ValueError("weights must be a list of at least three numbers")
    return found


def calibration(given: tuple[float, ...]) -> tuple[float, ...]:
    """Polynomial of the settings; ``ValueError`` if it has no term or too many."""
    if not 1 <= len(given) <= MOST_TERMS:
        raise ValueError("ttCalib has one to three numbers: the polynomial from pixel to time, lowest power first")
    return given


def edge_fields(name: str, unit: str) -> tuple[Field, ...]:
    """Fields of the numbers of an edge."""
    return (
        real_field(f"{name}_pos", "pixel", "position of the edge"),
        real_field(f"{name}_amp", unit, "its amplitude in the filtered trace"),
        real_field(f"{name}_fwhm", "pixel", "width of the extremum; 0 = it does not come down on both sides"),
        real_field(f"{name}_pos_ps", "ps", "calibrated position"),
    )


def edge_numbers(smooth: Floats, weights: Floats, falling: bool, terms: tuple[float, ...]) -> list[Floats]:
    """Position, amplitude, width and time of each filtered trace."""
    position, amplitude, width = edges(smooth, len(weights), falling).T
    return [position, amplitude, width, np.polynomial.polynomial.polyval(position, np.array(terms))]


FEATURES.add(
    "timetoolEdge",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "ttEdge",
        make=TimetoolEdge,
        results={
            "pos": "position of the edge in pixels",
            "amp": "its amplitude in the filtered trace",
            "fwhm": "width of the extremum in pixels",
            "pos_ps": "calibrated position",
            "f": "filtered trace (writeTrace)",
        },
        example='kind = "timetoolEdge"\nweights = [-1.0, -1.0, 0.0, 1.0, 1.0]\nkind_of_edge = "stepDown"\nttCalib = [0.5, 0.002]',
        example_shape=(200,),
        warm=warm,
    ),
)
