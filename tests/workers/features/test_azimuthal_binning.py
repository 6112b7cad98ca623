"""Radial average: equal to a plain sum over pixels, whatever is bad, absent or below threshold."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import workers.pipeline  # noqa: F401  # fills the registry of features
from monitor.errors import ConfigError
from monitor.settings import Feature as FeatureSettings
from tests.support.features import values_of
from workers.features.azimuthal_binning import AzimuthalBinning
from workers.features.feature import feature_from
from workers.features.pixel_geometry import pixel_geometry
from workers.features.view import View

SHAPE = (3, 7, 9)


def view(good: NDArray[np.bool_] | None = None) -> View:
    rng = np.random.default_rng(4)
    x, y = rng.uniform(-50_000, 50_000, (2, *SHAPE))
    good = np.ones(SHAPE, bool) if good is None else good
    index = np.arange(x.size, dtype=np.int32).reshape(21, 9)
    return View(name="det", shape=SHAPE, unit="ADU", good=good, x=x, y=y, index=index)


def made(where: View, **parameters: Any) -> AzimuthalBinning:
    settings = FeatureSettings(kind="azimuthalBinning", **{"center": [100.0, -50.0], "dis_to_sam": 90.0, **parameters})
    feature = feature_from(settings, where)
    assert isinstance(feature, AzimuthalBinning)
    return feature


def plain(where: View, frames: NDArray[np.float32], edges: NDArray[np.float64], low: float) -> NDArray[np.float64]:
    """Mean over the good pixels of each bin, pixel by pixel."""
    geometry = pixel_geometry(where.x, where.y, center=(100.0, -50.0), distance=90.0, energy=9.5)
    weight = 1 / (geometry.polarization(0.0) * geometry.geometry)
    result = np.full((len(frames), len(edges) - 1), np.nan)
    for event, frame in enumerate(frames):
        for number in range(len(edges) - 1):
            inside = (geometry.q >= edges[number]) & (geometry.q < edges[number + 1]) & where.good & ~np.isnan(frame)
            values = np.where(frame < low, 0, frame) * weight
            if inside.any():
                result[event, number] = values[inside].mean()
    return result


@pytest.mark.parametrize("low", [None, 9.0])
def test_the_average_equals_a_plain_sum_over_pixels(low: float | None) -> None:
    good = np.random.default_rng(5).random(SHAPE) > 0.2
    frames = np.random.default_rng(6).normal(10, 3, (3, *SHAPE)).astype(np.float32)
    frames[:, ~good] = np.nan
    frames[1, 2] = np.nan
    where = view(good)
    feature = made(where, qbin=0.4, thresADU=low)
    (values,) = values_of(feature, frames).values()
    expected = plain(where, frames, feature.config["qbins"], -np.inf if low is None else low)
    np.testing.assert_allclose(values[:, 0], expected, rtol=1e-6)


def test_azimuths_hold_all_pixels_between_them() -> None:
    frames = np.ones((1, *SHAPE), np.float32)
    whole = made(view(), qbin=0.5, geomCorr=False, polCorr=False, phiBins=5)
    (values,) = values_of(whole, frames).values()
    assert values.shape == (1, 5, len(whole.config["qbins"]) - 1)
    np.testing.assert_allclose(values[~np.isnan(values)], 1.0, rtol=1e-6)


def test_no_events_give_no_averages() -> None:
    (values,) = values_of(made(view(), qbin=0.5), np.empty((0, *SHAPE), np.float32)).values()
    assert values.shape[0] == 0


def test_a_frame_that_is_all_bad_has_no_average() -> None:
    (values,) = values_of(made(view(), qbin=0.5), np.full((1, *SHAPE), np.nan, np.float32)).values()
    assert np.isnan(values).all()


def test_an_energy_from_100_on_is_in_electronvolt() -> None:
    where = view()
    np.testing.assert_allclose(
        made(where, qbin=0.5, eBeam=9500.0).config["qbins"], made(where, qbin=0.5, eBeam=9.5).config["qbins"]
    )


def test_pixels_outside_the_given_edges_count_nowhere() -> None:
    frames = np.ones((1, *SHAPE), np.float32)
    (values,) = values_of(made(view(), qbin=[1.0, 1.5], geomCorr=False, polCorr=False), frames).values()
    np.testing.assert_allclose(values, [[[1.0]]], rtol=1e-6)


@pytest.mark.parametrize("parameters", [{"qbin": 0}, {"qbin": 1e-9}, {"qbin": [2, 1]}, {"phiBins": 0}, {"dis_to_sam": -1}])
def test_parameters_that_make_no_bins_are_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=r"detector\.det\.feature"):
        made(view(), **parameters)
