"""Constants fit a detector or say what was expected."""

import numpy as np
import pytest

from monitor.calib.shapes import fitted
from monitor.errors import DamagedData

SHAPE = (2, 3, 4)


def test_a_flat_text_of_three_ranges_gets_its_shape() -> None:
    array = np.arange(72.0).reshape(18, 4)
    made = fitted(array, "pedestals", SHAPE, "Jungfrau")
    assert (made.shape, made.dtype) == ((3, *SHAPE), np.float32)
    np.testing.assert_array_equal(made.ravel(), np.arange(72))


def test_one_range_will_do_for_all() -> None:
    assert fitted(np.ones(24), "pixel_mask", SHAPE, "Jungfrau").shape == SHAPE


@pytest.mark.parametrize("shape", [(3, 4, 2), (12, 2), (24,)])
def test_interleaved_panels_are_put_one_after_the_other(shape: tuple[int, ...]) -> None:
    interleaved = np.stack([np.arange(12.0).reshape(3, 4), np.arange(12.0).reshape(3, 4) + 100], axis=-1)
    made = fitted(interleaved.reshape(shape), "pedestals", SHAPE, "Cspad2x2")
    np.testing.assert_array_equal(made[1] - made[0], np.full((3, 4), 100))
    assert made[0, 0].tolist() == [0, 1, 2, 3]


def test_panels_that_are_in_order_already_stay_so() -> None:
    array = np.arange(24.0).reshape(6, 4)
    np.testing.assert_array_equal(fitted(array, "pedestals", SHAPE, "Cspad2x2").ravel(), np.arange(24))


@pytest.mark.parametrize(
    ("size", "device", "why"),
    [
        (5, "Cspad", "pedestals has 5 numbers, expected are 2 x 3 x 4"),
        (72, "Cspad", "pedestals has 72 numbers, expected are 2 x 3 x 4"),
        (48, "Jungfrau", "pedestals has 48 numbers, expected are 3 x 2 x 3 x 4"),
        (0, "Cspad", "pedestals has 0 numbers"),
    ],
)
def test_a_wrong_size_says_what_was_expected(size: int, device: str, why: str) -> None:
    with pytest.raises(DamagedData, match=why):
        fitted(np.ones(size), "pedestals", SHAPE, device)


@pytest.mark.parametrize("value", [-1.0, 65536.0, np.nan])
def test_a_status_that_is_no_word_of_bits_is_refused(value: float) -> None:
    array = np.zeros(24)
    array[7] = value
    with pytest.raises(DamagedData, match="expected are whole numbers from 0 to 65535"):
        fitted(array, "pixel_status", SHAPE)


def test_common_mode_parameters_are_a_row_of_at_most_16() -> None:
    assert fitted(np.array([[1], [25]]), "common_mode", SHAPE).tolist() == [1.0, 25.0]
    with pytest.raises(DamagedData, match="17 numbers"):
        fitted(np.ones(17), "common_mode", SHAPE)
