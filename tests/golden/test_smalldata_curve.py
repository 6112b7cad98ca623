"""Curve correction, circles and the bin rule against the original functions (golden/smalldata: fits)."""

from pathlib import Path

import numpy as np

from tests.support.features import all_values, branch, plain_view
from tests.support.golden_cases import cases
from workers.features.bin_rule import bin_edges
from workers.features.circle import fit_circle


def test_curves_are_straightened_like_the_original_does(golden_dir: Path) -> None:
    for case in cases(golden_dir, "fits", "PolynomialCurveCorrection"):
        frame = case.stored[f"in/{case.inputs}"]
        made = branch(case.settings.model_copy(update={"compat": True}), plain_view(frame.shape, dtype=frame.dtype))
        (ours,) = all_values(made, frame[None]).values()
        np.testing.assert_allclose(ours[0], case.expected()["corrected_image"], rtol=1e-12, err_msg=case.label)


def test_the_vectorized_method_shifts_like_the_other_one(golden_dir: Path) -> None:
    for case in cases(golden_dir, "fits", "PolynomialCurveCorrection"):
        frame = case.stored[f"in/{case.inputs}"]
        view = plain_view(frame.shape, dtype=frame.dtype)
        results = []
        for method in ("roll", "vectorized"):
            (values,) = all_values(branch(case.settings.model_copy(update={"method": method}), view), frame[None]).values()
            results.append(values)
        np.testing.assert_array_equal(*results, err_msg=case.label)


def test_circles_are_those_of_the_original(golden_dir: Path) -> None:
    for case in cases(golden_dir, "fits", "fitCircle"):
        x, y, radius, residual, done = fit_circle(*(case.stored[f"in/{name}"] for name in case.inputs.split(",")))
        expected = case.expected()
        assert done == 1
        np.testing.assert_allclose([x, y, radius], [expected["xCen"], expected["yCen"], expected["R"]], rtol=1e-7)
        np.testing.assert_allclose(residual, expected["residu"], rtol=1e-7)


def test_bins_are_those_of_the_original(golden_dir: Path) -> None:
    for case in cases(golden_dir, "fits", "getBins"):
        definition = (case.settings.model_extra or {})["bindef"]
        np.testing.assert_allclose(bin_edges(definition), case.expected()["bins"], rtol=1e-12, err_msg=case.label)
