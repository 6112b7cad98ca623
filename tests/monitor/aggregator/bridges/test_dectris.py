"""DECTRIS stream v2, decoded with cbor2 as their example client does."""

from typing import Any

import cbor2
import numpy as np
import pytest
import zmq

from monitor.wire.message import Message
from tests.support.bridged import Bridged, bridged
from tests.support.told import event_time, frame, image_at

pytestmark = pytest.mark.processes

RUN = Message("run", {"run": 98, "experiment": "xppi0310", "first": 0}, {}, "run")


def array(tag: cbor2.CBORTag) -> np.ndarray:
    """Tag 40 around dimensions and a typed array of little-endian float32 (tag 85)."""
    assert tag.tag == 40
    shape, typed = tag.value
    assert typed.tag == 85
    return np.frombuffer(typed.value, "<f4").reshape(shape)


def received(socket: "zmq.Socket[bytes]", count: int) -> list[dict[str, Any]]:
    messages = []
    for _ in range(count):
        assert socket.poll(5000)
        messages.append(cbor2.loads(socket.recv()))
    return messages


def told(running: Bridged, *messages: Message, count: int) -> list[dict[str, Any]]:
    with zmq.Context() as context, context.socket(zmq.PULL) as socket:
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect(running.address)
        running.wait_for_clients()
        running.tell(*messages)
        return received(socket, count)


def test_a_series_has_a_start_its_images_and_an_end() -> None:
    with bridged("dectris", frames=["cspad"]) as running:
        start, one, two, end = told(running, RUN, frame(5), frame(6), Message("end", {"stop": 9}, {}, "end"), count=4)
    assert [next(iter(message)) for message in (start, one, two, end)] == ["type"] * 4
    assert [message["type"] for message in (start, one, two, end)] == ["start", "image", "image", "end"]
    assert {message["series_unique_id"] for message in (start, one, two, end)} == {"xppi0310_Run0098"}
    assert (start["image_size_x"], start["image_size_y"], start["image_dtype"]) == (4, 3, "float32")
    assert start["channels"] == ["cspad"]
    assert [one["image_id"], two["image_id"]] == [0, 1]
    assert np.array_equal(array(two["data"]["cspad"]), image_at(6), equal_nan=True)
    nanoseconds = [(event_time(seq) >> 32) * 10**9 + (event_time(seq) & 0xFFFFFFFF) for seq in (5, 6)]
    assert two["start_time"] == [nanoseconds[1] - nanoseconds[0], 10**9]
    assert two["user_data"]["seq"] == 6
    assert two["user_data"]["fiducials"] == 18


def test_who_comes_late_is_told_the_start_before_the_first_image() -> None:
    with bridged("dectris", frames=["cspad"]) as running:
        running.tell(RUN, frame(1), frame(2))
        assert running.report()["lost"] == 4
        start, image = told(running, frame(3), count=2)
    assert (start["type"], image["type"]) == ("start", "image")
    assert image["user_data"]["seq"] == 3
