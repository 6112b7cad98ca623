"""Correlations beside direct sums over pairs of pixels."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.errors import ConfigError
from tests.support.features import branch, plain_view, settings, values_of
from workers.features.acf import autocorrelation
from workers.features.spatial_correlation import box_around

RNG = np.random.default_rng(11)
IMAGE = RNG.gamma(2.0, 10.0, (14, 17))


def run(kind: str, data: NDArray[Any], **parameters: Any) -> dict[str, NDArray[Any]]:
    feature = branch(settings(kind, name="f", **parameters), plain_view(data.shape[1:])).feature
    return {name.removeprefix("det/f").removeprefix("_"): values for name, values in values_of(feature, data).items()}


def test_the_linear_autocorrelation_is_the_sum_over_pairs() -> None:
    offset = IMAGE - IMAGE.mean()
    found = autocorrelation(IMAGE[None])
    rows, columns = IMAGE.shape
    for down, right in ((0, 0), (1, 0), (0, 3), (5, 2)):
        pairs = offset[: rows - down, : columns - right] * offset[down:, right:]
        assert found[rows - 1 + down, columns - 1 + right] == pytest.approx(pairs.sum())


def test_the_profile_begins_with_the_spread_of_the_image() -> None:
    found = run("acf", IMAGE[None], resolution=0.9)
    assert found["profile_1"][0, 0] == pytest.approx(((IMAGE - IMAGE.mean()) ** 2).sum())


def test_a_masked_correlation_is_the_normalised_sum_over_pairs() -> None:
    mask = np.zeros(IMAGE.shape, bool)
    mask[2:11, 3:14] = True
    mask[4, 5] = False
    box = box_around(mask)
    found = box.correlation(IMAGE)
    part, own = np.where(mask, IMAGE, 0)[2:11, 3:14], mask[2:11, 3:14].astype(float)
    middle = found.shape[0] // 2, found.shape[1] // 2
    for shift in ((0, 0), (1, 0), (-2, 3)):
        moved, there = np.roll(part, shift, (0, 1)), np.roll(own, shift, (0, 1))
        expected = (part * moved).sum() * (own * there).sum() / ((part * there).sum() * (own * moved).sum())
        assert found[middle[0] + shift[0], middle[1] + shift[1]] == pytest.approx(expected)


def test_a_flat_image_is_uncorrelated_whatever_its_bad_pixels() -> None:
    image = np.full((1, 14, 16), 7.0)
    image[0, 3, 4:9] = np.nan
    found = run("Autocorrelation", image, save_range=[3, 3])
    np.testing.assert_allclose(found["autocorr"], 1.0)
    assert found["cr"].tolist() == [[7.0]]


def test_uneven_illumination_is_divided_out() -> None:
    light = np.broadcast_to(np.linspace(1, 3, 16), (14, 16))
    found = run("Autocorrelation", (5.0 * light)[None], save_range=[3, 3], illumination_correction={"correction": light.tolist()})
    np.testing.assert_allclose(found["autocorr"], 1.0)


def test_masks_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ConfigError, match="mask has the shape"):
        run("Autocorrelation", IMAGE[None], mask=[[1, 1], [1, 1]])
    with pytest.raises(ConfigError, match="at least two rows"):
        run("correlation", IMAGE[None], mask=np.zeros(IMAGE.shape, int).tolist())
