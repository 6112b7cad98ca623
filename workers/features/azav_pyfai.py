"""Azimuthal integration as pyFAI does it, without splitting pixels (small-data ``azav_pyfai``).

The sum of the values of a bin over the sum of solid angle times polarization. Bins and values (to 1e-6) are those of pyFAI's
histogram method, but for pixels that lie on an edge to the last bit. pyFAI is needed only where ``azav_kwargs`` asks for more.
"""

import importlib
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Parameter

from monitor.settings import Section
from workers.features.cake import BIN_LIMIT, Cake, warm
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind, real_field
from workers.features.given import Numbers
from workers.features.poni import Poni, polarization, poni_from, read_poni
from workers.features.user_array import user_good
from workers.features.view import View

Axes = dict[str, NDArray[np.float64]]

JUST_ABOVE = 1 + float(np.finfo(np.float32).eps)
"""pyFAI moves the upper end of a range by this factor, so that the largest value lies inside."""


class Parameters(Section):
    """Names and defaults as in smalldata_tools, but for ``return2d``."""

    poni_file: str = ""
    """Geometry file of pyFAI; instead of ``ai_kwargs``."""
    ai_kwargs: dict[str, float] | None = None
    """Geometry: dist, poni1, poni2, rot1, rot2, rot3, wavelength, pixel1, pixel2 (metre, rad); pixel sizes as the detector's."""
    userMask: Numbers = None  # noqa: N815
    """Good pixels (1) beside those of the detector: nested lists, or the path of a npy or text file."""
    thres: float | None = None
    """Values below count as zero."""
    return2d: bool | None = None
    """Bins of azimuth too. Left out: no, but yes with ``compat``, where smalldata_tools has it by mistake."""
    polarization_factor: float | None = Parameter(1.0, ge=-1, le=1)
    """1 = polarized along the columns, -1 = along the rows, 0 = not polarized."""
    polCorr: bool = True  # noqa: N815
    """Correct for the polarization; ``false`` is what ``polarization_factor=None`` was."""
    npts: int = Parameter(256, ge=1, le=BIN_LIMIT)
    """Bins of the radius."""
    npts_az: int = Parameter(360, ge=1, le=BIN_LIMIT)
    """Bins of azimuth, if there are any."""
    int_units: Literal["2th_deg", "2th_rad", "q_A^-1", "q_nm^-1", "r_mm", "r_m"] = "2th_deg"
    """What the radius is counted in."""
    azav_kwargs: dict[str, Any] | None = None
    """Further arguments of pyFAI's integrate1d or integrate2d; needs pyFAI (the extra ``pyfai``)."""
    compat: bool = False
    """Empty bins are 0, and ``return2d`` is the default."""


class AzavPyfai:
    """``<det>/<name>_azav`` and its axes ``_q`` (in ``int_units``) and, with azimuths, ``_az`` (degree). See ``Parameters``."""

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        flat = parameters.compat if parameters.return2d is None else parameters.return2d
        self._name, self._empty = name, 0.0 if parameters.compat else np.nan
        row, column = _pixel_grid(view)
        good = user_good(parameters.userMask, view) & (row >= 0)
        if not good.any():
            raise ValueError("no pixel is good")
        poni = _poni(parameters, view)
        theta, azimuth, distance, solid = poni.places(row, column)
        radial, q = binned(poni.in_unit(parameters.int_units, theta, distance), good, parameters.npts)
        around, az = binned(np.degrees(azimuth), good, parameters.npts_az if flat else 1)
        self._axes = {"q": q, "az": az} if flat else {"q": q}
        self._shape = (parameters.npts_az, parameters.npts) if flat else (parameters.npts,)
        factor = parameters.polarization_factor if parameters.polCorr else None
        share = solid if factor is None else solid * polarization(factor, theta, azimuth)
        self._cake = _cake(around * parameters.npts + radial, good, share, parameters.thres, view, int(np.prod(self._shape)))
        self._norms = self._cake.norms()
        self._pyfai = _Pyfai(parameters, poni, view, good, flat) if parameters.azav_kwargs else None
        units = {"q": parameters.int_units.rpartition("_")[2], "az": "deg"}
        axes = (real_field(f"{name}_{key}", units[key], "middle of the bins", axis.shape) for key, axis in self._axes.items())
        self.gives = (
            real_field(f"{name}_azav", view.unit, "intensity per solid angle", self._shape),
            *axes,
        )
        self.view = view.of_array(self._shape)
        self.config = {**self._axes, **{f"azcfg_{key}": getattr(poni, key) for key in Poni.__slots__}}

    def process(self, data: Data, context: Context) -> Output:
        """Averages, shape (events, [azimuths,] bins), for children too; NaN where no pixel is good."""
        frames = np.asarray(data)
        if self._pyfai is not None:
            average, axes = self._pyfai.averages(frames, self._shape)
        else:
            average, axes = self._cake.means(frames, self._norms).reshape(-1, *self._shape), self._axes
            average = np.where(np.isnan(average), self._empty, average)
        values = {f"{self._name}_azav": average}
        values |= {f"{self._name}_{key}": np.broadcast_to(axes[key], (len(frames), *axes[key].shape)) for key in self._axes}
        return Output(values, average)


class _Pyfai:
    """pyFAI itself, event by event."""

    def __init__(self, parameters: Parameters, poni: Poni, view: View, good: NDArray[np.bool_], flat: bool) -> None:
        if len(view.shape) != 2:
            raise ValueError("azav_kwargs works on frames of two axes; make an image first (imageFunc)")
        try:
            module = importlib.import_module("pyFAI.integrator.azimuthal")
        except ImportError as error:
            raise ValueError("azav_kwargs needs pyFAI; install the extra pyfai or leave azav_kwargs away") from error
        self._integrator = module.AzimuthalIntegrator(**{name: getattr(poni, name) for name in Poni.__slots__})
        self._good, self._points = good, (parameters.npts, parameters.npts_az) if flat else (parameters.npts,)
        factor = parameters.polarization_factor if parameters.polCorr else None
        known = {"unit": parameters.int_units, "method": "cython", "polarization_factor": factor}
        self._more, self._low = known | (parameters.azav_kwargs or {}), parameters.thres

    def averages(self, frames: NDArray[Any], shape: tuple[int, ...]) -> tuple[NDArray[np.float64], Axes]:
        """Averages of each event, and the axes."""
        integrate = self._integrator.integrate1d if len(shape) == 1 else self._integrator.integrate2d
        average, axes = np.empty((len(frames), *shape)), {"q": np.empty(shape[-1]), "az": np.empty(shape[0])}
        for event, frame in enumerate(frames):
            kept = frame if self._low is None else np.where(frame < self._low, 0, frame)
            result = integrate(kept, *self._points, mask=~(self._good & np.isfinite(frame)), **self._more)
            average[event], axes["q"] = result.intensity, result.radial
            if len(shape) == 2:
                axes["az"] = result.azimuthal
        return average, axes


def binned(values: NDArray[np.float64], good: NDArray[np.bool_], count: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Bin of each value between the smallest and the largest good one, and the middles of the bins."""
    low, high = values[good].min(), values[good].max()
    high = high * JUST_ABOVE if high > 0 else high / JUST_ABOVE
    width = (high - low) / count if high > low else 1.0
    bins = np.floor((values - low) / width).astype(np.int64)
    return np.clip(bins, 0, count - 1), low + (np.arange(count) + 0.5) * width


def _cake(
    bins: NDArray[np.int64], good: NDArray[np.bool_], share: NDArray[np.float64], low: float | None, view: View, count: int
) -> Cake:
    if count > BIN_LIMIT:
        raise ValueError(f"{count} bins are more than {BIN_LIMIT}")
    panels = view.shape[0] if len(view.shape) == 3 else 1
    return Cake(
        count=count,
        bins=np.where(good, bins, count).astype(np.uint16).reshape(panels, -1),
        weight=np.ones((panels, bins.size // panels), np.float32),
        share=share.astype(np.float32).reshape(panels, -1),
        low=np.full(1, -np.inf if low is None else low, np.float32),
    )


def _pixel_grid(view: View) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Row and column of each pixel: in a frame of two axes its own, else in the assembled image (-1 = not in it)."""
    if len(view.shape) == 2:
        row, column = np.indices(view.shape)
    else:
        places = view.pixel_places()
        row, column = np.divmod(places, view.image_index().shape[1])
        row = np.where(places < 0, -1, row)
    return row.astype(np.float64), column.astype(np.float64)


def _poni(parameters: Parameters, view: View) -> Poni:
    if bool(parameters.poni_file) == (parameters.ai_kwargs is not None):
        raise ValueError("give either poni_file or ai_kwargs")
    given = read_poni(Path(parameters.poni_file)) if parameters.poni_file else parameters.ai_kwargs or {}
    pitch = None
    if view.x is not None and view.y is not None and view.shape[-1] > 1:
        pitch = float(np.median(np.hypot(np.diff(view.x, axis=-1), np.diff(view.y, axis=-1)))) * 1e-6
    return poni_from(given, pitch)


FEATURES.add(
    "azav_pyfai",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "pyfai",
        make=AzavPyfai,
        results={
            "azav": "intensity in each bin, shape ([azimuths,] bins)",
            "q": "middle of the bins, in int_units",
            "az": "middle of the azimuth bins, degree (return2d)",
        },
        example='kind = "azav_pyfai"\nai_kwargs = { dist = 0.08, poni1 = 0.005, poni2 = 0.006, wavelength = 1.3e-10 }',
        warm=warm,
    ),
)
