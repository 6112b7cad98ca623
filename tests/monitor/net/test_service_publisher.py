"""A service's stream: whole for everybody, by place for its own machine, whoever comes, goes or is restarted."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from monitor.net.frame_memory import MEMORY, Recall
from monitor.net.near import near_address
from monitor.net.publish import ZmqSubscriber
from monitor.net.service_publisher import ServicePublisher
from monitor.wire.message import Message

pytestmark = [pytest.mark.processes, pytest.mark.timeout(60)]

ANY = "tcp://127.0.0.1:0"
PATIENCE_S = 20.0
IMAGE = np.arange(40_000, dtype=np.float32).reshape(200, 200)


def made(folder: Path) -> ServicePublisher:
    return ServicePublisher(ANY, near=near_address(folder))


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[ServicePublisher]:
    publisher = made(tmp_path)
    yield publisher
    publisher.close()


def heard(
    publisher: ServicePublisher, *subscribers: ZmqSubscriber, good: Callable[[Message], bool] = lambda m: True
) -> list[Message]:
    """The first good message of each, while frames are published."""
    end, found = time.monotonic() + PATIENCE_S, dict[ZmqSubscriber, Message]()
    seq = 0
    while len(found) < len(subscribers):
        assert time.monotonic() < end
        publisher.subscriptions()
        seq += 1
        publisher.publish(Message("frame", {"seq": seq}, {"image": IMAGE + seq}, "frame/d"))
        for subscriber in subscribers:
            message = subscriber.receive(0.01)
            if message is not None and good(message):
                found.setdefault(subscriber, message)
    return [found[subscriber] for subscriber in subscribers]


def by_place(message: Message) -> bool:
    return MEMORY in message.header


def test_who_is_near_gets_places_and_who_is_far_gets_images(publisher: ServicePublisher) -> None:
    near, far = ZmqSubscriber(publisher.near, ("frame/",)), ZmqSubscriber(publisher.address, ("",))
    near_message, far_message = heard(publisher, near, far, good=lambda m: by_place(m) or bool(m.arrays))
    (near_message,) = heard(publisher, near, good=by_place)

    assert not near_message.arrays
    assert not by_place(far_message)
    np.testing.assert_array_equal(far_message.arrays["image"], IMAGE + far_message.header["seq"])
    whole = Recall().whole(near_message)
    assert whole is not None
    np.testing.assert_array_equal(whole.arrays["image"], IMAGE + whole.header["seq"])
    near.close()
    far.close()


def test_two_who_are_near_read_the_same_memory(publisher: ServicePublisher) -> None:
    subscribers = [ZmqSubscriber(publisher.near, ("frame/",)) for _ in range(2)]
    messages = heard(publisher, *subscribers, good=by_place)
    wholes = [Recall().whole(message) for message in messages]

    for whole in wholes:
        assert whole is not None
        np.testing.assert_array_equal(whole.arrays["image"], IMAGE + whole.header["seq"])
    for subscriber in subscribers:
        subscriber.close()


def test_a_restarted_service_has_other_memory_which_is_found_by_itself(tmp_path: Path) -> None:
    first, recall = made(tmp_path), Recall()
    near = ZmqSubscriber(first.near, ("frame/",))
    (before,) = heard(first, near, good=by_place)
    kept = recall.whole(before)
    first.close()

    second = made(tmp_path)
    (after,) = heard(second, near, good=by_place)
    fresh = recall.whole(after)

    assert kept is not None
    assert fresh is not None
    np.testing.assert_array_equal(kept.arrays["image"], IMAGE + before.header["seq"])
    np.testing.assert_array_equal(fresh.arrays["image"], IMAGE + after.header["seq"])
    near.close()
    second.close()


def test_a_topic_is_left_when_nobody_asks_for_it_at_either_address(publisher: ServicePublisher) -> None:
    near, far = ZmqSubscriber(publisher.near, ("frame/",)), ZmqSubscriber(publisher.address, ("frame/",))
    heard(publisher, near, far)
    near.close()
    end = time.monotonic() + PATIENCE_S
    while publisher._memory._slots and time.monotonic() < end:
        publisher.subscriptions()
        assert publisher.departures() == []
    assert not publisher._memory._slots

    far.close()
    gone: list[str] = []
    while not gone and time.monotonic() < end:
        publisher.subscriptions()
        gone = publisher.departures()
    assert gone == ["frame/"]
