"""Frames are shown at a bounded rate, always the newest one."""

import numpy as np

from monitor.aggregator.frames import Frames
from monitor.wire.rows import Frame
from tests.support.some_rows import some_reduced


def add(frames: Frames, seq: int, name: str = "cam") -> None:
    image = np.full((1, 1), seq, np.float32)
    frames.add(some_reduced(seq, seq + 1, frames={name: Frame(image=image, seq=seq, unit="keV")}), seq + 1)


def everybody(topic: str) -> bool:
    return True


def test_between_two_frames_is_a_pause_and_the_newest_is_shown() -> None:
    frames = Frames(rate=4.0)
    shown = []
    for n in range(101):
        add(frames, n)
        shown += [(n, message.header["seq"]) for message in frames.due(n / 100, everybody)]
    assert shown == [(0, 0), (25, 25), (50, 50), (75, 75), (100, 100)]


def test_an_older_frame_never_replaces_a_newer_one() -> None:
    frames = Frames(rate=4.0)
    add(frames, 5)
    add(frames, 3)
    assert [message.header["seq"] for message in frames.due(0.0, everybody)] == [5]


def test_a_frame_is_shown_once_and_again_for_somebody_new() -> None:
    frames = Frames(rate=4.0)
    add(frames, 1)
    assert len(frames.due(0.0, everybody)) == 1
    assert frames.due(9.0, everybody) == []
    frames.show_again("frame/")
    assert len(frames.due(9.0, everybody)) == 1


def test_only_wanted_detectors_are_shown() -> None:
    frames = Frames(rate=4.0)
    add(frames, 1, "a")
    add(frames, 1, "b")
    assert [message.topic for message in frames.due(0.0, "frame/b".__eq__)] == ["frame/b"]


def test_the_index_stays_known_when_later_frames_come_without_it() -> None:
    frames = Frames(rate=4.0)
    index = np.array([[0]], np.int32)
    first = Frame(image=np.zeros((1, 1), np.float32), seq=1, index=index)
    frames.add(some_reduced(1, 2, frames={"cam": first}), 1)
    add(frames, 2)
    assert frames.index["cam"] is index


def test_a_new_run_may_count_from_the_beginning() -> None:
    frames = Frames(rate=4.0)
    add(frames, 50)
    frames.due(0.0, everybody)
    frames.restart()
    add(frames, 2)
    assert [message.header["seq"] for message in frames.due(1.0, everybody)] == [2]
