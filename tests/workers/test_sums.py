"""Run sums by their names: what each word does, which events count, and what is refused."""

import numpy as np
import pytest

from monitor.errors import ConfigError
from monitor.running import joined, value
from workers.sums import Shots, algorithm_from, sums_of

FRAMES = np.array([[[1.0, 4.0]], [[3.0, np.nan]], [[7.0, -2.0]]], np.float32)
NONE = np.zeros(3, bool)
INDEX = np.array([[1, -1], [0, -1]], np.int32)


def total(name: str, shots: Shots = Shots({}, NONE, NONE)) -> list[object]:  # noqa: B008  # frozen
    state = joined(sums_of("det", (algorithm_from(name),), FRAMES, shots, INDEX))[f"det_{name}"]
    (array,) = (array for key, array in state.arrays.items() if key != "missing")
    return list(np.asarray(array).tolist())


def test_the_words_act_in_their_own_order() -> None:
    assert total("calib") == [[11.0, 2.0]]
    assert total("calib_thresADU3.5") == [[7.0, 4.0]]
    assert total("calib_square_thresADU3.5") == [[49.0, 16.0]]
    assert total("calib_nhits") == [[3.0, -1.0]]
    assert total("calib_thresADU0_nhits") == [[3.0, 1.0]]
    assert total("calib_max") == [[7.0, 4.0]]
    assert total("calib_img")[1] == [11.0, pytest.approx(np.nan, nan_ok=True)]


def test_shots_without_x_rays_and_the_first_one() -> None:
    assert total("calib_dropped", Shots({}, np.array([True, False, True]), NONE)) == [[8.0, 2.0]]
    assert total("calib_skipFirst", Shots({}, NONE, np.array([True, False, False]))) == [[10.0, -2.0]]


def test_the_standard_deviation_is_over_good_events() -> None:
    found = sums_of("det", (algorithm_from("calib_std"),), FRAMES, Shots({}, NONE, NONE), INDEX)
    np.testing.assert_allclose(value(joined(found)["det_calib_std"]), [[np.std([1, 3, 7]), 3.0]], rtol=1e-12)


def test_an_unknown_word_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="'droped'") as caught:
        algorithm_from("calib_droped")
    assert "dropped" in str(caught.value)
