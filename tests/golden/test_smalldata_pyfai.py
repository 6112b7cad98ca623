"""Azimuthal integration against pyFAI (golden/smalldata: azav_pyfai, and pyFAI itself where it is installed)."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.settings import Feature as FeatureSettings
from tests.support.features import all_values, branch
from tests.support.golden_cases import cases
from workers.features.view import View

PITCH = 100.0
"""Micrometre; the detector of the golden file."""
EDGE_PIXELS = 4
"""Pixels that may fall on the other side of an edge: pyFAI works out their places in float32."""


def view_of(good: NDArray[np.bool_]) -> View:
    row, column = np.indices(good.shape) * PITCH
    return View(name="det", shape=good.shape, unit="ADU", good=good, x=column, y=row)


def averages(frame: NDArray[Any], good: NDArray[np.bool_], **parameters: Any) -> dict[str, Any]:
    made = branch(FeatureSettings(kind="azav_pyfai", **parameters), view_of(good))
    frames = np.where(good, frame, np.nan)[None].astype(np.float32)
    return {key.removeprefix("det/pyfai_"): np.asarray(values)[0] for key, values in all_values(made, frames).items()}


def test_integrals_are_those_of_the_original(golden_dir: Path) -> None:
    for case in cases(golden_dir, "azav_pyfai", "azav_pyfai"):
        good = case.stored["in/mask"] == 1
        ours = averages(case.stored["in/img"], good, compat=True, **(case.settings.model_extra or {}))
        assert set(ours) == set(case.expected())
        for key, expected in case.expected().items():
            assert ours[key].shape == expected.shape, (case.label, key)
            if key != "azav":
                np.testing.assert_allclose(ours[key], expected, rtol=1e-6, atol=1e-6, err_msg=f"{case.label} {key}")
                continue
            close = np.isclose(ours[key], expected, rtol=1e-5)
            assert (~close).sum() <= (2 * EDGE_PIXELS if expected.ndim == 2 else 0), case.label


def test_integrals_are_those_of_pyfai(golden_dir: Path) -> None:
    module = pytest.importorskip("pyFAI.integrator.azimuthal", reason="pyFAI is not installed (extra pyfai)")
    (case, *_) = cases(golden_dir, "azav_pyfai", "azav_pyfai")
    frame = np.asarray(case.stored["in/img"], np.float32)
    good = np.random.default_rng(4).random(frame.shape) > 0.05
    where = {"dist": 0.08, "poni1": 0.005, "poni2": 0.006, "rot1": 0.1, "rot2": -0.05, "rot3": 0.3, "wavelength": 1.3e-10}
    integrator = module.AzimuthalIntegrator(**where, pixel1=PITCH * 1e-6, pixel2=PITCH * 1e-6)
    for unit in ("2th_deg", "q_A^-1", "q_nm^-1", "r_mm"):
        theirs = integrator.integrate1d(frame, 90, mask=~good, unit=unit, method="cython", polarization_factor=1)
        ours = averages(frame, good, ai_kwargs=where, npts=90, int_units=unit, return2d=False)
        np.testing.assert_allclose(ours["q"], theirs.radial, rtol=1e-6)
        np.testing.assert_allclose(ours["azav"], theirs.intensity, rtol=1e-5, err_msg=unit)
        asked = averages(frame, good, ai_kwargs=where, npts=90, int_units=unit, azav_kwargs={"correctSolidAngle": True})
        np.testing.assert_allclose(asked["azav"], theirs.intensity, rtol=1e-6, err_msg=unit)
