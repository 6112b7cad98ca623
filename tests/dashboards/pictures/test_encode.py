"""Limits of colours: by hand, from what is shown, around zero, above zero for a logarithm, and steady while noise moves them."""

import numpy as np
import pytest

from dashboards.pictures.encode import limits_for
from dashboards.pictures.wish import Wish
from dashboards.reduce.picture import Scale, Window

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


NEW = Window(np.linspace(0, 100, 1001, dtype=np.float32)[None], 0, 0, 1)
"""With percentiles 10 and 90 at 10 and 90."""


@pytest.mark.parametrize(
    ("scale", "former", "stays"),
    [
        ("linear", (11.5, 89.0), True),
        ("linear", (12.0, 90.0), False),
        ("linear", (10.0, 92.0), False),
        ("log", (10.3, 88.0), True),
        ("log", (10.6, 90.0), False),
        ("linear", None, False),
    ],
)
def test_limits_stay_while_percentiles_only_tremble(scale: Scale, former: tuple[float, float] | None, stays: bool) -> None:
    wish = Wish(detector="d", percentile=10, scale=scale)

    found = limits_for(NEW, wish, former)

    if stays:
        assert found == former
    else:
        assert found[1] == pytest.approx(90, abs=0.2)
        assert found != former


@pytest.mark.parametrize("choices", [{"percentile": 0}, {"percentile": 10, "limits": (1.0, 99.0)}])
def test_limits_that_were_asked_for_are_exact(choices: dict[str, object]) -> None:
    wish = Wish(detector="d", **choices)  # type: ignore[arg-type]

    assert limits_for(NEW, wish, (1.0, 99.5)) == limits_for(NEW, wish)
