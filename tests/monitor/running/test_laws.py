"""The three laws, for every statistic of the folder unasked: as NumPy on all, any split merges to the same, empty is neutral."""

import warnings
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from monitor.model.sums import SumState
from monitor.running import Accumulator, empty, merge, merge_sums, state_of, state_of_chosen, value
from monitor.running.mean_image import LARGE
from monitor.running.statistic import STATISTICS

KINDS = [name for name, _ in STATISTICS.items()]
PLAIN = {
    "mean_image": lambda frames: plain(np.nanmean, frames),
    "max_image": lambda frames: np.fmax.reduce(frames.astype(np.float64), axis=0),
    "std_image": lambda frames: plain(np.nanstd, frames),
    "on_off": lambda frames: on_minus_off(frames),
}
CLOSE = {"rtol": 1e-9, "atol": 1e-4}
"""A standard deviation is the small difference of large sums; the values are about 100."""


def plain(reduce: Any, frames: NDArray[np.float32]) -> NDArray[np.float64]:
    """A NumPy reduction over events that leaves NaN out and is quiet about pixels that are always bad."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(reduce(frames.astype(np.float64), axis=0))


def on_minus_off(frames: NDArray[np.float32]) -> NDArray[np.float64]:
    """Means of both slots, their difference and its standard error, by NumPy."""
    mean = plain(np.nanmean, frames)
    error = plain(lambda x, axis: np.nanstd(x, axis=axis, ddof=1), frames) / np.sqrt((~np.isnan(frames)).sum(axis=0))
    return np.stack([mean[0], mean[1], mean[0] - mean[1], np.hypot(error[0], error[1])])


def frames(count: int, seed: int) -> NDArray[np.float32]:
    made = np.random.default_rng(seed).normal(100, 30, (count, 2, 3)).astype(np.float32)
    made[:, 1, 2] = np.nan
    made[1::3, 0, 1] = np.nan
    return made


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [1, 2, 7])
def test_value_is_what_numpy_says_of_all_events(kind: str, count: int) -> None:
    events = frames(count, 1)
    np.testing.assert_allclose(value(state_of(kind, events)), PLAIN[kind](events), **CLOSE)


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None)
@given(cuts=st.lists(st.integers(0, 9), max_size=4), seed=st.integers(0, 99))
def test_any_split_merges_to_the_whole(kind: str, cuts: list[int], seed: int) -> None:
    events = frames(9, seed)
    edges = [0, *sorted(cuts), 9]
    merged = empty(kind)
    for start, stop in pairwise(edges):
        merged = merge(state_of(kind, events[start:stop]), merged)
    assert merged.count == 9
    np.testing.assert_allclose(value(merged), PLAIN[kind](events), **CLOSE)


@pytest.mark.parametrize("kind", KINDS)
def test_empty_is_neutral(kind: str) -> None:
    state = state_of(kind, frames(3, 2))
    assert merge(empty(kind), state) is state
    assert merge(state, empty(kind)) is state
    assert np.isnan(value(empty(kind)))


@pytest.mark.parametrize("kind", KINDS)
def test_merging_leaves_its_arguments_as_they_were(kind: str) -> None:
    a, b = state_of(kind, frames(1, 3)), state_of(kind, frames(4, 4))
    before = value(a).copy(), value(b).copy()
    merge(a, b)
    np.testing.assert_array_equal(value(a), before[0])
    np.testing.assert_array_equal(value(b), before[1])


def test_states_of_different_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="kinds"):
        merge(state_of("mean_image", frames(1, 1)), state_of("max_image", frames(1, 1)))


def test_sums_of_different_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        merge(state_of("mean_image", np.ones((1, 2))), state_of("mean_image", np.ones((1, 3))))


def test_a_thousand_float32_frames_lose_nothing_to_rounding() -> None:
    total = Accumulator()
    frame = np.full((1, 4), 16777216.0, np.float32)
    frame[0, 1] = 1.0
    for _ in range(1000):
        total.add({"det_calib": state_of("mean_image", frame)})
    assert total.take()["det_calib"].arrays["total"].tolist() == [16777216000.0, 1000.0, 16777216000.0, 16777216000.0]


@pytest.mark.parametrize("batches", [0, 1, 15, 16, 17, 40])
def test_the_accumulator_adds_up_all_batches(batches: int) -> None:
    events = frames(max(batches, 1), 5)
    total = Accumulator()
    for event in range(batches):
        total.add({"a": state_of("mean_image", events[event : event + 1]), "none": empty("mean_image")})
    sums = total.take()
    assert set(sums) == ({"a"} if batches else set())
    if batches:
        assert sums["a"].count == batches
        np.testing.assert_allclose(value(sums["a"]), PLAIN["mean_image"](events[:batches]), rtol=1e-12)
    assert total.take() == {}


def test_sums_are_merged_by_name() -> None:
    one, two = (SumState("max_image", 1, {"largest": np.array([x])}) for x in (1.0, 2.0))
    merged = merge_sums({"a": one, "b": two}, {"b": one, "c": two})
    assert {name: (float(value(state)[0]), state.count) for name, state in merged.items()} == {
        "a": (1.0, 1),
        "b": (2.0, 2),
        "c": (2.0, 1),
    }


def test_a_pixel_that_was_bad_once_has_the_mean_of_the_other_events() -> None:
    events = np.array([[1.0, 2.0], [np.nan, 4.0], [5.0, 6.0]], np.float32)
    merged = merge(
        state_of("mean_image", events[:1]), merge(state_of("mean_image", events[1:2]), state_of("mean_image", events[2:]))
    )
    assert value(merged).tolist() == [3.0, 4.0]
    assert merged.arrays["total"].tolist() == [6.0, 12.0]
    assert merged.arrays["missing"].tolist() == [1, 0]


def test_pixels_that_are_always_bad_cost_nothing_beside_the_sum() -> None:
    events = np.array([[1.0, np.nan], [2.0, np.nan]], np.float32)
    for state in (state_of("mean_image", events), merge(*(state_of("mean_image", events[i : i + 1]) for i in (0, 1)))):
        assert set(state.arrays) == {"total"}
        np.testing.assert_array_equal(value(state), [1.5, np.nan])


def test_large_frames_of_one_batch_add_up_like_small_ones() -> None:
    events = np.random.default_rng(6).normal(100, 30, (5, LARGE // 4)).astype(np.float32)
    events[2, 7] = events[:, 8] = np.nan
    total = Accumulator()
    total.add({"a": state_of("mean_image", events[:2])})
    total.add({"a": state_of("mean_image", events[2:3])})
    total.add({"a": state_of("mean_image", events[3:])})
    state = total.take()["a"]
    assert set(state.arrays) == {"total", "missing"}
    np.testing.assert_allclose(value(state), PLAIN["mean_image"](events), rtol=1e-12)
    np.testing.assert_allclose(value(state_of("mean_image", events)), PLAIN["mean_image"](events), rtol=1e-12)


def test_a_single_batch_of_large_frames_leaves_the_accumulator_as_a_sum() -> None:
    events = np.ones((2, LARGE // 4), np.float32)
    total = Accumulator()
    total.add({"a": state_of("mean_image", events)})
    assert {name: array.shape for name, array in total.take()["a"].arrays.items()} == {"total": (LARGE // 4,)}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("pixels", [3, LARGE // 4])
def test_chosen_events_are_those_alone(kind: str, pixels: int) -> None:
    events = np.random.default_rng(7).normal(100, 30, (6, 2, pixels)).astype(np.float32)
    events[3, 1, 1] = np.nan
    total = Accumulator()
    for places in ([0, 3, 4], [1], []):
        total.add({"a": state_of_chosen(kind, events, np.array(places, np.int64))})
    state = total.take()["a"]
    assert state.count == 4
    np.testing.assert_allclose(value(state), PLAIN[kind](events[[0, 3, 4, 1]]), **CLOSE)


def test_few_chosen_frames_do_not_keep_the_memory_of_all() -> None:
    events = np.ones((17, LARGE // 4), np.float32)
    for places in ([5], [2, 7]):
        state = state_of_chosen("mean_image", events, np.array(places))
        assert not any(np.shares_memory(array, events) for array in state.arrays.values())
    assert np.shares_memory(state_of_chosen("mean_image", events, np.array([2, 5, 7])).arrays["frames"], events)
    assert np.shares_memory(state_of_chosen("mean_image", events[:6], np.array([5])).arrays["total"], events)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_handed_over_is_not_changed_however_much_follows(kind: str) -> None:
    events = frames(40, 8)
    handed_over = [state_of(kind, events[event : event + 1]) for event in range(40)]
    before = [{name: array.copy() for name, array in state.arrays.items()} for state in handed_over]
    total = Accumulator()
    for state in handed_over:
        total.add({"a": state})
    np.testing.assert_allclose(value(total.take()["a"]), PLAIN[kind](events), **CLOSE)
    for state, copies in zip(handed_over, before, strict=True):
        for name, array in state.arrays.items():
            np.testing.assert_array_equal(array, copies[name])


def test_sums_that_were_taken_are_not_changed_by_what_is_added_later() -> None:
    events = frames(40, 9)
    total = Accumulator()
    for event in range(20):
        total.add({"a": state_of("mean_image", events[event : event + 1])})
    taken = total.take()["a"]
    before = value(taken).copy()
    for event in range(20, 40):
        total.add({"a": state_of("mean_image", events[event : event + 1])})
    np.testing.assert_array_equal(value(taken), before)
