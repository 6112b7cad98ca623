"""Intensities of pulses that overlap in a waveform, by the shapes that single pulses have (small-data ``SvdFit``).

The shapes are in a basis file (``xtcmon basis`` makes one). The waveform is described as a sum of the strongest shapes at the
times of the pulses, by linear least squares.
"""

from pathlib import Path
from typing import Any, Literal

import numpy as np

from monitor.errors import DamagedData
from monitor.model.field import Field
from monitor.settings import Section
from monitor.store.basis import Basis, read_basis
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind, real_field
from workers.features.given import Numbers
from workers.features.product import products, warm
from workers.features.trace import Floats, array_of, floats, mean_of, window
from workers.features.view import View


class Parameters(Section):
    """Names as in smalldata_tools."""

    basis_file: str = ""
    """HDF5 file with the shapes."""
    components: Numbers = None
    """The shapes themselves, one list of samples each, or a ``.npy`` or text file with them; instead of ``basis_file``."""
    background_roi: int = 0
    """With ``components``: so many samples at the beginning are the background."""
    n_components: int = 2
    """How many of the strongest shapes are used."""
    n_pulse: int = 1
    """Pulses in the waveform."""
    delay: tuple[float, ...] = (0.0,)
    """Time of each pulse after the reference; with one number less than pulses the first pulse is at 0."""
    sampling: float = 1.0
    """Time of one sample, in the unit of ``delay``."""
    mode: Literal["max", "norm", "both"] = "max"
    """Intensity as the maximum of a pulse, as the norm of its coefficients, or both (norm first)."""
    return_reconstructed: bool = False
    """Keep the fitted waveform too."""
    channel: int | None = None
    """Channel of a detector with several; left out: the basis file's."""


class SvdFit:
    """``<det>/<name>_intensities``, ``_score``, ``_coefficients`` and ``_reconstructed``."""

    view = None

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        basis = _basis(parameters)
        self._channel = _channel(parameters, basis, view)
        self._region = slice(*window(basis.roi, view.shape[-1], "roi of the basis file"))
        self._background = basis.background
        self._mode, self._pulses = parameters.mode, parameters.n_pulse
        self._shapes = pulse_shapes(parameters, basis.components)
        samples = self._region.stop - self._region.start
        if self._shapes.shape[1] != samples:
            raise ValueError(f"the shapes of the basis file have {self._shapes.shape[1]} samples, and the region {samples}")
        self._projector = np.asarray(np.linalg.pinv(self._shapes.T), np.float64)
        self.gives = self._fields(name, view.unit, parameters.return_reconstructed)
        self.config: dict[str, Any] = {"shapes": self._shapes}

    def _fields(self, name: str, unit: str, reconstructed: bool) -> tuple[Field, ...]:
        shape = (() if self._pulses == 1 else (self._pulses,)) if self._mode != "both" else (2, self._pulses)
        shape = (2,) if shape == (2, 1) else shape
        fields = (
            real_field(f"{name}_intensities", unit, "intensity of each pulse", shape),
            real_field(f"{name}_score", "1", "coefficient of determination"),
            real_field(f"{name}_coefficients", unit, "weight of each shape", (len(self._shapes),)),
        )
        full = real_field(f"{name}_reconstructed", unit, "fitted waveform", (self._shapes.shape[1],))
        return (*fields, full) if reconstructed else fields

    def process(self, data: Data, context: Context) -> Output:
        """Numbers of each waveform; NaN if one of its samples in the region is bad."""
        values = floats(data)
        traces = values if self._channel is None else values[:, self._channel]
        if self._background:
            traces = traces - mean_of(traces[:, : self._background])[:, None]
        traces = traces[:, self._region]
        weights = products(traces, self._projector)
        fitted = products(weights, self._shapes.T)
        found = (self._intensities(weights), determination(traces, fitted), weights, fitted)
        return Output({field.name: array for field, array in zip(self.gives, found, strict=False)})

    def _intensities(self, weights: Floats) -> Floats:
        """In the shape of the field."""
        each = len(self._shapes) // self._pulses
        norms, largest = np.empty((2, len(weights), self._pulses))
        for pulse in range(self._pulses):
            own = slice(pulse * each, (pulse + 1) * each)
            norms[:, pulse] = np.sqrt((weights[:, own] ** 2).sum(axis=1))
            largest[:, pulse] = products(weights[:, own], self._shapes[own].T).max(axis=1)
        kept = {"norm": norms, "max": largest, "both": np.stack([norms, largest], axis=1)}[self._mode]
        return kept.reshape(len(weights), *self.gives[0].shape)


def pulse_shapes(parameters: Parameters, components: Floats) -> Floats:
    """Shapes of all pulses at their times, one after the other, shape (pulses * components, samples).

    Raises
    ------
    ValueError
        If there are not as many delays as pulses, or not as many shapes as are wanted.
    """
    delays = parameters.delay
    if len(delays) == parameters.n_pulse - 1:
        delays = (0.0, *delays)
    if parameters.n_pulse < 1 or len(delays) != parameters.n_pulse:
        raise ValueError(f"{parameters.n_pulse} pulses have {len(parameters.delay)} delays")
    if not 1 <= parameters.n_components <= len(components):
        raise ValueError(f"n_components = {parameters.n_components}, and the basis file has {len(components)} shapes")
    if not parameters.sampling > 0:
        raise ValueError("sampling must be above 0")
    wanted = components[: parameters.n_components]
    return np.concatenate([np.roll(wanted, int(delay / parameters.sampling), axis=1) for delay in delays])


def determination(traces: Floats, fitted: Floats) -> Floats:
    """Share of a trace's variance that a fit explains; NaN for a flat trace."""
    rest = ((traces - fitted) ** 2).sum(axis=1)
    total = ((traces - traces.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    return np.asarray(1 - rest / np.where(total == 0, np.nan, total))


def _basis(parameters: Parameters) -> Basis:
    if bool(parameters.basis_file) == (parameters.components is not None):
        raise ValueError("either basis_file or components is needed")
    if not parameters.basis_file:
        shapes = np.atleast_2d(array_of(parameters.components, "components").astype(np.float64))
        strengths = np.full(len(shapes), np.nan)
        background = max(0, parameters.background_roi)
        return Basis(components=shapes, singular_values=strengths, references=shapes[:0], background=background)
    try:
        return read_basis(Path(parameters.basis_file))
    except DamagedData as error:
        raise ValueError(str(error)) from error


def _channel(parameters: Parameters, basis: Basis, view: View) -> int | None:
    channel = basis.channel if parameters.channel is None else parameters.channel
    if len(view.shape) == 1:
        return None
    if len(view.shape) != 2 or channel is None or not 0 <= channel < view.shape[0]:
        raise ValueError(f"channel = {channel} is none of an input of shape {view.shape}")
    return channel


FEATURES.add(
    "SvdFit",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "svdFit" if parameters.channel is None else f"svdFit_ch{parameters.channel}",
        make=SvdFit,
        results={
            "intensities": "intensity of each pulse",
            "score": "coefficient of determination",
            "coefficients": "weight of each shape",
            "reconstructed": "fitted waveform (return_reconstructed)",
        },
        example='kind = "SvdFit"\ncomponents = [[0.0, 0.6, 0.8, 0.0], [0.0, -0.8, 0.6, 0.0]]\nn_components = 2',
        example_shape=(4,),
        warm=warm,
    ),
)
