"""Edges and peaks by fits, over the cases of golden/smalldata/timetool.npz, mectt.npz and fits.npz (README there)."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.features import branch, plain_view, settings, values_of
from tests.support.golden_smalldata import Case, parametrise
from workers.features.gauss_fit import estimate, half_width


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    parametrise(metafunc, "timetool", trace=())
    parametrise(metafunc, "mectt", image=())
    parametrise(metafunc, "fits", gauss=("GaussFit",), width=("FWHM",), histogram=("getCMpeak",))


def run(kind: str, data: NDArray[Any], **parameters: Any) -> dict[str, NDArray[Any]]:
    feature = branch(settings(kind, name="f", **parameters), plain_view(data.shape)).feature
    return {name.removeprefix("det/f_"): values[0] for name, values in values_of(feature, data[None]).items()}


def test_the_edge_is_where_the_original_finds_it(trace: Case) -> None:
    parameters = {"kind_of_edge": trace.params["kind"], "ttCalib": trace.params["ttCalib"], "writeTrace": True}
    weights = np.asarray(trace.stored["in/weights"]).tolist()
    found = run("timetoolEdge", trace.given(), weights=weights, **parameters)
    for key, expected in trace.expected().items():
        np.testing.assert_allclose(found[key], expected, rtol=1e-7, atol=1e-12, err_msg=key)


def test_the_camera_edge_is_where_the_original_finds_it(image: Case) -> None:
    parameters = {key: value for key, value in image.params.items() if key != "bkgfile"}
    background = (np.asarray(image.stored["in/background"]) * 100).tolist()
    found = run("mecttFunc", image.given(), background=background, compat=True, **parameters)
    for key, expected in image.expected().items():
        if key != "err":
            np.testing.assert_allclose(found[key], expected, rtol=1e-4, atol=1e-9, err_msg=key)
    # The original keeps MINPACK's word of how it ended: 1 to 4 = arrived.
    assert found["err"] == int(1 <= image.expected()["err"] <= 4)


def test_the_gaussian_is_that_of_the_original(gauss: Case) -> None:
    found = run("GaussFit", gauss.given(), compat=True)
    for key, expected in gauss.expected().items():
        np.testing.assert_allclose(found[key], expected, rtol=1e-4, err_msg=key)
    better = run("GaussFit", gauss.given())
    for key in ("mean", "sigma", "height", "pedestal"):
        np.testing.assert_allclose(better[key], gauss.expected()[key], rtol=1e-4, err_msg=key)


def test_the_width_at_the_start_is_that_of_the_original(width: Case) -> None:
    data = np.asarray(width.given(), np.float64)
    start = estimate(data[None], compat=True)[0]
    peak = int(data.argmax())
    assert half_width(data, peak, start[3] + start[2] / 2) == width.expected()["fwhm"]


def test_the_leftmost_peak_of_a_frame_is_that_of_the_original(histogram: Case) -> None:
    edges = np.arange(-100, 200, 0.5)
    counts = np.asarray(histogram.expected()["his"], np.float64)
    assert len(counts) == len(edges) - 1
    parameters = {"nPeak": histogram.params["nPeakSel"], "minPeakNum": histogram.params["minPeakNum"]}
    found = run("getCMPeakFunc", counts, compat=True, **parameters)
    assert found["zeroPeak"] == histogram.expected()["zeroPeak"]
    # The original has its positions in ADU: the middle of a bin for the peak.
    np.testing.assert_allclose(edges[int(found["peak"])] + 0.25, histogram.expected()["peak"])
    np.testing.assert_allclose(edges[0] + 0.5 * found["peakCom"] + 0.25, histogram.expected()["peakCom"], atol=1e-6)
