"""Radial average in bins of momentum transfer and azimuth (small-data ``azimuthalBinning``).

Bad pixels (NaN) count nowhere. With ``compat`` they count in the norm of bin (0, 0), and a NaN at a good pixel makes its bin NaN,
as in the files of smalldata_tools.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Parameter

from monitor.model.field import Field
from monitor.settings import Section
from workers.features.azimuthal_bin import azimuths, flat_bins, radial_edges
from workers.features.cake import Cake, warm
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind
from workers.features.given import Numbers
from workers.features.pixel_geometry import WAVELENGTH, PixelGeometry, pixel_geometry
from workers.features.user_array import array_from, user_good
from workers.features.view import View


class Parameters(Section):
    """Names and defaults as in smalldata_tools, but the distance has none."""

    center: tuple[float, float]
    """Where the beam meets the detector, micrometre, in the detector's pixel positions."""
    dis_to_sam: float = Parameter(gt=0)
    """Sample to detector, mm."""
    eBeam: float = Parameter(9.5, gt=0)  # noqa: N815
    """Photon energy: keV below 100, else eV."""
    qbin: float | tuple[float, ...] = 5e-3
    """Width of a bin, 1/angstrom, or the edges. Pixels outside the edges count nowhere."""
    rbin: float | tuple[float, ...] | None = None
    """Bins of the distance from the centre instead: width in mm, or the edges."""
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
    geomVersion: Literal[1, 2] = 2  # noqa: N815
    """Solid angle as in files from December 2025 on (2: (c/r) cubed), or before (1: c^2/r^3 over its largest value)."""
    polCorr: bool = True  # noqa: N815
    """Divide by what the polarization lets through."""
    userMask: Numbers = None  # noqa: N815
    """Good pixels (1) beside those of the detector: nested lists, or the path of a npy or text file."""
    thresADU: float | None = None  # noqa: N815
    """Values below count as zero."""
    thresADUhigh: float | None = None  # noqa: N815
    """Values above count as zero."""
    thresRms: float | None = None  # noqa: N815
    """Values below this many times the noise of their pixel count as zero."""
    square: bool = False
    """Average the squares."""
    darkImg: Numbers = None  # noqa: N815
    """Taken off each frame after thresholds and square, in the forms of userMask."""
    gainImg: Numbers = None  # noqa: N815
    """Each frame is divided by it after that, in the forms of userMask."""
    ADU_per_Photon: float = 1.0
    """Kept with the data; nothing is done with it, as in smalldata_tools."""
    compat: bool = False
    """Count bad pixels in the norm of bin (0, 0), as smalldata_tools does."""


class AzimuthalBinning:
    """Bins of one detector; see ``Parameters`` and the module.

    Attributes
    ----------
    geometry
        Angles of the pixels.
    gives
        ``<det>/<name>_azav``: shape (azimuths, q bins), NaN = no good pixel in the bin.
    config
        ``q`` (middle of the bins), ``qbins`` (edges, 1/angstrom), ``rbins`` (edges in mm) if asked for, ``phiVec`` (edges, rad),
        ``Cake_norm`` (pixels in each bin), ``xcen`` and ``ycen`` (mm), ``lam`` (angstrom).
    """

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        good = user_good(parameters.userMask, view)
        self.geometry = _geometry(parameters, view)
        edges, radius, unit = _radial(parameters, self.geometry, good, view)
        _check_reach(edges, radius[good], f"{'qbin' if parameters.rbin is None else 'rbin'} from", unit)
        phi = azimuths(parameters.phiBins, self.geometry.phi)
        bins = flat_bins(edges, radius, phi, good)
        self._shape = (phi.count, len(edges) - 1)
        self._cake = _cake(parameters, self.geometry, bins, phi.count * (len(edges) - 1), view)
        self._norms = self._cake.norms()
        about = f"mean in {phi.count} x {self._shape[1]} bins from {edges[0]:.6g} to {edges[-1]:.6g} {unit}"
        self.gives = (
            Field(name=f"{name}_azav", dtype=np.dtype(np.float64), shape=self._shape, unit=view.unit, description=about),
        )
        self.view = view.of_array(self._shape)
        self.config = {
            "q" if parameters.rbin is None else "r": (edges[:-1] + edges[1:]) / 2,
            "qbins" if parameters.rbin is None else "rbins": edges,
            "phiVec": phi.edges,
            "Cake_norm": (self._norms.sum(axis=0) + self._cake.surplus).reshape(self._shape).astype(np.int64),
            "xcen": parameters.center[0] / 1000,
            "ycen": parameters.center[1] / 1000,
            "lam": WAVELENGTH / (_energy(parameters) * 1000),
        }

    def process(self, data: Data, context: Context) -> Output:
        """Radial averages, shape (events, azimuths, q bins), for children too. An absent panel counts nowhere."""
        average = self._cake.means(np.asarray(data), self._norms).reshape(-1, *self._shape)
        return Output({self.gives[0].name: average}, average)


def _energy(parameters: Parameters) -> float:
    """Photon energy, keV."""
    return parameters.eBeam if parameters.eBeam < 100 else parameters.eBeam / 1000


def _geometry(parameters: Parameters, view: View) -> PixelGeometry:
    return pixel_geometry(
        *view.places(),
        center=parameters.center,
        distance=parameters.dis_to_sam,
        energy=_energy(parameters),
        tx=parameters.tx,
        ty=parameters.ty,
        z=view.z,
    )


def _radial(
    parameters: Parameters, geometry: PixelGeometry, good: NDArray[np.bool_], view: View
) -> tuple[NDArray[np.float64], NDArray[np.float64], str]:
    """Edges of the bins along the radius, what is binned, and its unit."""
    if parameters.rbin is None:
        return radial_edges(parameters.qbin, geometry.q, good, "qbin"), geometry.q, "1/Å"
    (x, y), (x0, y0) = view.places(), parameters.center
    radius = np.hypot(x - x0, y - y0) / 1000
    return radial_edges(parameters.rbin, radius, good, "rbin"), radius, "mm"


def _check_reach(edges: NDArray[np.float64], radius: NDArray[np.float64], what: str, unit: str) -> None:
    """Refuse bins that begin behind the last pixel or end before the first: they would be empty in every event."""
    if radius.size and (edges[-1] < radius.min() or edges[0] > radius.max()):
        own = f"{radius.min():.3g} to {radius.max():.3g} {unit}"
        raise ValueError(f"{what} {edges[0]:.4g} to {edges[-1]:.4g} {unit} holds no good pixel; theirs are about {own}")


def _cake(parameters: Parameters, geometry: PixelGeometry, bins: NDArray[np.uint16], count: int, view: View) -> Cake:
    panels = view.shape[0] if len(view.shape) == 3 else 1
    surplus = np.zeros(count)
    if parameters.compat:
        surplus[0] = (bins == count).sum()
    dark = np.empty(0) if parameters.darkImg is None else array_from(parameters.darkImg, view.shape, "darkImg")
    return Cake(
        count=count,
        bins=bins.reshape(panels, -1),
        weight=_weight(parameters, geometry, view).reshape(panels, -1),
        share=np.ones((panels, bins.size // panels), np.float32),
        low=_low(parameters, view),
        high=np.inf if parameters.thresADUhigh is None else parameters.thresADUhigh,
        square=parameters.square,
        dark=dark.astype(np.float32),
        surplus=surplus,
        strict=parameters.compat,
    )


def _weight(parameters: Parameters, geometry: PixelGeometry, view: View) -> NDArray[np.float32]:
    """What a pixel's value is multiplied with."""
    correction = np.ones_like(geometry.q)
    if parameters.polCorr:
        correction = correction * geometry.polarization(parameters.Pplane)
    if parameters.geomCorr:
        correction = correction * (geometry.geometry if parameters.geomVersion == 2 else geometry.older_geometry)
    if parameters.gainImg is not None:
        correction = correction * array_from(parameters.gainImg, view.shape, "gainImg")
    with np.errstate(divide="ignore"):
        return (1 / correction).astype(np.float32)


def _low(parameters: Parameters, view: View) -> NDArray[np.float32]:
    """Below which value each pixel counts as zero; one number if it is the same for all."""
    low = np.float32(-np.inf if parameters.thresADU is None else parameters.thresADU)
    if parameters.thresRms is None:
        return np.array([low], np.float32)
    if view.rms is None:
        raise ValueError("thresRms needs the noise of the pixels, which is not known here; deploy pixel_rms or use thresADU")
    return np.asarray(np.maximum(view.rms * np.float32(parameters.thresRms), low), np.float32)


FEATURES.add(
    "azimuthalBinning",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "azav",
        make=AzimuthalBinning,
        results={"azav": "mean in each bin, shape (azimuths, q bins)"},
        example='kind = "azimuthalBinning"\ncenter = [1250.0, -300.0]\ndis_to_sam = 80.0\neBeam = 9.5\nphiBins = 11',
        warm=warm,
    ),
)
