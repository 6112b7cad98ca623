"""Waveform features on traces whose truth is known, and beside plain twins."""

from typing import Any

import numpy as np
import pytest
import scipy.signal
from numpy.typing import NDArray

from monitor.errors import ConfigError
from tests.support.features import all_values, branch, plain_view, settings
from workers.features.cwt_peak import peaks_in
from workers.features.data import Ragged
from workers.features.product import products
from workers.features.trace import median_of, window

RNG = np.random.default_rng(7)
X = np.arange(400.0)


def bell(center: float, sigma: float = 6.0) -> NDArray[np.float64]:
    return np.exp(-(((X - center) / sigma) ** 2) / 2)


def run(kind: str, data: Any, **parameters: Any) -> dict[str, Any]:
    data = np.asarray(data)
    found = all_values(branch(settings(kind, name="f", **parameters), plain_view(data.shape[1:])), data)
    return {name.removeprefix("det/").removeprefix("f_"): values for name, values in found.items()}


def test_an_integral_leaves_bad_samples_out_and_the_background_off() -> None:
    trace = np.array([[1.0, 1.0, 9.0, 3.0, np.nan, 4.0]])
    assert run("WfIntegration", trace, sig_roi=[3, 6], bkg_roi=[0, 3])["f"].tolist() == [2.0 + 3.0]
    assert run("WfIntegration", trace, sig_roi=[3, 6], negative_signal=True)["f"].tolist() == [-7.0]
    assert np.isnan(run("WfIntegration", trace, sig_roi=[4, 5])["f"][0])


def test_a_window_without_samples_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match="sig_roi"):
        run("WfIntegration", np.zeros((1, 8)), sig_roi=[5, 5])
    assert window((0, -1), 8, "ROI") == (0, 7)


def test_a_median_without_the_bad_samples_is_numpys() -> None:
    values = RNG.normal(size=(5, 9))
    values[1, 3], values[2, :4], values[4] = np.nan, np.nan, np.nan
    np.testing.assert_allclose(median_of(values)[:4], np.nanmedian(values[:4], axis=1))
    assert np.isnan(median_of(values)[4])


def test_peaks_by_wavelet_are_scipys() -> None:
    traces = RNG.poisson(50 * (bell(100) + bell(200, 3) + bell(320)) + 3, (4, 400)).astype(np.float64)
    for trace, found in zip(traces, peaks_in(traces), strict=True):
        assert np.flatnonzero(found).tolist() == scipy.signal.find_peaks_cwt(trace, [3]).tolist()


def test_saturated_samples_are_no_hits_even_below_a_negative_limit() -> None:
    found = run("SimpleHitFinder", [[-5.0, 0.0, 3.0, 90.0, np.nan]], threshold=-1.0, threshold_max=50.0)["f"][0]
    np.testing.assert_array_equal(found, [0, 1, 1, 0, np.nan])


def test_planted_pulses_are_found_whatever_their_height() -> None:
    places, heights = [80, 180, 300], np.array([20.0, 60.0, 35.0])
    trace = sum(h * bell(p) for p, h in zip(places, heights, strict=True)) + RNG.normal(0, 0.2, 400)
    found = run("hitFinderCFDFunc", [trace, -trace, 0 * trace], convFilterLength=11, CFDOffset=8, threshold=0.5)
    assert found["nHits"].tolist() == [3, 3, 0]
    hits = found["var_f/hitIndices"]
    assert isinstance(hits, Ragged)
    assert hits.lengths.tolist() == [3, 3, 0]
    late = hits.values[:3] - np.array(places)
    # A constant fraction is at the same phase of every pulse.
    assert np.ptp(late) <= 1
    np.testing.assert_array_equal(hits.values[:3], hits.values[3:])


def test_hits_beyond_the_kept_ones_are_counted() -> None:
    trace = sum(bell(p, 3.0) for p in range(30, 390, 40)) * 10
    found = run("hitFinderCFDFunc", [trace], convFilterLength=5, CFDOffset=4, threshold=0.5, nmax_hits=2)
    assert found["nHits"][0] == 9
    assert found["var_f/hitIndices"].lengths.tolist() == [2]


def test_two_overlapping_pulses_have_their_intensities_back() -> None:
    shapes = np.linalg.svd(np.stack([bell(100), bell(100, 7)]), full_matrices=False)[2]
    trace = 3.0 * bell(100) + 5.0 * np.roll(bell(100), 15)
    found = run("SvdFit", [trace], components=shapes.tolist(), n_pulse=2, delay=[15], n_components=2)
    np.testing.assert_allclose(found["intensities"][0], [3.0, 5.0], rtol=1e-6)
    assert found["score"][0] == pytest.approx(1.0)


def test_a_trace_with_a_bad_sample_has_no_fit_and_the_next_one_has() -> None:
    traces = np.stack([bell(100), bell(100)])
    traces[0, 50] = np.nan
    found = run("SvdFit", traces, components=[bell(100).tolist()], n_components=1)
    assert np.isnan(found["intensities"][0])
    assert found["intensities"][1] == pytest.approx(1.0)


def test_a_pulse_between_two_samples_is_found_there() -> None:
    template = bell(100)[70:131]
    traces = np.stack([2.0 * np.interp(X, np.arange(61) - 30 + place, template, 0, 0) for place in (60.3, 211.75)])
    found = run("templateFitFunc", traces, template=template.tolist())
    assert found["success"].tolist() == [1, 1]
    np.testing.assert_allclose(found["x"], [[60.3, 2.0], [211.75, 2.0]], atol=1e-3)


@pytest.mark.parametrize("method", ["pah_trf", "sn_trf"])
def test_a_saturated_pulse_has_its_height_back(method: str) -> None:
    template = bell(100)[70:131]
    trace = np.minimum(2.0 * np.interp(X, np.arange(61) - 30 + 150.0, template, 0, 0), 1.5)
    found = run("templateFitFunc", [trace], template=template.tolist(), fitMethod=method)
    np.testing.assert_allclose(found["x"][0], [150.0, 2.0], rtol=0.02)


def test_two_pulses_are_told_apart() -> None:
    template = bell(100)[70:131]
    trace = sum(h * np.interp(X, np.arange(61) - 30 + p, template, 0, 0) for p, h in ((90.4, 3.0), (140.6, 1.0)))
    found = run("templateFitFunc", [trace], template=template.tolist(), nPeaks=2)
    np.testing.assert_allclose(found["x"][0], [90.4, 140.6, 3.0, 1.0], atol=5e-3)


def test_a_gaussian_has_its_parameters_back_with_gaps_in_the_trace() -> None:
    trace = 7.0 * bell(123.4, 9.0) + 2.0 + RNG.normal(0, 0.01, 400)
    trace[118:121] = np.nan
    found = run("GaussFit", [trace])
    for key, truth in (("mean", 123.4), ("sigma", 9.0), ("height", 7.0), ("pedestal", 2.0)):
        assert found[key][0] == pytest.approx(truth, abs=6 * found[f"{key}_error"][0])


def test_lines_of_the_digitizer_go_and_a_pulse_stays() -> None:
    n = np.arange(8192)
    pulse = 20 * np.exp(-(((n - 500) / 300) ** 2) / 2)
    lines = 3.0 * np.cos(np.pi * n) + 2.0 * np.cos(np.pi * n / 2)
    found = run("hsdBaselineCorrectFunc", [pulse + lines])["wf"][0]
    assert np.abs(found - pulse).std() < 0.1 * lines.std()


def test_a_region_finds_its_channel_by_name_below_other_features() -> None:
    wanted = settings(
        "hsdsplitFunc",
        settings("hsdBaselineCorrectFunc", settings("hsdROIFunc", name="apd__ROI", ROI=[0, 2])),
        lengths=[1024, 2048],
        hsdName={"hsd_1": "apd"},
        writeHsd=False,
    )
    data = np.concatenate([np.zeros(1024), np.full(2048, 2.0)])[None]
    found = all_values(branch(wanted, plain_view((3072,))), data)
    np.testing.assert_allclose(found["det/full_baseline_apd__ROI_sum"], [4.0])


def test_channels_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(ConfigError, match="add up to the 8 samples"):
        run("hsdsplitFunc", np.zeros((1, 8)), lengths=[4, 5])
    with pytest.raises(ConfigError, match="of no channel"):
        branch(settings("hsdsplitFunc", settings("hsdROIFunc", name="apd__ROI"), lengths=[4, 4]), plain_view((8,)))


def test_products_are_the_matrix_product() -> None:
    rows, vectors = RNG.normal(size=(3, 7)), RNG.normal(size=(2, 7))
    np.testing.assert_allclose(products(rows, vectors), rows @ vectors.T)
