"""array-1.0: a JSON header and the raw image, as streamvis and bsread's own array handler read them."""

import json
from typing import Any

import numpy as np
import pytest
import zmq

from monitor.aggregator.dialect import DIALECTS
from monitor.errors import ConfigError
from monitor.settings import Bridge
from monitor.wire.message import Message
from tests.support.bridged import bridged
from tests.support.told import frame, image_at, rows

pytestmark = pytest.mark.processes


def shown(*messages: Message, **settings: Any) -> list[tuple[dict[str, Any], np.ndarray]]:
    with (
        bridged("array-1.0", frames=["cspad"], **settings) as running,
        zmq.Context() as context,
        context.socket(zmq.SUB) as socket,
    ):
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.SUBSCRIBE, b"")
        socket.connect(running.address)
        running.wait_for_clients()
        running.tell(*messages)
        found = []
        while socket.poll(300):
            head, raw = socket.recv_multipart()
            header = json.loads(head)
            found.append((header, np.frombuffer(raw, header["type"]).reshape(header["shape"])))
        return found


def test_the_image_arrives_with_its_event() -> None:
    ((header, image),) = shown(frame(5))
    assert (header["htype"], header["pulse_id"], header["frame"], header["detector_name"]) == ("array-1.0", 5, 1, "cspad")
    assert header["timestamp"] == [5, 35]
    assert image.dtype == np.float32
    assert np.array_equal(image, image_at(5), equal_nan=True)


def test_values_of_the_same_event_stand_in_the_header_whichever_came_first() -> None:
    wish = {"laser_on": "laser/on", "spot_x": "epix/var_droplet/x", "number_of_spots": "adc/value"}
    pairs = shown(frame(2), rows(0, 6), frame(3), metadata=wish)
    assert [(h["pulse_id"], h["laser_on"], h["spot_x"], h.get("number_of_spots")) for h, _ in pairs] == [
        (2, True, [2.0, 3.0], -2),
        (3, False, [3.0, 4.0, 5.0], None),
    ]


def test_a_frame_whose_rows_never_come_is_not_shown_with_those_of_another() -> None:
    pairs = shown(frame(5), rows(6, 9), frame(7), metadata={"laser_on": "laser/on"})
    assert [header["pulse_id"] for header, _ in pairs] == [7]


@pytest.mark.parametrize(("more", "what"), [({}, "frames"), ({"frames": ["a"], "metadata": {"shape": "x"}}, "metadata")])
def test_settings_that_cannot_be_meant_are_refused_by_key(more: dict[str, Any], what: str) -> None:
    wish = Bridge.model_validate({"kind": "array-1.0", "address": "tcp://127.0.0.1:0", **more})
    with pytest.raises(ConfigError, match=what):
        DIALECTS.get("array-1.0").check(wish)
