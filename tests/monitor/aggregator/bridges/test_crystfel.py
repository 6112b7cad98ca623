"""CrystFEL's msgpack input, read here by the rules of its own reader (``image-msgpack.c``)."""

from typing import Any

import msgpack
import numpy as np
import pytest
import zmq

from monitor.aggregator.dialect import DIALECTS
from monitor.errors import ConfigError
from monitor.settings import Bridge
from tests.support.bridged import bridged
from tests.support.told import frame, image_at, rows

pytestmark = pytest.mark.processes

PEAKS = {"fs": "epix/var_droplet/x", "ss": "epix/var_droplet/x", "intensity": "ipm2/channels"}


def by_its_rules(packed: bytes, name: str) -> Any:
    """Value of the first key that agrees with the name as far as the key goes, as the program compares them."""
    whole = msgpack.unpackb(packed)
    return next((value for key, value in whole.items() if name[: len(key)] == key), None)


def asked(address: str, count: int) -> list[bytes]:
    found = []
    with zmq.Context() as context, context.socket(zmq.REQ) as socket:
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect(address)
        for _ in range(count):
            socket.send(b"next")
            assert socket.poll(5000)
            found.append(socket.recv())
    return found


def test_a_frame_comes_with_the_peaks_of_its_own_event() -> None:
    with bridged("crystfel", frames=["cspad"], peaks=PEAKS, values={"beam_energy": "ipm2/sum"}) as running:
        running.tell(frame(7), rows(0, 12))
        (packed,) = asked(running.address, 1)
    image = by_its_rules(packed, "image_data")
    assert (image["type"], image["shape"]) == ("<f4", [3, 4])
    pixels = np.frombuffer(image["data"], "<f4").reshape(3, 4)
    assert np.array_equal(pixels, image_at(7), equal_nan=True)
    peaks = by_its_rules(packed, "peak_list")
    assert peaks == {"fs": [7.0, 8.0, 9.0], "ss": [7.0, 8.0, 9.0], "intensity": [7.0, 7.5, -7.0]}
    # The program reads whole numbers as 0.
    assert all(type(number) is float for numbers in peaks.values() for number in numbers)
    assert by_its_rules(packed, "beam_energy") == 7 / 8
    assert by_its_rules(packed, "seq") == 7


def test_peaks_alone_come_event_by_event() -> None:
    with bridged("crystfel", peaks=PEAKS) as running:
        running.tell(rows(2, 3))
        (packed,) = asked(running.address, 1)
        running.tell(rows(3, 5))
        later = asked(running.address, 1)
    assert by_its_rules(packed, "peak_list")["fs"] == [2.0, 3.0]
    assert by_its_rules(packed, "image_data") is None
    assert by_its_rules(later[0], "seq") == 4


@pytest.mark.parametrize("key", ["peak", "p", "image_data_2", "seq", ""])
def test_a_key_that_the_program_would_take_for_another_is_refused(key: str) -> None:
    wish = Bridge.model_validate(
        {"kind": "crystfel", "address": "tcp://127.0.0.1:0", "frames": ["cspad"], "values": {key: "ipm2/sum"}}
    )
    with pytest.raises(ConfigError, match="choose another key"):
        DIALECTS.get("crystfel").check(wish)
