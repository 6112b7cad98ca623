"""Correlations over every case of golden/smalldata/correlation.npz (README there)."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.features import branch, plain_view, settings, values_of
from tests.support.golden_smalldata import Case, cases_in, parametrise
from workers.features.acf import autocorrelation

FUNCTIONS = {
    "profile": ("acf",),
    "masked": ("Autocorrelation",),
    "spatial": ("spatial_correlation_fourier", "spatial_correlation_fourier(img2)"),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    parametrise(metafunc, "correlation", **FUNCTIONS)


def run(kind: str, image: NDArray[Any], **parameters: Any) -> dict[str, NDArray[Any]]:
    feature = branch(settings(kind, name="f", **parameters), plain_view(image.shape)).feature
    found = values_of(feature, image[None])
    return {name.removeprefix("det/f").removeprefix("_"): values[0] for name, values in found.items()}


def stored_mask(case: Case, word: str) -> NDArray[Any]:
    """``masks`` or ``masks[1]`` of the file."""
    name, _, index = word.partition("[")
    masks = np.asarray(case.stored[f"in/{name}"])
    return np.asarray(masks[int(index.rstrip("]"))]) if index else masks


def test_every_function_of_the_file_is_covered(golden_dir: Path) -> None:
    known = {name for functions in FUNCTIONS.values() for name in functions}
    assert {case.func for case in cases_in(golden_dir / "smalldata" / "correlation.npz")} <= known


def test_radial_profiles_are_those_of_the_original(profile: Case) -> None:
    expected = profile.expected()
    found = run("acf", profile.given(), compat=True, **profile.params)
    np.testing.assert_allclose(found["profile_0"], expected["profile_0"], rtol=1e-7)
    scale = float(np.nanmax(np.abs(expected["profile_1"])))
    np.testing.assert_allclose(found["profile_1"], expected["profile_1"], rtol=1e-7, atol=1e-9 * scale)
    image = profile.given()
    whole = autocorrelation(image.reshape(-1, *image.shape[-2:]))
    largest = float(np.abs(expected["acf_image"]).max())
    np.testing.assert_allclose(whole, expected["acf_image"], rtol=1e-7, atol=1e-9 * largest)


def test_masked_autocorrelations_are_those_of_the_original(masked: Case) -> None:
    parameters = dict(masked.params)
    used = parameters.pop("save_range_used")
    mask = stored_mask(masked, parameters.pop("mask")).astype(int).tolist()
    feature = branch(
        settings("Autocorrelation", name="f", mask=mask, compat=True, **parameters), plain_view(masked.given().shape)
    )
    assert feature.feature.config["save_range_used"].tolist() == used
    found = {name.removeprefix("det/f_"): values[0] for name, values in values_of(feature.feature, masked.given()[None]).items()}
    for key, expected in masked.expected().items():
        np.testing.assert_allclose(found[key], expected, rtol=1e-7, err_msg=key)


def test_whole_maps_are_those_of_the_original(spatial: Case) -> None:
    mask = stored_mask(spatial, spatial.inputs[-1]).astype(int).tolist()
    reference = spatial.given(1).tolist() if "img2" in spatial.func else None
    found = run("correlation", spatial.given(), mask=mask, reference=reference, compat=True)
    np.testing.assert_allclose(found[""], spatial.expected()["A"], rtol=1e-7)
