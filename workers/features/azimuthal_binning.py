"""Radial average in bins of momentum transfer and azimuth (small-data ``azimuthalBinning``).

Bad pixels (NaN) count nowhere. With ``compat`` they count in the norm of bin (0, 0), as in the files of smalldata_tools.
"""

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Parameter

from monitor.model.field import Field
from monitor.settings import Section
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind
from workers.features.pixel_geometry import PixelGeometry, pixel_geometry
from workers.features.view import View
from workers.kernel import kernel

LANES = 4
"""Histograms filled in turn, so that neighbouring pixels of one bin do not wait for each other."""
BIN_LIMIT = 65535
FULL_TURN = 2 * np.pi


class Parameters(Section):
    """Names and defaults as in smalldata_tools, but the distance has none."""

    center: tuple[float, float]
    """Where the beam meets the detector, micrometre: x to the right and y up, from the middle of the assembled image."""
    dis_to_sam: float = Parameter(gt=0)
    """Sample to detector, mm."""
    eBeam: float = Parameter(9.5, gt=0)  # noqa: N815
    """Photon energy: keV below 100, else eV."""
    qbin: float | tuple[float, ...] = 5e-3
    """Width of a bin, 1/angstrom, or the edges."""
    phiBins: int | tuple[float, ...] = 1  # noqa: N815
    """Number of azimuth bins, or their edges in rad."""
    Pplane: float = Parameter(0.0, ge=0, le=1)
    """Polarization: 0 along x of the detector, 1 along y."""
    tx: float = 0.0
    """Tilt of the detector about x, degree."""
    ty: float = 0.0
    """Tilt of the detector about y, degree."""
    geomCorr: bool = True  # noqa: N815
    """Divide by the solid angle of each pixel."""
    polCorr: bool = True  # noqa: N815
    """Divide by what the polarization lets through."""
    thresADU: float | None = None  # noqa: N815
    """Values below count as zero."""
    thresADUhigh: float | None = None  # noqa: N815
    """Values above count as zero."""
    square: bool = False
    """Average the squares."""
    compat: bool = False
    """Count bad pixels in the norm of bin (0, 0), as smalldata_tools does."""


class AzimuthalBinning:
    """Bins of one detector; see ``Parameters`` and the module.

    Attributes
    ----------
    q_edges
        Edges of the bins, 1/angstrom.
    gives
        ``<det>/<name>_azav``: shape (azimuths, q bins), NaN = no good pixel in the bin.
    """

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        energy = parameters.eBeam if parameters.eBeam < 100 else parameters.eBeam / 1000
        geometry = pixel_geometry(
            *view.places(),
            center=parameters.center,
            distance=parameters.dis_to_sam,
            energy=energy,
            tx=parameters.tx,
            ty=parameters.ty,
            z=view.z,
        )
        self.q_edges = q_edges(parameters.qbin, geometry.q, view.good)
        phi_bin, azimuths = phi_bins(parameters.phiBins, geometry.phi)
        bins = _flat_bins(self.q_edges, geometry.q, phi_bin, view.good, azimuths)
        panels = view.shape[0] if len(view.shape) == 3 else 1
        self._bins, self._weight = bins.reshape(panels, -1), _weight(parameters, geometry).reshape(panels, -1)
        self._low = -np.inf if parameters.thresADU is None else parameters.thresADU
        self._high = np.inf if parameters.thresADUhigh is None else parameters.thresADUhigh
        self._square = parameters.square
        self._shape = (azimuths, len(self.q_edges) - 1)
        count = azimuths * self._shape[1]
        self._in_panel = np.stack([np.bincount(panel, minlength=count + 1)[:count] for panel in self._bins])
        self._surplus = np.zeros(count, np.int64)
        if parameters.compat:
            self._surplus[0] = int((bins == count).sum())
        about = f"mean in {count} bins of q from {self.q_edges[0]:.6g} to {self.q_edges[-1]:.6g} 1/Å"
        self._name = f"{name}_azav"
        self.gives = (Field(name=self._name, dtype=np.dtype(np.float64), shape=self._shape, unit=view.unit, description=about),)
        self.view = view.of_array(self._shape)
        self.config = {"q": (self.q_edges[:-1] + self.q_edges[1:]) / 2, "qbins": self.q_edges}

    def process(self, data: Data, context: Context) -> Output:
        """Radial averages, shape (events, azimuths, q bins), for children too. An absent panel counts nowhere."""
        frames = np.asarray(data)
        values = frames.reshape(len(frames), *self._bins.shape)
        sums = np.zeros((len(frames), LANES, self._in_panel.shape[1] + 1))
        present = accumulate(values, self._bins, self._weight, self._low, self._high, self._square, sums)
        norm = present @ self._in_panel + self._surplus
        with np.errstate(invalid="ignore", divide="ignore"):
            average = sums.sum(axis=1)[:, :-1] / norm
        average = average.reshape(-1, *self._shape)
        return Output({self._name: average}, average)


def q_edges(wanted: float | tuple[float, ...], q: NDArray[np.float64], good: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Edges of the q bins: as given, or of one width from just below the smallest to just above the largest good pixel."""
    if not isinstance(wanted, float | int):
        edges = np.array(wanted, np.float64)
        if len(edges) < 2 or (np.diff(edges) <= 0).any():
            raise ValueError("qbin must be a width or at least two growing edges")
        return edges
    if not wanted > 0:
        raise ValueError("qbin must be above 0")
    inside = q[good] if good.any() else q
    if (inside.max() - inside.min()) / wanted > BIN_LIMIT:
        raise ValueError(f"qbin {wanted} makes more than {BIN_LIMIT} bins")
    return np.arange(inside.min() - wanted, inside.max() + wanted, wanted)


def phi_bins(wanted: int | tuple[float, ...], phi: NDArray[np.float64]) -> tuple[NDArray[np.int64], int]:
    """Azimuth bin of each pixel and their number.

    Bins are centred on the smallest azimuth and whole steps from there, so that the half bin beyond the last wraps to the first.
    """
    if isinstance(wanted, int):
        if wanted < 1:
            raise ValueError("phiBins must be at least 1")
        half = (phi.max() - phi.min()) / wanted / 2
        shifted = _wrapped(phi + half)
        edges = np.linspace(phi.min(), phi.max() + np.spacing(shifted.min()), wanted + 1)
        rows = wanted
    else:
        points = list(wanted)
        if len(points) < 2:
            raise ValueError("phiBins must be a number or at least two edges")
        if max(points) < FULL_TURN - 0.01:
            points.append(max(points) + 0.001)
        if min(points) > 0:
            points.append(min(points) - 0.001)
        edges = np.sort(np.array(points, np.float64))
        shifted = _wrapped(phi + (edges[1] - edges[0]) / 2)
        rows = len(edges)
    bins = np.digitize(shifted, edges) - 1
    bins[(bins < 0) | (bins == rows)] = 0
    return bins, rows


def _wrapped(phi: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(phi >= FULL_TURN, phi - FULL_TURN, phi)


def _flat_bins(
    edges: NDArray[np.float64], q: NDArray[np.float64], phi_bin: NDArray[np.int64], good: NDArray[np.bool_], azimuths: int
) -> NDArray[np.uint16]:
    """Bin of each pixel, azimuth by azimuth; bad pixels and those outside the edges get the bin behind the last."""
    count = len(edges) - 1
    if azimuths * count > BIN_LIMIT:
        raise ValueError(f"{azimuths} x {count} bins are more than {BIN_LIMIT}")
    q_bin = np.digitize(q, edges) - 1
    inside = good & (q_bin >= 0) & (q_bin < count)
    return np.where(inside, phi_bin * count + q_bin, azimuths * count).astype(np.uint16)


def _weight(parameters: Parameters, geometry: PixelGeometry) -> NDArray[np.float32]:
    correction = np.ones_like(geometry.q)
    if parameters.polCorr:
        correction = correction * geometry.polarization(parameters.Pplane)
    if parameters.geomCorr:
        correction = correction * geometry.geometry
    return (1 / correction).astype(np.float32)


def accumulate(
    values: NDArray[np.float32],
    bins: NDArray[np.uint16],
    weight: NDArray[np.float32],
    low: float,
    high: float,
    square: bool,
    sums: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Add weighted pixels into their bins; return which panels were present, shape (events, panels).

    Parameters
    ----------
    values
        Frames, shape (events, panels, pixels); NaN = bad; a panel whose pixels are all NaN is absent.
    bins
        Bin of each pixel, shape (panels, pixels).
    weight
        Shape (panels, pixels).
    low, high
        Values outside count as zero.
    square
        Add squares.
    sums
        Result, shape (events, 4, bins): to be added up over the second axis. Starts at zero.
    """
    present = np.zeros(values.shape[:2], bool)
    plain = not square and low == -np.inf and high == np.inf
    _accumulate(values, bins, weight, low, high, square, plain, sums, present)
    return present


@kernel
def _accumulate(
    values: NDArray[np.float32],
    bins: NDArray[np.uint16],
    weight: NDArray[np.float32],
    low: float,
    high: float,
    square: bool,
    plain: bool,
    sums: NDArray[np.float64],
    present: NDArray[np.bool_],
) -> None:
    events, panels, pixels = values.shape
    whole = pixels // 4 * 4
    for panel in range(panels):
        b, w = bins[panel], weight[panel]
        for event in range(events):
            v = values[event, panel]
            s0, s1, s2, s3 = sums[event, 0], sums[event, 1], sums[event, 2], sums[event, 3]
            for i in range(pixels):
                if v[i] == v[i]:
                    present[event, panel] = True
                    break
            if not present[event, panel]:
                continue
            if plain:
                for i in range(0, whole, 4):
                    s0[b[i]] += v[i] * w[i]
                    s1[b[i + 1]] += v[i + 1] * w[i + 1]
                    s2[b[i + 2]] += v[i + 2] * w[i + 2]
                    s3[b[i + 3]] += v[i + 3] * w[i + 3]
                for i in range(whole, pixels):
                    s0[b[i]] += v[i] * w[i]
                continue
            for i in range(pixels):
                x = v[i]
                if x < low or x > high:
                    x = np.float32(0)
                s0[b[i]] += (x * x if square else x) * w[i]


def _warm() -> None:
    frames, weight = np.zeros((2, 1, 4), np.float32), np.ones((1, 4), np.float32)
    accumulate(frames, np.zeros((1, 4), np.uint16), weight, -np.inf, np.inf, False, np.zeros((2, LANES, 2)))


FEATURES.add(
    "azimuthalBinning",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "azav",
        make=AzimuthalBinning,
        results={"azav": "mean in each bin, shape (azimuths, q bins)"},
        example='kind = "azimuthalBinning"\ncenter = [1250.0, -300.0]\ndis_to_sam = 80.0\neBeam = 9.5\nphiBins = 11',
        warm=_warm,
    ),
)
