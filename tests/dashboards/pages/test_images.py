"""The Images page says of every picture what it stands on, and when its panels stand only roughly in place."""

from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest

from dashboards.pages.images import Images
from dashboards.pages.page import View
from dashboards.pictures.book import Book
from dashboards.pictures.standing import ROUGH
from dashboards.snapshot import Picture, Snapshot
from monitor.settings import parse
from monitor.wire.message import Message

PIXELS = np.ones((2, 2), np.float32)


def known(name: str, *, rough: bool) -> Future[Message]:
    """What the service says of a detector, at once."""
    answer: Future[Message] = Future()
    index = np.arange(4, dtype=np.int32).reshape(2, 2)
    header = {"detector": name, "shape": [2, 2], "version": -1, "rough": rough}
    answer.set_result(Message("detector", header, {"index": index, "gain": np.ones((2, 2))}))
    return answer


def texts(image: str, *, rough: bool = False, key: str = "picture-state", more: Mapping[str, Any] | None = None) -> str:
    """What the page says of a picture of this kind."""

    def nothing(*given: Any) -> Any:
        raise AssertionError("nobody asked for anything")

    arguments = {"detector": "cspad", "image": image}
    view = View(
        settings=parse({"detector": [{"name": "cspad", "sums": ["calib"], **(more or {})}]}),
        snapshot=Snapshot,
        arguments=arguments,
        redraw=lambda: None,
        control=nothing,
        undo=nothing,
        later=nothing,
        detectors=Book(Snapshot, lambda name: known(name, rough=rough)),
    )
    view.detectors.get("cspad")
    pictures = {
        "frame/cspad": Picture(PIXELS, "keV", 1, {"seq": 7, "rough": rough}, 0.0),
        "sum/cspad/calib": Picture(PIXELS, "keV", 12, {}, 0.0),
        "frame/other": Picture(PIXELS, "keV", 1, {"seq": 7, "rough": not rough}, 0.0),
    }
    return Images(view).update(Snapshot(version=1, pictures=pictures)).text[key]


@pytest.mark.parametrize(("image", "what"), [("live", "event 7"), ("mean", "mean of 12 events")])
def test_a_rough_geometry_is_said_with_every_picture(image: str, what: str) -> None:
    assert texts(image, rough=True) == what + ROUGH
    assert texts(image, rough=False) == what


def test_a_picture_that_needs_another_sum_says_which_and_offers_it() -> None:
    assert texts("std") == "This needs the sum calib_std of cspad."
    assert texts("std", key="switch-on") == "Switch on calib_std"
    assert texts("difference") == "No such picture has come yet."
    assert texts("difference", key="switch-on") == ""


def test_maps_are_shown_where_they_are_known() -> None:
    assert texts("gain") == "gain map"
    assert texts("rms") == "There is no noise of the dark (rms) of cspad."


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"common_mode": 6}, "The common mode of cspad (algorithm 6) records nothing"),
        ({"common_mode": 0}, "The settings take no common mode off cspad."),
        ({}, "The common mode of cspad records nothing"),
    ],
)
def test_a_common_mode_that_records_nothing_is_said(settings: dict[str, Any], said: str) -> None:
    assert texts("common-mode", more=settings).startswith(said)


def test_means_can_begin_anew_where_they_are_means_of_the_run() -> None:
    assert texts("mean", key="means-now") == "Begin the means anew"
    assert texts("mean", key="means-run") == ""
    assert texts("live", key="means-now") == ""
    assert texts("gain", key="means-now") == ""
