"""Waveform functions over every case of golden/smalldata/waveforms.npz (README there)."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.settings import Feature as FeatureSettings
from monitor.store.basis import Basis, write_basis
from tests.support.features import all_values, branch, plain_view, settings
from tests.support.golden_smalldata import Case, cases_in, parametrise
from workers.features.data import Ragged
from workers.features.hit_finder_cfd import normalised, smoothing
from workers.features.hsd_baseline import without_lines
from workers.features.template_fit import scaled_template, shifted

FUNCTIONS = {
    "bare": ("WfIntegration", "SimpleHitFinder"),
    "hits": ("hitFinderCFDFunc",),
    "normal": ("normalizeTrace",),
    "peak": ("getCMPeakFunc",),
    "lines": ("hsdBaselineFourierEliminate",),
    "split": ("hsdsplitFunc",),
    "svd": ("SvdFit",),
    "fit": ("templateFitFunc",),
    "array": ("templateArray",),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    parametrise(metafunc, "waveforms", **FUNCTIONS)


def made(case: Case, kind: str = "", **more: Any) -> dict[str, Any]:
    """Results of the feature for the case's input, by what follows its name; ragged ones as they are."""
    given = case.given()
    wanted = settings(kind or case.func, name="f", **(dict(case.params) | more))
    values = all_values(branch(wanted, plain_view(given.shape)), given[None])
    return {name.removeprefix("det/f").removeprefix("_"): found for name, found in values.items()}


def test_every_function_of_the_file_is_covered(golden_dir: Path) -> None:
    known = {name for functions in FUNCTIONS.values() for name in functions}
    assert {case.func for case in cases_in(golden_dir / "smalldata" / "waveforms.npz")} <= known


def test_integrals_and_hits_are_those_of_the_original(bare: Case) -> None:
    np.testing.assert_allclose(made(bare)[""][0], bare.expected()["value"], rtol=1e-9)


def test_constant_fraction_hits_are_those_of_the_original(hits: Case) -> None:
    expected = hits.expected()
    compat = made(hits, compat=True)
    assert compat["nHits"][0] == expected["nHits"]
    np.testing.assert_array_equal(compat["hitIndices"][0], expected["hitIndices"])
    listed = made(hits)["det/var_f/hitIndices"]
    assert isinstance(listed, Ragged)
    np.testing.assert_array_equal(listed.values, expected["hitIndices"][: listed.lengths[0]])


def test_normalised_and_smoothed_traces_are_those_of_the_original(normal: Case) -> None:
    trace = normalised(normal.given()[None])[0]
    np.testing.assert_allclose(trace, normal.expected()["norm"], rtol=1e-9, atol=1e-12)
    # The smoothed trace of the file is the one that was put in, upright but neither shifted nor scaled.
    meta = json.loads(str(normal.stored["meta"]))["cases"]
    length = meta[normal.label.removesuffix("_norm")]["params"].get("convFilterLength", 35)
    upright = normal.given() * np.sign(np.corrcoef(trace, normal.given())[0, 1])
    np.testing.assert_allclose(np.convolve(upright, smoothing(length), "same"), normal.expected()["conv"], rtol=1e-9, atol=1e-9)


def test_the_leftmost_peak_is_that_of_the_original(peak: Case) -> None:
    found = made(peak, compat=True)
    for key, expected in peak.expected().items():
        np.testing.assert_allclose(found[key][0], expected, rtol=1e-9, err_msg=key)
    if not peak.expected()["peak"]:
        assert np.isnan(made(peak)["peak"][0])


def test_waveforms_without_lines_are_those_of_the_original(lines: Case) -> None:
    (trace,) = without_lines(lines.given()[None])
    np.testing.assert_allclose(trace, lines.expected()["wf"], rtol=1e-9, atol=1e-9 * np.abs(lines.given()).max())


def child(text: str) -> FeatureSettings:
    """A child from a text such as ``hsd_0__ROI [20,120] writeArea``."""
    name, region = text.split()[:2]
    start, stop = (int(number) for number in re.findall(r"-?\d+", region))
    return settings("hsdROIFunc", name=name, ROI=[start, stop], writeArea="writeArea" in text)


def test_channels_and_their_regions_are_those_of_the_original(split: Case) -> None:
    parameters = dict(split.params)
    children = [child(text) for text in parameters.pop("children", ())]
    lengths = np.asarray(split.stored[f"in/{split.inputs[0]}_len"]).tolist()
    wanted = settings("hsdsplitFunc", *children, name="f", lengths=lengths, **parameters)
    found = all_values(branch(wanted, plain_view(split.given().shape)), split.given()[None])
    for key, expected in split.expected().items():
        values = found[f"det/f_{key}"]
        assert not isinstance(values, Ragged)
        np.testing.assert_allclose(values[0], expected, rtol=1e-9, err_msg=key)


def test_fits_of_shapes_are_those_of_the_original(svd: Case, tmp_path: Path) -> None:
    background = re.search(r"first (\d+) samples", svd.notes)
    components = np.asarray(svd.stored["in/svd_components"])
    references = np.asarray(svd.stored["in/svd_ref"])
    basis = Basis(
        components=components,
        singular_values=np.ones(len(components)),
        references=references,
        background=int(background[1]) if background else 0,
    )
    write_basis(tmp_path / "basis.h5", basis)
    found = made(svd, basis_file=str(tmp_path / "basis.h5"))
    for key, expected in svd.expected().items():
        np.testing.assert_allclose(found[key][0], expected, rtol=1e-7, atol=1e-9, err_msg=key)


def test_a_template_finds_the_pulse_better_than_the_original(fit: Case) -> None:
    # The original never moves the position (README: design input), so its residuals are an upper limit.
    template = np.asarray(fit.stored["in/tpl"]).tolist()
    found, expected = made(fit, template=template), fit.expected()
    np.testing.assert_allclose(found["initialGuess"][0], expected["initialGuess"], rtol=1e-9)
    np.testing.assert_allclose(found["maxTrace"][0], expected["maxTrace"], rtol=1e-9)
    assert found["nmaxTrace"][0] == expected["nmaxTrace"]
    assert found["success"][0] == 1
    assert found["cost"][0] <= expected["cost"] * (1 + 1e-9)
    np.testing.assert_allclose(found["x"][0], expected["x"], atol=1.0)


def test_a_sum_of_templates_is_that_of_the_original(array: Case) -> None:
    # The original takes the fraction of a sample from the amplitude.
    position, amplitude = array.params["args"]
    template = scaled_template(array.given().tolist())
    place = np.array([[position + amplitude % 1]])
    values = shifted(template, place, int(array.params["n"]))[0][0, 0] * amplitude
    np.testing.assert_allclose(values, array.expected()["arr"], rtol=1e-7, atol=1e-12)
