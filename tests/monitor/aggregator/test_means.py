"""Sums as images."""

import numpy as np

from monitor.aggregator.frames import Frames
from monitor.aggregator.means import Means, assembled, split_name
from monitor.aggregator.since import Since
from monitor.model.sums import SumState
from monitor.running import mean_image, merge_sums, state_of, value
from monitor.running.on_off import slots
from monitor.wire.rows import Frame
from tests.support.some_rows import some_reduced

INDEX = np.array([[3, 2], [-1, 0]], np.int32)


def sums(*values: float, count: int = 1, name: str = "cam_calib") -> dict[str, SumState]:
    return {name: SumState("mean_image", count, {"total": np.array(values)})}


def means() -> Means:
    frames = Frames(rate=4.0)
    frame = Frame(image=np.zeros((2, 2), np.float32), index=INDEX, seq=1, unit="keV")
    frames.add(some_reduced(0, 1, frames={"cam": frame}), 1)
    return Means(merge_sums, frames)


def test_a_mean_is_assembled_by_the_index_of_its_detector() -> None:
    held = means()
    held.add(1, 0, sums(2.0, 4.0, 6.0, 8.0, count=2))
    message = held.due(0.0, lambda topic: topic == "sum/cam/calib")
    assert message is not None
    assert (message.header["count"], message.header["unit"], message.header["run"]) == (2, "keV", 1)
    np.testing.assert_array_equal(message.arrays["image"], np.array([[4, 3], [np.nan, 1]], np.float32))


def test_the_step_begins_anew_and_the_run_goes_on() -> None:
    held = means()
    held.add(1, 0, sums(0.0, 0.0, 0.0, 4.0))
    held.add(1, 1, sums(0.0, 0.0, 0.0, 8.0))
    images = {}
    while (message := held.due(0.0, lambda topic: True)) is not None:
        images[message.topic] = (message.arrays["image"][0, 0].item(), message.header["count"])
    assert images == {"sum/cam/calib": (6.0, 2), "step_sum/cam/calib": (8.0, 1)}


def test_an_image_is_shown_again_only_when_it_changed_and_a_second_passed() -> None:
    held = means()
    held.add(1, 0, sums(1, 1, 1, 1))
    only_run = "sum/cam/calib".__eq__
    assert held.due(10.0, only_run) is not None
    assert held.due(20.0, only_run) is None
    held.add(1, 0, sums(1, 1, 1, 1))
    assert held.due(10.5, only_run) is None
    assert held.due(11.0, only_run) is not None


def test_what_nobody_wants_is_not_made_and_is_ready_when_somebody_comes() -> None:
    held = means()
    held.add(1, 0, sums(1, 1, 1, 1))
    assert held.due(0.0, lambda topic: False) is None
    assert held.due(0.0, lambda topic: True) is not None


def test_a_new_run_starts_from_nothing() -> None:
    held = means()
    held.add(1, 0, sums(1, 1, 1, 1))
    held.add(2, 0, sums(5, 5, 5, 5))
    message = held.due(0.0, "sum/cam/calib".__eq__)
    assert message is not None
    assert (message.header["count"], message.arrays["image"][0, 0]) == (1, 5.0)


def test_panels_without_an_index_go_below_each_other() -> None:
    assert assembled(np.arange(12.0).reshape(2, 2, 3), None).shape == (4, 3)


def test_an_index_that_does_not_fit_is_not_used() -> None:
    assert assembled(np.arange(2.0).reshape(1, 2), INDEX).tolist() == [[0.0, 1.0]]


def test_the_algorithm_is_told_from_the_detector() -> None:
    assert split_name("jungfrau_1m_calib_laser_off", []) == ("jungfrau_1m", "calib_laser_off")
    assert split_name("my_cam_square", ["my", "my_cam"]) == ("my_cam", "square")
    assert split_name("unknown", []) == ("unknown", "value")


def test_a_difference_of_on_and_off_is_shown_as_it_is_even_if_an_index_fits() -> None:
    held = means()
    events = slots(np.array([[1.0, 2.0], [3.0, 6.0]]), np.array([True, False]), np.array([False, True]))
    held.add(1, 0, {"cam_azav_onOff": state_of("on_off", events)})
    message = held.due(0.0, lambda topic: topic == "sum/cam/azav_onOff")
    assert message is not None
    np.testing.assert_array_equal(message.arrays["image"][:3], [[1, 2], [3, 6], [-2, -4]])


def test_means_that_begin_anew_are_those_of_the_later_events_alone_and_the_runs_go_on() -> None:
    frames = np.random.default_rng(5).normal(1e4, 1, (60, 4))
    frames[3::5, 2] = np.nan
    held = means()

    def take(first: int, stop: int) -> None:
        held.add(1, 0, {"cam_calib": mean_image.of(frames[first:stop])}, first=first)

    take(0, 20)
    held.begin(Since(first=25, time=100.0, author="me"))
    # This epoch was under way when the button was pressed.
    take(20, 30)
    take(30, 41)
    take(41, 60)
    found = {}
    while (message := held.due(0.0, lambda topic: True)) is not None:
        found[message.topic] = message

    since, run = found["since_sum/cam/calib"], found["sum/cam/calib"]
    assert {key: since.header[key] for key in ("count", "first", "author", "time")} == {
        "count": 30,
        "first": 30,
        "author": "me",
        "time": 100.0,
    }
    for message, first in ((since, 30), (run, 0)):
        expected = np.append(np.nanmean(frames[first:], axis=0), np.nan)[INDEX].astype(np.float32)
        np.testing.assert_array_equal(message.arrays["image"], expected)
    assert run.header["count"] == 60
    np.testing.assert_allclose(value(held.of_run[1]["cam_calib"]), np.nanmean(frames, axis=0), rtol=1e-14)


def test_means_are_those_of_the_run_again_when_that_is_asked_for_or_the_run_ends() -> None:
    held = means()
    held.add(1, 0, sums(1, 1, 1, 1), first=0)
    held.begin(Since(first=1, time=0.0, author=""))
    held.add(1, 0, sums(1, 1, 1, 1), first=1)
    held.begin(None)
    assert held.due(0.0, "since_sum/cam/calib".__eq__) is None

    held.begin(Since(first=2, time=0.0, author=""))
    held.add(2, 0, sums(1, 1, 1, 1), first=5)

    assert held.since is None
    assert held.due(0.0, "since_sum/cam/calib".__eq__) is None


def test_the_mean_of_the_step_begins_anew_too_and_says_so_until_the_next_step() -> None:
    held = means()
    held.add(1, 4, sums(0, 0, 0, 2), first=0)
    held.begin(Since(first=15, time=100.0, author="me"))
    assert held.due(0.0, "step_sum/cam/calib".__eq__) is None
    held.add(1, 4, sums(0, 0, 0, 4), first=10)
    held.add(1, 4, sums(0, 0, 0, 8), first=20)
    here = held.due(1.0, "step_sum/cam/calib".__eq__)
    held.add(1, 5, sums(0, 0, 0, 16), first=30)
    later = held.due(2.0, "step_sum/cam/calib".__eq__)

    assert here is not None
    assert later is not None
    assert (here.arrays["image"][0, 0], here.header["count"], here.header["first"], here.header["author"]) == (8, 1, 20, "me")
    assert (later.arrays["image"][0, 0], later.header["count"], "first" in later.header) == (16, 1, False)


def test_after_a_restart_means_still_stand_on_later_events_and_say_from_which() -> None:
    held = means()
    held.resume(1, sums(1, 1, 1, 1, count=30), Since(first=20, time=100.0, author="me"))
    held.add(1, 0, sums(5, 5, 5, 5), first=30)
    held.add(1, 0, sums(7, 7, 7, 7), first=40)

    assert held.since == Since(first=20, time=100.0, author="me")
    message = held.due(0.0, "since_sum/cam/calib".__eq__)
    assert message is not None
    assert (message.arrays["image"][0, 0], message.header["count"]) == (6, 2)
    assert (message.header["first"], message.header["begun"]) == (30, 20)
