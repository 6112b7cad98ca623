"""Processes of the service's machine find the stream at a socket file, all others where it always was."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.net.endpoints import Endpoints
from monitor.net.near import near_address, stream_of
from monitor.net.publish import ZmqSubscriber
from monitor.net.service_publisher import ServicePublisher
from monitor.wire.message import Message

pytestmark = pytest.mark.processes

ANY = "tcp://127.0.0.1:0"


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[ServicePublisher]:
    made = ServicePublisher(ANY, near=near_address(tmp_path))
    yield made
    made.close()


def heard(publisher: ServicePublisher, address: str) -> Message | None:
    """What a subscriber at an address gets of one message."""
    subscriber = ZmqSubscriber(address, ("x",))
    try:
        end = time.monotonic() + 20
        while "x" not in publisher.subscriptions() and time.monotonic() < end:
            publisher.zmq.poll(10)
        publisher.publish(Message("x", {"n": 1}, {}, "x"))
        return subscriber.receive(5.0)
    finally:
        subscriber.close()


@pytest.mark.timeout(30)
def test_the_same_stream_is_at_both_addresses(publisher: ServicePublisher) -> None:
    for address in (publisher.address, publisher.near):
        message = heard(publisher, address)
        assert message is not None
        assert message.header["n"] == 1


def test_the_near_one_is_taken_while_somebody_listens_there(publisher: ServicePublisher) -> None:
    assert stream_of(Endpoints(stream=publisher.address, near=publisher.near)) == publisher.near


def test_a_socket_file_at_which_nobody_listens_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "stream.sock"
    with socket.socket(socket.AF_UNIX) as gone:
        gone.bind(str(path))

    assert path.exists()
    assert stream_of(Endpoints(stream="tcp://127.0.0.1:5580", near=near_address(tmp_path))) == "tcp://127.0.0.1:5580"


@pytest.mark.parametrize("endpoints", [Endpoints(), Endpoints(stream="tcp://127.0.0.1:5580")])
def test_without_a_near_one_it_is_the_other(endpoints: Endpoints) -> None:
    assert stream_of(endpoints) == endpoints.stream


def test_a_folder_with_a_long_name_has_none(tmp_path: Path) -> None:
    assert near_address(tmp_path / ("long" * 30)) == ""
