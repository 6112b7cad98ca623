"""Frames of one machine travel by place, and everything else as ever."""

import logging
import weakref

import numpy as np
import pytest

from monitor.errors import ProtocolError, Unusable
from monitor.net import frame_memory as module
from monitor.net.frame_memory import FrameMemory, Recall
from monitor.net.slots import COUNT, Slots
from monitor.wire.message import Message, decode, encode

IMAGE = np.arange(40_000, dtype=np.float32).reshape(200, 200)


def frame(topic: str = "frame/d", image: np.ndarray = IMAGE, seq: int = 3) -> Message:  # type: ignore[type-arg]
    return Message("frame", {"seq": seq, "unit": "keV"}, {"image": image, "other": np.arange(3)}, topic)


def travelled(message: Message) -> Message:
    return decode([bytes(part) for part in encode(message)])


def test_a_frame_comes_back_as_it_was_sent() -> None:
    memory, recall = FrameMemory(), Recall()
    placed = memory.placed(frame())
    assert placed is not None
    assert sum(len(part) for part in encode(placed)) < 1000

    whole = recall.whole(travelled(placed))

    assert whole is not None
    assert (whole.kind, whole.topic, whole.header) == ("frame", "frame/d", {"seq": 3, "unit": "keV"})
    np.testing.assert_array_equal(whole.arrays["image"], IMAGE)
    np.testing.assert_array_equal(whole.arrays["other"], [0, 1, 2])
    assert not whole.arrays["image"].flags.writeable


def test_an_image_of_strides_and_other_numbers_comes_back_too() -> None:
    memory, recall = FrameMemory(), Recall()
    image = np.arange(80_000, dtype=">i2").reshape(200, 400)[:, ::2].T
    placed = memory.placed(frame(image=image))
    assert placed is not None

    whole = recall.whole(travelled(placed))

    assert whole is not None
    np.testing.assert_array_equal(whole.arrays["image"], image)


@pytest.mark.parametrize(
    "message",
    [
        frame("sum/d/calib"),
        frame(image=IMAGE[:10, :10]),
        Message("frame", {}, {}, "frame/d"),
        Message("rows", {}, {}, "rows/events"),
    ],
)
def test_what_is_no_large_frame_travels_whole(message: Message) -> None:
    assert FrameMemory().placed(message) is None
    assert Recall().whole(message) is message


def test_when_every_slot_is_in_use_a_frame_travels_whole_until_one_is_free() -> None:
    memory, recalls, kept = FrameMemory(), [Recall(), Recall()], []
    for n in range(COUNT):
        placed = memory.placed(frame(seq=n))
        assert placed is not None
        kept.append(recalls[n % 2].whole(travelled(placed)))

    assert memory.placed(frame()) is None
    del kept[0]
    assert memory.placed(frame()) is not None


def test_a_frame_that_was_written_over_is_counted_and_not_made_up() -> None:
    memory, recall = FrameMemory(), Recall()
    first = memory.placed(frame())
    assert first is not None
    for n in range(COUNT):
        memory.placed(frame(seq=n))

    assert recall.whole(travelled(first)) is None
    assert recall.gone == 1


def test_memory_follows_the_size_of_the_frames_and_ends_when_nobody_wants_them() -> None:
    memory, recall = FrameMemory(), Recall()
    assert memory.placed(frame()) is not None
    small = memory.placed(frame(image=IMAGE[:100]))
    assert small is not None
    whole = recall.whole(travelled(small))
    assert whole is not None
    assert whole.arrays["image"].shape == (100, 200)

    memory.keep(lambda topic: topic != "frame/d")
    with pytest.raises(Unusable):
        Recall().whole(travelled(small))
    np.testing.assert_array_equal(whole.arrays["image"], IMAGE[:100])


def test_memory_that_took_the_place_of_other_memory_is_the_only_one_that_is_kept() -> None:
    recall, seen = Recall(), []
    for rows in range(60, 64):
        memory = FrameMemory()
        placed = memory.placed(frame(image=np.ones((rows, 400), np.float32)))
        assert placed is not None
        whole = recall.whole(travelled(placed))
        assert whole is not None
        seen.append(weakref.ref(recall._mapped["frame/d"][1]))
    del whole

    assert [mapped() is None for mapped in seen] == [True, True, True, False]
    recall.keep(lambda topic: topic != "frame/d")
    assert seen[-1]() is None


def test_more_memory_than_may_be_used_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", COUNT * IMAGE.nbytes)
    memory = FrameMemory()

    assert memory.placed(frame("frame/a")) is not None
    assert memory.placed(frame("frame/b")) is None
    assert memory.placed(frame("frame/a")) is not None


def test_a_system_that_gives_no_memory_is_asked_and_told_of_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked = []

    def refuse(size: int) -> Slots:
        asked.append(size)
        raise Unusable("no memory can be shared")

    monkeypatch.setattr(module, "Slots", refuse)
    memory = FrameMemory()
    with caplog.at_level(logging.WARNING):
        assert [memory.placed(frame()) for _ in range(3)] == [None] * 3

    assert len(asked) == 1
    assert [record.message for record in caplog.records] == ["frames_not_in_memory"]


@pytest.mark.parametrize(
    "said",
    ["here", {}, {"process": 1}, {"process": "1", "descriptor": 1, "key": 1, "slot": 0, "generation": 1},
     {"process": -1, "descriptor": 1, "key": 1, "slot": 0, "generation": 1}],
)  # fmt: skip
def test_a_message_that_names_no_place_is_refused(said: object) -> None:
    with pytest.raises(ProtocolError):
        Recall().whole(Message("frame", {"memory": said}, {}, "frame/d"))


@pytest.mark.parametrize("shape", [[200, 100_000], [-1, 5], "x", None])
def test_an_image_that_does_not_fit_its_place_is_refused(shape: object) -> None:
    placed = FrameMemory()
    message = placed.placed(frame())
    assert message is not None
    said = dict(message.header["memory"])
    said["column"] = {**said["column"], "shape": shape}

    with pytest.raises(ProtocolError):
        Recall().whole(Message("frame", {"memory": said}, {}, "frame/d"))
