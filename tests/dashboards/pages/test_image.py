"""The Image page says of every picture when its panels stand only roughly in place."""

from typing import Any

import numpy as np
import pytest
from dashboards.pages.image import ROUGH, Image

from dashboards.pages.page import View
from dashboards.snapshot import Picture, Snapshot
from monitor.settings import Settings

PIXELS = np.ones((2, 2), np.float32)


def texts(image: str, *, rough: bool) -> str:
    """What the page says of a picture of this kind."""

    def nothing(*given: Any) -> Any:
        raise AssertionError("nobody asked for anything")

    arguments = {"detector": "cspad", "image": image}
    view = View(
        settings=Settings(),
        snapshot=Snapshot,
        arguments=arguments,
        redraw=lambda: None,
        control=nothing,
        undo=nothing,
        later=nothing,
    )
    pictures = {
        "frame/cspad": Picture(PIXELS, "keV", 1, {"seq": 7, "rough": rough}, 0.0),
        "sum/cspad/calib": Picture(PIXELS, "keV", 12, {}, 0.0),
        "frame/other": Picture(PIXELS, "keV", 1, {"seq": 7, "rough": not rough}, 0.0),
    }
    return Image(view).update(Snapshot(version=1, pictures=pictures)).text["picture-state"]


@pytest.mark.parametrize(("image", "what"), [("live", "event 7"), ("mean", "mean of 12 events")])
def test_a_rough_geometry_is_said_with_every_picture(image: str, what: str) -> None:
    assert texts(image, rough=True) == what + ROUGH
    assert texts(image, rough=False) == what
