"""Edges of known place come back, from traces and from frames."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import erf

from monitor.errors import ConfigError
from monitor.model.column import Column
from monitor.model.field import Field
from tests.support.features import branch, plain_view, settings, values_of
from workers.features.data import Context, Ragged
from workers.features.time_edge import edges, filtered

RNG = np.random.default_rng(3)
TRUTH = np.array([60.25, 101.7, 140.3])
"""Not on a pixel or between two: the filtered trace would have two largest samples, and rounding would choose."""

WEIGHTS = [-1.0 / 20] * 10 + [1.0 / 20] * 10


def traces(places: Any, noise: float = 0.0) -> NDArray[np.float64]:
    x = np.arange(200.0)
    return np.stack([1.0 - 0.1 * (1 + erf((x - place) / 6.0)) for place in places]) + RNG.normal(0, noise, (len(places), 200))


def run(kind: str, data: Any, **parameters: Any) -> dict[str, NDArray[Any]]:
    data = np.asarray(data)
    feature = branch(settings(kind, name="f", **parameters), plain_view(data.shape[1:])).feature
    return {name.removeprefix("det/f_"): values for name, values in values_of(feature, data).items()}


def test_filter_and_parabola_are_numpys() -> None:
    data = traces(TRUTH, 0.003)
    weights = np.array(WEIGHTS)
    smooth = filtered(data, weights)
    half = len(weights) // 2
    plain = [np.convolve(weights, trace, "same")[half : len(trace) - half - 1] for trace in data]
    np.testing.assert_allclose(smooth, plain, rtol=1e-9, atol=1e-12)
    for row, (position, _, _) in zip(smooth, edges(smooth, len(weights), falling=False), strict=True):
        best, reach = int(row.argmax()), round(len(weights) / 10)
        bend, slope, _ = np.polyfit(np.arange(best - reach, best + reach), row[best - reach : best + reach], 2)
        assert position == pytest.approx(-slope / 2 / bend + len(weights) / 2, rel=1e-9)


def test_the_filtered_edge_follows_the_true_one() -> None:
    found = run("timetoolEdge", traces(TRUTH), weights=WEIGHTS, ttCalib=[1.0, 2.0])
    np.testing.assert_allclose(np.diff(found["pos"]), np.diff(TRUTH), atol=0.1)
    np.testing.assert_allclose(found["pos_ps"], 1.0 + 2.0 * found["pos"])


def test_the_best_agreement_is_at_the_true_edge_to_a_fraction_of_a_pixel() -> None:
    reference = traces([30.0])[0][:61]
    found = run("timetoolCorrelation", traces(TRUTH), reference=reference.tolist())
    np.testing.assert_allclose(found["pos"], TRUTH, atol=0.02)
    np.testing.assert_allclose(found["amp"], 1.0, atol=0.01)
    assert (found["score"] > 0.99).all()


def test_noise_moves_the_best_agreement_by_less_than_a_pixel() -> None:
    reference = traces([30.0])[0][:61]
    places = RNG.uniform(50, 150, 200)
    found = run("timetoolCorrelation", traces(places, noise=0.01), reference=reference.tolist())
    assert np.std(found["pos"] - places) < 0.5
    assert abs(np.mean(found["pos"] - places)) < 0.1


def test_a_trace_with_a_bad_sample_has_no_edge() -> None:
    data = traces(TRUTH)
    data[1, 10] = np.nan
    for kind, more in (("timetoolEdge", {"weights": WEIGHTS}), ("timetoolCorrelation", {"reference": [0.0, 0.0, 1.0, 1.0]})):
        assert np.isnan(run(kind, data, **more)["pos"]).tolist()[1]


def frames(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows 0-9: laser spectrum times signal on a background; 10-19: the same without the edge; 20-29: background alone."""
    spectrum, background = 500 * np.exp(-(((np.arange(200) - 100) / 80) ** 2)), 30.0
    made = np.full((len(signal), 30, 200), background)
    made[:, 0:10] += (spectrum * signal)[:, None]
    made[:, 10:20] += spectrum
    return made


REGIONS = {"ttROI_signal": [[0, 10], [0, 200]], "ttROI_sideband": [[20, 30], [0, 200]], "weights": WEIGHTS}


def test_a_frame_gives_the_edge_of_its_ratio() -> None:
    found = run("timetoolRaw", frames(traces(TRUTH)), ttROI_reference=[[10, 20], [0, 200]], subtract_sideband=True, **REGIONS)
    expected = run("timetoolEdge", traces(TRUTH), weights=WEIGHTS)
    np.testing.assert_allclose(found["pos"], expected["pos"], rtol=1e-9)
    np.testing.assert_allclose(found["sideband"], 30.0)


def with_light(data: NDArray[np.float64], xray: list[int], laser: list[int], **parameters: Any) -> dict[str, NDArray[Any]]:
    """Values of frames with these lights."""
    feature = branch(settings("timetoolRaw", name="f", **REGIONS, **parameters), plain_view(data.shape[1:])).feature
    status = {
        f"lightStatus/{light}": Column(Field(name=f"lightStatus/{light}", dtype=np.dtype(np.int64)), np.array(values))
        for light, values in (("xray", xray), ("laser", laser))
    }
    values = feature.process(data, Context(np.arange(len(data)), status)).values
    return {name.removeprefix("det/f_"): array for name, array in values.items() if not isinstance(array, Ragged)}


def test_shots_without_xrays_give_a_reference_and_no_edge() -> None:
    data = frames(np.concatenate([traces(TRUTH[:1]), np.ones((3, 200))]))
    reference = data[1, 0:10].mean(axis=0)
    found = with_light(data, [1, 0, 1, 0], [1, 1, 0, 0], reference_file=reference.tolist())
    assert np.isnan(found["pos"]).tolist() == [False, True, True, True]
    # A shot without laser shows nothing that an edge could be divided by.
    assert np.isnan(found["reference"]).all(axis=1).tolist() == [True, False, True, True]
    np.testing.assert_allclose(found["reference"][1], reference)
    np.testing.assert_allclose(found["ratio"][0], data[0, 0:10].mean(axis=0) / reference)


def test_the_reference_is_of_the_signal_also_where_a_region_beside_it_is_divided_by() -> None:
    data = frames(np.ones((1, 200)))
    data[0, 10:20] *= 3
    found = with_light(data, [0], [1], ttROI_reference=[[10, 20], [0, 200]])
    np.testing.assert_allclose(found["reference"][0], data[0, 0:10].mean(axis=0))


def test_without_a_reference_yet_there_is_no_position_but_what_one_is_made_of() -> None:
    data = frames(np.concatenate([traces(TRUTH[:1]), np.ones((1, 200))]))
    found = with_light(data, [1, 0], [1, 1], reference_file=[], subtract_sideband=True)
    assert np.isnan(found["pos"]).all()
    assert np.isfinite(found["reference"][1]).all()
    reference = found["reference"][1].tolist()
    made = with_light(data, [1, 0], [1, 1], reference_file=reference, subtract_sideband=True)
    expected = run("timetoolEdge", traces(TRUTH[:1]), weights=WEIGHTS)
    np.testing.assert_allclose(made["pos"][0], expected["pos"][0], rtol=1e-9)


@pytest.mark.parametrize("taps", [40, 41])
@pytest.mark.parametrize("border", [77.0, 120.4])
def test_a_position_counts_from_the_border_of_the_first_pixel(taps: int, border: float) -> None:
    middles, half = np.arange(200) + 0.5, taps // 2
    trace = 1.0 - 0.1 * (1 + erf((middles - border) / 6.0))
    weights = [-1.0] * half + [0.0] * (taps % 2) + [1.0] * half
    assert run("timetoolEdge", trace[None], weights=weights)["pos"][0] == pytest.approx(border, abs=0.1)


def test_a_file_without_shots_is_no_reference_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "other.h5").write_bytes(b"no HDF5")
    with pytest.raises(ConfigError, match=r"reference_file: .*other\.h5"):
        run("timetoolRaw", np.zeros((1, 30, 200)), reference_file=str(tmp_path / "other.h5"), **REGIONS)


def test_a_reference_of_another_width_is_refused_with_both() -> None:
    with pytest.raises(ConfigError, match=r"shape \(150,\), and the signal is 200 pixels wide"):
        run("timetoolRaw", np.zeros((1, 30, 200)), reference_file=[1.0] * 150, **REGIONS)


def test_what_there_is_nothing_to_divide_by_is_refused() -> None:
    with pytest.raises(ConfigError, match="reference_file or ttROI_reference"):
        run("timetoolRaw", np.zeros((1, 30, 200)), **REGIONS)


def test_a_camera_image_gives_its_edge_between_two_pixels() -> None:
    x = np.arange(160.0)[:, None]
    images = np.stack([1000 * (1 - 0.05 * (1 + erf((x - place) / 12))) * np.ones((1, 40)) for place in (70.3, 85.8)])
    found = run("mecttFunc", images, background=np.full((160, 40), 900.0).tolist(), roi_n=[[0, 30], [0, 40]], sigma_TT=9)
    assert found["err"].tolist() == [1, 1]
    np.testing.assert_allclose(np.diff(found["time_px"]), 15.5, atol=0.05)


def test_an_image_like_its_background_has_no_edge() -> None:
    found = run("mecttFunc", np.full((1, 60, 20), 5.0), background=np.full((60, 20), 5.0).tolist())
    assert found["err"].tolist() == [-1]
    assert np.isnan(found["ampl_px"][0])
