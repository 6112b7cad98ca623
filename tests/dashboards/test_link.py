"""A dashboard finds frames in its machine's memory, and where it may not read that it takes the stream as everybody does."""

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dashboards.link import MOST_UNREAD, ServiceStream
from monitor.errors import Unusable
from monitor.net import frame_memory
from monitor.net.endpoints import Endpoints
from monitor.net.near import near_address
from monitor.net.service_publisher import ServicePublisher
from monitor.net.slots import NAME, Place
from monitor.wire.message import Message

pytestmark = [pytest.mark.processes, pytest.mark.timeout(60)]

PATIENCE_S = 20.0
IMAGE = np.arange(40_000, dtype=np.float32).reshape(200, 200)


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[ServicePublisher]:
    publisher = ServicePublisher("tcp://127.0.0.1:0", near=near_address(tmp_path))
    yield publisher
    publisher.close()


def frames(publisher: ServicePublisher, stream: ServiceStream, count: int) -> list[Message]:
    end, found = time.monotonic() + PATIENCE_S, list[Message]()
    seq = 0
    while len(found) < count:
        assert time.monotonic() < end
        publisher.subscriptions()
        seq += 1
        publisher.publish(Message("frame", {"seq": seq}, {"image": IMAGE + seq}, "frame/d"))
        found += stream.poll(0.01)
    return found


def test_frames_are_read_where_they_lie(publisher: ServicePublisher) -> None:
    stream = ServiceStream(lambda: Endpoints(stream=publisher.address, near=publisher.near))
    stream.subscribe("frame/")

    found = frames(publisher, stream, 20)

    assert stream._recall._mapped
    for message in found[-3:]:
        np.testing.assert_array_equal(message.arrays["image"], IMAGE + message.header["seq"])
        assert "memory" not in message.header
    stream.close()


def test_memory_that_may_not_be_read_is_told_of_once_and_frames_come_whole(
    publisher: ServicePublisher, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried = []

    def refuse(place: Place) -> None:
        tried.append(place)
        raise Unusable("memory for frames cannot be opened: Permission denied")

    monkeypatch.setattr(frame_memory, "Mapped", refuse)
    stream = ServiceStream(lambda: Endpoints(stream=publisher.address, near=publisher.near))
    stream.subscribe("frame/")
    with caplog.at_level(logging.WARNING):
        # The first may have come whole, before the subscription was seen.
        found = frames(publisher, stream, 5)
        while len(tried) < MOST_UNREAD:
            frames(publisher, stream, 1)
        found = frames(publisher, stream, 5)

    np.testing.assert_array_equal(found[-1].arrays["image"], IMAGE + found[-1].header["seq"])
    assert [record.message for record in caplog.records].count("frames_not_from_memory") == 1
    stream.close()


def test_memory_of_frames_that_nobody_looks_at_any_more_is_free_again(publisher: ServicePublisher) -> None:
    stream = ServiceStream(lambda: Endpoints(stream=publisher.address, near=publisher.near))
    for _ in range(4):
        stream.subscribe("frame/")
        frames(publisher, stream, 20)
        assert mapped() > 0
        stream.unsubscribe("frame/")
        end = time.monotonic() + PATIENCE_S
        while not publisher.departures():
            assert time.monotonic() < end
            publisher.subscriptions()

    assert mapped() == 0
    stream.close()


def mapped() -> int:
    """Places of this process where memory for frames is mapped."""
    return sum(NAME in line for line in Path("/proc/self/maps").read_text().splitlines())
