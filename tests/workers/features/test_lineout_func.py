"""Lines of frames: through a given pixel, or through the largest good one."""

import numpy as np
import pytest

from monitor.errors import ConfigError
from tests.support.features import branch, plain_view, settings, values_of

FRAME = np.array([[1, 9, np.nan], [4, 5, 6]], np.float32)


def line(**parameters: int) -> list[list[float]]:
    (values,) = values_of(branch(settings("lineoutFunc", **parameters), plain_view(FRAME.shape)).feature, FRAME[None]).values()
    return values.tolist()  # type: ignore[no-any-return]  # a list of lists


def test_it_runs_through_the_largest_good_pixel() -> None:
    np.testing.assert_array_equal(line(axis=0), [[1, 9, np.nan]])
    assert line(axis=1) == [[9, 5]]


def test_it_runs_through_a_given_pixel() -> None:
    assert line(axis=0, idx=4) == [[4, 5, 6]]


@pytest.mark.parametrize("parameters", [{"axis": 2}, {"idx": 6}, {"axis": -1}])
def test_a_line_outside_the_frame_is_refused(parameters: dict[str, int]) -> None:
    with pytest.raises(ConfigError):
        line(**parameters)
