"""What a frame says about its detector."""

import weakref

import numpy as np

from dashboards.reduce.frame_health import frame_health, saturated
from dashboards.snapshot import Picture


def picture(*values: float) -> Picture:
    return Picture(np.array([values], np.float32), "ADU", 1, {}, 0.0)


def test_level_and_noise_do_not_mind_hot_pixels() -> None:
    found = frame_health(picture(8, 9, 10, 11, 12, 1000, np.nan, np.nan))

    # Median of 8, 9, 10, 11, 12, 1000; distances from it 2.5, 1.5, 0.5, 0.5, 1.5, 989.5.
    assert found.level == 10.5
    assert np.isclose(found.noise, 1.4826 * 1.5)
    assert (found.hot, found.largest, found.masked, found.pixels) == (1, 1000, 0.25, 6)


def test_a_frame_without_good_pixels_has_no_numbers() -> None:
    found = frame_health(picture(np.nan, np.nan))

    assert np.isnan(found.level)
    assert (found.hot, found.masked, found.pixels) == (0, 1.0, 0)


def test_a_flat_frame_has_no_hot_pixels() -> None:
    assert frame_health(picture(5, 5, 5, 6)).hot == 0


def test_saturated_pixels_are_counted_from_the_limit_on() -> None:
    assert saturated(picture(1, 5, 6, np.nan), 5.0) == 2


def test_a_frame_does_not_stay_in_memory_for_its_numbers() -> None:
    seen = picture(8, 9, 10)
    gone = weakref.ref(seen)
    assert frame_health(seen) is frame_health(seen)
    assert [saturated(seen, 9), saturated(seen, 10), saturated(seen, 9)] == [2, 1, 2]
    del seen

    assert gone() is None
