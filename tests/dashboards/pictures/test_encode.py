"""Limits of colours: by hand, from what is shown, around zero, and above zero for a logarithm."""

import numpy as np
import pytest

from dashboards.pictures.encode import limits_for
from dashboards.pictures.wish import Wish
from dashboards.reduce.picture import Window

SHOWN = Window(np.array([[-3, 0.5, 2, np.nan, 8]], np.float32), 0, 0, 1)


@pytest.mark.parametrize(
    ("choices", "limits"),
    [
        ({}, (-3, 8)),
        ({"limits": (1, 2)}, (1, 2)),
        ({"kind": "difference"}, (-8, 8)),
        ({"scale": "log"}, (0.5, 8)),
        ({"scale": "log", "limits": (-5, 10)}, (1e-5, 10)),
    ],
)
def test_limits(choices: dict[str, object], limits: tuple[float, float]) -> None:
    wish = Wish(detector="d", percentile=0, **choices)  # type: ignore[arg-type]

    assert limits_for(SHOWN, wish) == pytest.approx(limits)
