"""Radial averages against the original function (golden/smalldata: azav_2d, azav_3d)."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.golden_cases import Case, cases, good_pixels, our_values
from workers.features.azimuthal_binning import AzimuthalBinning

FILES = ("azav_2d", "azav_3d")
RTOL = 2e-7
"""Weights are float32; the original has float64."""
EDGE_PIXELS = 2
"""Pixels that may fall on the other side of an edge: lowest q, largest azimuth (edge note of the README)."""


def every_case(golden_dir: Path, name: str) -> list[Case]:
    return cases(golden_dir, name, "azimuthalBinning")


def averages(case: Case, *, compat: bool) -> tuple[AzimuthalBinning, NDArray[np.float64], NDArray[np.float64]]:
    """The feature, its averages and the original's, shape (events, azimuths, q bins)."""
    made, values = our_values(case, compat=compat)
    assert isinstance(made.feature, AzimuthalBinning)
    ((key, ours),) = values.items()
    return made.feature, np.asarray(ours), np.stack([case.expected(event)[key] for event in range(case.events)])


@pytest.mark.parametrize("name", FILES)
def test_compat_gives_every_average_of_the_original(golden_dir: Path, name: str) -> None:
    for case in every_case(golden_dir, name):
        feature, ours, expected = averages(case, compat=True)
        assert ours.shape == expected.shape, case.label
        norm, theirs = np.asarray(feature.config["Cake_norm"]), case.stored[f"case/{case.label}/cfg/norm"]
        assert np.abs(norm - theirs).sum() <= 2 * EDGE_PIXELS, case.label
        same = norm == theirs
        scale = np.nanmax(np.abs(expected))
        np.testing.assert_allclose(ours[:, same], expected[:, same], rtol=RTOL, atol=RTOL * scale, err_msg=case.label)


@pytest.mark.parametrize("name", FILES)
def test_the_default_differs_only_where_the_original_counts_bad_pixels(golden_dir: Path, name: str) -> None:
    for case in every_case(golden_dir, name):
        feature, ours, expected = averages(case, compat=False)
        norm, theirs = np.asarray(feature.config["Cake_norm"]), case.stored[f"case/{case.label}/cfg/norm"].copy()
        theirs[0, 0] -= (~bool_user(case)).sum()
        assert np.abs(norm - theirs).sum() <= 2 * EDGE_PIXELS, case.label
        same = norm == theirs
        expected[:, 0, 0] *= case.stored[f"case/{case.label}/cfg/norm"][0, 0] / max(theirs[0, 0], 1)
        expected[:, theirs == 0] = np.nan
        scale = np.nanmax(np.abs(expected))
        np.testing.assert_allclose(ours[:, same], expected[:, same], rtol=RTOL, atol=RTOL * scale, err_msg=case.label)


def bool_user(case: Case) -> NDArray[np.bool_]:
    """Good pixels with the mask of the user's."""
    user = (case.settings.model_extra or {}).get("userMask")
    good = good_pixels(case)
    return good if user is None else good & (np.asarray(user).reshape(good.shape) == 1)


@pytest.mark.parametrize("name", FILES)
def test_the_bins_are_those_of_the_original(golden_dir: Path, name: str) -> None:
    for case in every_case(golden_dir, name):
        feature, _, _ = averages(case, compat=False)
        stored = case.expected()
        np.testing.assert_allclose(feature.config["qbins"], stored["cfg/qbins"], rtol=1e-9, err_msg=case.label)
        np.testing.assert_allclose(feature.config["phiVec"], stored["cfg/phiVec"], rtol=1e-9, atol=1e-9, err_msg=case.label)
        np.testing.assert_allclose(feature.config["lam"], stored["cfg/lam"], rtol=1e-12)
        for key in ("q", "xcen", "ycen"):
            if f"cfg/{key}" in stored:
                np.testing.assert_allclose(feature.config[key], stored[f"cfg/{key}"], rtol=1e-9, err_msg=case.label)


@pytest.mark.parametrize("name", FILES)
def test_the_angles_of_the_pixels_are_those_of_the_original(golden_dir: Path, name: str) -> None:
    for case in every_case(golden_dir, name):
        stored = case.expected()
        if "cfg/matrix_q" not in stored:
            continue
        feature, _, _ = averages(case, compat=False)
        geometry = feature.geometry
        plane = (case.settings.model_extra or {}).get("Pplane", 0.0)
        for key, ours in (
            ("matrix_q", geometry.q),
            ("matrix_theta", geometry.theta),
            ("matrix_phi", geometry.phi),
            ("pol", geometry.polarization(plane)),
            ("geom", geometry.geometry),
        ):
            expected = stored[f"cfg/{key}"].reshape(ours.shape)
            np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-9, err_msg=f"{case.label} {key}")
