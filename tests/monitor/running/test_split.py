import numpy as np

from monitor.running import joined, merge_sums, split_name, state_of, value
from monitor.running.split import REST

FRAMES = np.arange(24, dtype=np.float32).reshape(6, 2, 2)
LIGHT = {"laser_on": [0, 3, 4], "laser_off": [1], REST: [2, 5]}


def test_totals_and_states_come_back_from_disjoint_parts() -> None:
    parts = {split_name("cam_calib", state): state_of("mean_image", FRAMES[events]) for state, events in LIGHT.items()}
    found = joined(parts)
    assert {name: state.count for name, state in found.items()} == {
        "cam_calib": 6,
        "cam_calib_laser_on": 3,
        "cam_calib_laser_off": 1,
    }
    np.testing.assert_allclose(value(found["cam_calib"]), FRAMES.mean(axis=0))
    np.testing.assert_allclose(value(found["cam_calib_laser_on"]), FRAMES[[0, 3, 4]].mean(axis=0))


def test_maxima_are_joined_as_maxima() -> None:
    parts = {split_name("cam_calib_max", state): state_of("max_image", FRAMES[events]) for state, events in LIGHT.items()}
    np.testing.assert_array_equal(value(joined(parts)["cam_calib_max"]), FRAMES.max(axis=0))


def test_it_does_not_matter_whether_sums_are_merged_before_or_after_joining() -> None:
    one = {
        split_name("a", "laser_on"): state_of("mean_image", FRAMES[:2]),
        split_name("a", REST): state_of("mean_image", FRAMES[2:3]),
    }
    two = {split_name("a", REST): state_of("mean_image", FRAMES[3:])}
    before, after = joined(merge_sums(one, two)), merge_sums(joined(one), joined(two))
    assert before.keys() == after.keys()
    for name in before:
        np.testing.assert_array_equal(value(before[name]), value(after[name]))


def test_a_sum_that_is_not_split_stays_as_it_is() -> None:
    state = state_of("mean_image", FRAMES)
    assert joined({"other": state}) == {"other": state}


def test_only_dropped_shots_give_a_total_and_nothing_else() -> None:
    assert set(joined({split_name("a", REST): state_of("mean_image", FRAMES)})) == {"a"}
