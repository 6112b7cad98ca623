from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.special import erf

from monitor.errors import ConfigError
from tests.support.features import branch, plain_view
from tests.support.features import settings as feature
from workers.features.data import Output, PixelList, context_of

ADU = 100.0
DROPLETS = {"threshold": 5.0, "useRms": False}


def placed(frames: NDArray[np.floating], droplets: dict[str, Any] = DROPLETS, **parameters: Any) -> tuple[Output, PixelList]:
    made = branch(
        feature("dropletFunc", feature("droplet2Photons", aduspphot=ADU, **parameters), **droplets), plain_view(frames.shape[1:])
    )
    handed = made.feature.process(frames, context_of(len(frames))).handed_on()
    assert handed is not None
    output = made.children[0].feature.process(handed, context_of(len(frames)))
    photons = output.handed_on()
    assert isinstance(photons, PixelList)
    return output, photons


def positions(photons: PixelList) -> NDArray[np.float64]:
    return np.column_stack([photons.columns[key] for key in ("tile", "row", "col")])


def test_one_photon_is_at_the_centre_and_two_where_most_is_left() -> None:
    frames = np.zeros((1, 2, 5, 9), np.float32)
    frames[0, 0, 1, 1:3] = 75, 25
    frames[0, 1, 3, 4:6] = 120, 85
    _, photons = placed(frames)
    # 120: one whole photon; of the rest 85 is largest, 15 are missing, and its larger neighbour is on its left.
    np.testing.assert_allclose(positions(photons), [[0, 1, 1.25], [1, 3, 4], [1, 3, 4.85]], rtol=1e-6)


def test_several_photons_of_a_single_pixel_are_in_it() -> None:
    frames = np.zeros((1, 1, 4, 4), np.float32)
    frames[0, 0, 2, 1] = 310
    np.testing.assert_array_equal(positions(placed(frames)[1]), [[0, 2, 1]] * 3)


def test_photons_for_which_nothing_is_left_are_at_the_droplets_centre() -> None:
    # The edges ask for two photons where the first one uses up all there is.
    frames = np.zeros((1, 1, 3, 4), np.float32)
    frames[0, 0, 1, 1:3] = 30, 30
    _, photons = placed(frames, photpts=[0.0, 10.0, 50.0, 1000.0])
    np.testing.assert_allclose(positions(photons), [[0, 1, 1.7], [0, 1, 1.5]], rtol=1e-6)


def test_shares_count_pixels_of_all_tiles_and_add_up() -> None:
    frames = np.zeros((2, 2, 4, 4), np.float32)
    frames[0, 0, 1, 1], frames[0, 1, 1, 1], frames[0, 1, 3, 3] = 100, 100, 300
    prob = placed(frames)[0].values["det/droplet_droplet2phot_prob"]
    assert isinstance(prob, np.ndarray)
    np.testing.assert_allclose(prob[0], np.array([29, 2, 0, 1, *[0] * 7, 5]) / 32)
    np.testing.assert_array_equal(prob[1], 0)


def test_in_the_old_way_tiles_lie_upon_each_other() -> None:
    frames = np.zeros((1, 2, 4, 4), np.float32)
    frames[0, :, 1, 1] = 100
    prob = placed(frames, compat=True)[0].values["det/droplet_droplet2phot_prob"]
    np.testing.assert_allclose(prob, [np.array([15, 0, 1, *[0] * 8, 2]) / 32])


@pytest.mark.parametrize("method", ["greedy", "smeared"])
def test_too_many_photons_are_an_error_that_names_the_limit(method: str) -> None:
    with pytest.raises(ValueError, match="max_photons"):
        placed(np.full((1, 8, 8), 1e6, np.float32), method=method, max_photons=1000)


def test_edges_of_the_settings_decide_how_many_photons() -> None:
    frames = np.array([[[90.0, 0, 160, 0, 260]]], np.float32)
    # 90 is below the edge of one photon, 160 below that of two, 260 above it.
    assert positions(placed(frames, photpts=[0.0, 95.0, 195.0, 295.0])[1]).shape == (3, 3)
    with pytest.raises(ConfigError, match="photpts"):
        placed(frames, photpts=[0.0, 95.0, 90.0])


def test_lists_that_say_nothing_of_pixels_are_an_error() -> None:
    view = plain_view((1, 4, 4)).of_lists("data", "row", "col", "tile")
    made = branch(feature("droplet2Photons", aduspphot=ADU), view)
    one = np.ones(1)
    lists = PixelList(np.ones(1, np.int64), {"data": 300 * one, "row": one, "col": one, "tile": 0 * one}, {})
    with pytest.raises(ValueError, match="dropletFunc"):
        made.feature.process(lists, context_of(1))


def spots(shape: tuple[int, int], places: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    """Frame with spots of one photon each."""
    image = np.zeros(shape)
    for row, column in places:
        parts = []
        for center, length in ((row, shape[0]), (column, shape[1])):
            edges = (np.arange(length + 1) - 0.5 - center) / (np.sqrt(2) * sigma)
            parts.append(np.diff(erf(edges)) / 2)
        image += ADU * np.outer(*parts)
    return image


def distances(found: NDArray[np.float64], truth: NDArray[np.float64]) -> NDArray[np.float64]:
    apart = np.linalg.norm(found[:, None] - truth[None], axis=2)
    chosen: NDArray[np.float64] = apart[linear_sum_assignment(apart)]
    return chosen


def test_smeared_photons_are_found_where_they_were_planted() -> None:
    sigma, rng, errors, greedy = 1.5, np.random.default_rng(5), [], []
    for _ in range(40):
        truth = rng.uniform(12, 20, (3, 2))
        while min(np.linalg.norm(truth[a] - truth[b]) for a, b in ((0, 1), (0, 2), (1, 2))) < 2.5 * sigma:
            truth = rng.uniform(12, 20, (3, 2))
        frame = spots((32, 32), truth, sigma) + rng.normal(0, 0.05, (32, 32))
        for method, into in (("smeared", errors), ("greedy", greedy)):
            found = positions(
                placed(frame[None], {"threshold": 0.5, "thresholdLow": 0.2, "useRms": False}, method=method, sigma=sigma)[1]
            )
            into.extend(distances(found[:, 1:], truth))
    assert len(errors) == 120
    assert np.median(errors) < 0.15
    assert np.mean(np.array(errors) < 0.6) > 0.95
    assert np.median(errors) < np.median(greedy) / 3
