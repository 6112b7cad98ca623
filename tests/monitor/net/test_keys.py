"""Keys: without the right one nothing is read and nothing arrives."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import zmq
import zmq.auth

from monitor.errors import ConfigError
from monitor.net import keys
from monitor.net.key_folder import KeyFolder, make_pair
from monitor.net.keys import use_keys
from monitor.net.near import near_address
from monitor.net.publish import ZmqPublisher
from monitor.net.service_publisher import ServicePublisher
from monitor.net.socket import ZmqDealer, ZmqRouter
from monitor.wire.message import Message

pytestmark = pytest.mark.processes

KEY = "k" * 40


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A service that asks for keys on every tcp socket, and three pairs of others."""
    for name in ("service", "alice", "bob"):
        make_pair(tmp_path, name)
    use_keys(str(tmp_path), required=True, insecure=False)
    yield tmp_path
    keys.IDENTITY = keys.Identity()


def pair(folder: Path, name: str) -> tuple[bytes, bytes]:
    public, secret = zmq.auth.load_certificate(folder / f"{name}.key_secret")
    assert secret is not None
    return public, secret


def connected(folder: Path, kind: int, name: str, address: str, context: "zmq.Context[zmq.Socket[bytes]]") -> "zmq.Socket[bytes]":
    socket = context.socket(kind)
    socket.setsockopt(zmq.LINGER, 0)
    if name:
        public, secret = pair(folder, name)
        socket.setsockopt(zmq.CURVE_PUBLICKEY, public)
        socket.setsockopt(zmq.CURVE_SECRETKEY, secret)
        socket.setsockopt(zmq.CURVE_SERVERKEY, pair(folder, "service")[0])
    if kind == zmq.SUB:
        socket.setsockopt(zmq.SUBSCRIBE, b"")
    socket.connect(address)
    return socket


@pytest.mark.parametrize(("name", "hears"), [("alice", True), ("bob", False), ("", False)])
def test_only_who_is_in_the_list_hears_the_stream(folder: Path, name: str, hears: bool) -> None:
    KeyFolder(folder).allow(pair(folder, "alice")[0].decode(), "alice", frozenset({"read"}))
    publisher = ZmqPublisher("tcp://127.0.0.1:0")
    with zmq.Context() as context:
        subscriber = connected(folder, zmq.SUB, name, publisher.address, context)
        end = time.monotonic() + (10.0 if hears else 1.0)
        while not subscriber.poll(20) and time.monotonic() < end:
            publisher.publish(Message("x", {}, topic="x"))
        assert bool(subscriber.poll(0)) == hears
        subscriber.close()
    publisher.close()


def test_a_stream_that_asks_for_keys_has_no_socket_file_beside_it(folder: Path) -> None:
    publisher = ServicePublisher("tcp://127.0.0.1:0", near=near_address(folder))
    found, made = publisher.near, [path.name for path in folder.glob("*.sock")]
    publisher.close()

    # Whoever may open such a file would hear the stream without a key.
    assert (found, made) == ("", [])


def test_a_reader_of_the_stream_is_no_part_of_the_service(folder: Path) -> None:
    KeyFolder(folder).allow(pair(folder, "alice")[0].decode(), "alice", frozenset({"read"}))
    router = ZmqRouter("tcp://127.0.0.1:0")
    with zmq.Context() as context:
        alice = connected(folder, zmq.DEALER, "alice", router.address, context)
        alice.send_multipart([b"", b"x"])
        assert router.receive(0.5) is None
        assert router.bad == 0
        alice.close()
    worker = ZmqDealer(router.address)
    worker.send(Message("hello", {}))
    received = router.receive(5.0)
    assert received is not None
    assert received[1].kind == "hello"
    assert router.user == pair(folder, "service")[0].decode()
    worker.close()
    router.close()


def test_an_address_of_other_machines_needs_keys_or_the_word_insecure() -> None:
    with pytest.raises(ConfigError, match="xtcmon keys make"):
        ZmqRouter("tcp://0.0.0.0:0")
    with pytest.raises(ConfigError, match="xtcmon keys make"):
        ZmqPublisher("tcp://0.0.0.0:0")
    ZmqRouter("tcp://0.0.0.0:0", insecure=True).close()
