"""Medians of tiles against the plain twin and against medians written out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from workers.corrections.common_mode.median import Scratch, subtract_medians
from workers.corrections.common_mode.plain import subtract_medians_plain
from workers.corrections.common_mode.rule import COUNT, FOUND, TAKEN, Rule, Tile, below, record_shape

TILES = [
    Tile(rows=1, columns=4),
    Tile(rows=3, columns=1),
    Tile(rows=2, columns=3),
    Tile(rows=6, columns=9),
    Tile(rows=1, columns=5, stride=2),
    Tile(rows=40, columns=40),
]
RULES = [
    Rule(),
    Rule(largest=2.0, least=3),
    Rule(lowest=-5.0, highest=5.0, everywhere=False),
    Rule(highest=100.0, whole_numbers=True),
]
PLAIN = Rule()
ODD = [0.0, -0.0, 1.5, -1.5, 3.0, np.nan, np.inf, -np.inf, 65535.0, -65535.0, 3e38, 1e-40]


def after(values: list[float], rule: Rule = PLAIN, good: list[bool] | None = None) -> list[float]:
    """One tile of one row."""
    frame = np.array(values, np.float32).reshape(1, 1, 1, -1)
    marks = np.ones(frame.shape, bool) if good is None else np.array(good).reshape(frame.shape)
    tile = Tile(rows=1, columns=len(values))
    subtract_medians(frame, marks, tile, rule, Scratch(tile))
    result: list[float] = frame.ravel().tolist()
    return result


@pytest.mark.parametrize("tile", TILES)
@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=40, deadline=None)
@given(
    values=hnp.arrays(
        np.float32, st.tuples(st.integers(0, 2), st.integers(1, 2), st.just(6), st.just(9)), elements=st.sampled_from(ODD)
    ),
    seed=st.integers(0, 3),
)
def test_the_kernel_equals_its_twin(tile: Tile, rule: Rule, values: NDArray[np.float32], seed: int) -> None:
    good = np.random.default_rng(seed).random((1, *values.shape[1:])) < (1.0, 0.5, 0.1, 0.0)[seed]
    fast, plain = values.copy(), values.copy()
    subtract_medians(fast, good, tile, rule, Scratch(tile))
    with np.errstate(all="ignore"):
        subtract_medians_plain(plain, good, tile, rule)
    np.testing.assert_allclose(fast, plain, rtol=1e-6, atol=1e-30)


@pytest.mark.parametrize("pixels", [(1, 64), (1, 50), (256, 1), (100, 1), (64, 256)])
def test_noise_with_photons_and_ties_equals_its_twin(pixels: tuple[int, int]) -> None:
    random = np.random.default_rng(5)
    values = random.normal(3, 4, (2, 2, 256, 256)).astype(np.float32).round(1)
    values[random.random(values.shape) < 0.05] += 5000
    good = random.random(values.shape) < 0.9
    tile, fast, plain = Tile(rows=pixels[0], columns=pixels[1]), values.copy(), values.copy()
    subtract_medians(fast, good, tile, Rule(everywhere=False), Scratch(tile))
    subtract_medians_plain(plain, good, tile, Rule(everywhere=False))
    np.testing.assert_allclose(fast, plain, atol=1e-5)


@pytest.mark.parametrize("good", [1.0, 0.97, 0.5, 0.02])
@pytest.mark.parametrize("tile", [Tile(rows=1, columns=7), Tile(rows=11, columns=1), Tile(rows=1, columns=4, stride=2)])
def test_more_lines_than_lanes_equal_their_twin_exactly(tile: Tile, good: float) -> None:
    random = np.random.default_rng(8)
    values = random.integers(-9, 9, (2, 1, 150, 140)).astype(np.float32)
    values[random.random(values.shape) < 0.02] = np.nan
    marks = random.random(values.shape) < good
    fast, plain = values.copy(), values.copy()
    for rule in (Rule(), Rule(everywhere=False, least=3, largest=2.5)):
        subtract_medians(fast, marks, tile, rule, Scratch(tile))
        subtract_medians_plain(plain, marks, tile, rule)
        np.testing.assert_array_equal(fast, plain)


def test_an_even_count_takes_the_middle_of_two() -> None:
    assert after([1, 2, 4, 100]) == [-2, -1, 1, 97]


def test_an_absent_pixel_stays_absent_and_does_not_count() -> None:
    result = after([1, np.nan, 3, 8])
    assert result[0] == -2
    assert np.isnan(result[1])


def test_nothing_is_taken_off_where_nothing_counts() -> None:
    assert after([7, 8], good=[False, False]) == [7, 8]


def test_one_pixel_becomes_zero() -> None:
    assert after([7]) == [0]


def test_a_saturated_panel_becomes_zero() -> None:
    assert after([16383.0] * 5) == [0] * 5


def test_less_than_a_limit_is_not_the_limit() -> None:
    assert after([10, 10, 10], Rule(largest=below(10.0))) == [10, 10, 10]
    assert after([10, 10, 10], Rule(largest=10.0)) == [0, 0, 0]


def test_only_good_pixels_are_corrected_if_the_rule_says_so() -> None:
    assert after([2, 2, 9], Rule(everywhere=False), [True, True, False]) == [0, 0, 9]


def test_whole_numbers_are_cut_towards_zero_and_the_lower_of_two() -> None:
    assert after([-1.5, -1.25, 8, 9], Rule(whole_numbers=True)) == [-0.5, -0.25, 9, 10]


def test_a_record_tells_what_was_found_and_taken() -> None:
    tile = Tile(rows=1, columns=2, stride=2)
    frame = np.array([1, 50, 3, 60, 5, 7, 5, 9], np.float32).reshape(1, 1, 2, 4)
    record = np.empty((1, 1, *record_shape(tile, 2, 4)), np.float32)
    subtract_medians(frame, np.ones(frame.shape, bool), tile, Rule(largest=10.0), Scratch(tile), record)
    assert record[0, 0, :, :, FOUND].tolist() == [[2, 55], [5, 8]]
    assert record[0, 0, :, :, TAKEN].tolist() == [[2, 0], [5, 8]]
    assert record[0, 0, :, :, COUNT].tolist() == [[2, 2], [2, 2]]
