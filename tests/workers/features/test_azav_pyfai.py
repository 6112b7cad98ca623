"""Settings of the azimuthal integration: understood, or refused by name."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.errors import ConfigError
from tests.support.features import branch, plain_view, settings, values_of

WHERE = {"dist": 0.1, "poni1": 0.002, "poni2": 0.0025, "pixel1": 1e-4, "pixel2": 1e-4, "wavelength": 1e-10}
VIEW = plain_view((40, 50))


def averages(frames: Any, **parameters: Any) -> dict[str, Any]:
    made = branch(settings("azav_pyfai", **({"ai_kwargs": WHERE, "npts": 10} | parameters)), VIEW)
    return {key.removeprefix("det/pyfai_"): values for key, values in values_of(made.feature, frames).items()}


def test_light_of_the_same_brightness_everywhere_is_flat() -> None:
    row, column = np.indices((40, 50))
    p1, p2 = (row + 0.5) * 1e-4 - 0.002, (column + 0.5) * 1e-4 - 0.0025
    solid = (0.1 / np.sqrt(p1**2 + p2**2 + 0.01)) ** 3
    found = averages((5 * solid)[None].astype(np.float32), polCorr=False)
    np.testing.assert_allclose(found["azav"], 5, rtol=1e-6)


def test_a_bin_without_a_good_pixel_is_nan_or_zero_with_compat() -> None:
    frames = np.full((1, 40, 50), np.nan, np.float32)
    assert np.isnan(averages(frames)["azav"]).all()
    assert not averages(frames, compat=True, return2d=False)["azav"].any()


def test_a_poni_file_says_the_same(tmp_path: Path) -> None:
    text = "# a comment\nponi_version: 2\nDetector: Detector\n"
    text += 'Detector_config: {"pixel1": 1e-4, "pixel2": 1e-4, "max_shape": null}\n'
    text += "Distance: 0.1\nPoni1: 0.002\nPoni2: 0.0025\nRot1: 0.0\nWavelength: 1e-10\n"
    (tmp_path / "a.poni").write_text(text)
    frames = np.random.default_rng(1).random((1, 40, 50)).astype(np.float32)
    found = averages(frames, ai_kwargs=None, poni_file=str(tmp_path / "a.poni"))
    np.testing.assert_array_equal(found["azav"], averages(frames)["azav"])


@pytest.mark.parametrize(
    ("parameters", "word"),
    [
        ({"ai_kwargs": {**WHERE, "distance": 1.0}}, "distance"),
        ({"ai_kwargs": {"dist": 0.1}}, "poni1"),
        ({"ai_kwargs": {**WHERE, "dist": -1.0}}, "geometry"),
        ({"ai_kwargs": None}, "poni_file"),
        ({"ai_kwargs": None, "poni_file": "nowhere.poni"}, "nowhere"),
        ({"npts": 70000}, "npts"),
        ({"npts": 1000, "npts_az": 1000, "return2d": True}, "bins"),
        ({"ai_kwargs": {key: value for key, value in WHERE.items() if key != "wavelength"}, "int_units": "q_A^-1"}, "wavelength"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(parameters: dict[str, Any], word: str) -> None:
    with pytest.raises(ConfigError, match=word):
        averages(np.zeros((1, 40, 50), np.float32), **parameters)
