"""Outlets never wait, whatever their clients do."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import numpy as np
import pytest
import zmq

from monitor.errors import ConfigError, Unusable
from monitor.net.outlet import Outlet, PublishOutlet, PushOutlet, ReplyOutlet

pytestmark = pytest.mark.processes

Kind = Callable[..., Outlet]
CLIENT = {PublishOutlet: zmq.SUB, PushOutlet: zmq.PULL, ReplyOutlet: zmq.REQ}
KINDS = list(CLIENT)
HERE = "tcp://127.0.0.1:0"


@contextmanager
def client(kind: Kind, address: str, *, hwm: int = 10) -> Iterator["zmq.Socket[bytes]"]:
    with zmq.Context() as context, context.socket(CLIENT[kind]) as socket:
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.RCVHWM, hwm)
        socket.setsockopt(zmq.RCVBUF, 1 << 12)
        if kind is PublishOutlet:
            socket.setsockopt(zmq.SUBSCRIBE, b"")
        socket.connect(address)
        if kind is ReplyOutlet:
            socket.send(b"next")
        yield socket


@contextmanager
def opened(kind: Kind, hwm: int = 1000) -> Iterator[Outlet]:
    outlet = kind(HERE, hwm=hwm)
    try:
        yield outlet
    finally:
        outlet.close()


def wait_for(outlet: Outlet, count: int) -> None:
    end = time.monotonic() + 5
    while outlet.clients < count:
        assert time.monotonic() < end
        outlet.serve()
        time.sleep(0.002)


@pytest.mark.parametrize("kind", KINDS)
def test_without_clients_nothing_is_waited_for(kind: Kind) -> None:
    with opened(kind) as outlet:
        for _ in range(5000):
            outlet.send([b"x" * 1000])
        outlet.serve()
        assert outlet.clients == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_that_does_not_read_costs_only_its_own_messages(kind: Kind) -> None:
    with opened(kind, hwm=10) as outlet, client(kind, outlet.address):
        wait_for(outlet, 1)
        began = time.monotonic()
        for _ in range(3000):
            outlet.send([b"x" * 50_000])
            outlet.serve()
        assert time.monotonic() - began < 10
        assert outlet.lost > 0 or kind is ReplyOutlet


def test_another_subscriber_gets_everything_beside_one_that_sleeps() -> None:
    with opened(PublishOutlet, hwm=50) as outlet, client(PublishOutlet, outlet.address), ExitStack() as stack:
        awake = stack.enter_context(client(PublishOutlet, outlet.address, hwm=0))
        wait_for(outlet, 2)
        got: list[bytes] = []

        def read() -> None:
            while len(got) < 2000 and awake.poll(5000):
                got.append(awake.recv()[:8])

        reader = threading.Thread(target=read)
        reader.start()
        for n in range(2000):
            outlet.send([n.to_bytes(8, "little") + b"x" * 20_000])
            if n % 10 == 9:
                # As fast as the one that is awake can read. ZeroMQ learns in steps of half the limit (25) what left its queue, so
                # that fewer than that may be on their way.
                end = time.monotonic() + 5
                while len(got) < n - 5 and time.monotonic() < end:
                    time.sleep(0.0005)
        reader.join(10)
        assert got == [n.to_bytes(8, "little") for n in range(2000)]
        assert outlet.lost == 1


def test_a_client_that_goes_and_comes_again_is_served_again() -> None:
    with opened(ReplyOutlet) as outlet:
        for n in range(5):
            with client(ReplyOutlet, outlet.address) as socket:
                wait_for(outlet, n + 1)
                outlet.send([b"%d" % n])
                assert socket.poll(5000) or n
        assert outlet.bad == 0


@pytest.mark.parametrize("kind", [PublishOutlet, ReplyOutlet])
def test_noise_from_clients_is_counted_and_nothing_else(kind: Kind) -> None:
    noise = np.random.default_rng(1)
    with opened(kind) as outlet, zmq.Context() as context, context.socket(zmq.DEALER if kind is ReplyOutlet else zmq.XSUB) as bad:
        bad.setsockopt(zmq.LINGER, 0)
        bad.connect(outlet.address)
        for _ in range(2000):
            bad.send_multipart([noise.bytes(int(noise.integers(1, 60))) for _ in range(int(noise.integers(1, 4)))])
        end = time.monotonic() + 5
        while outlet.bad < 500 and time.monotonic() < end:
            outlet.serve()
        assert outlet.bad >= 500
        with client(kind, outlet.address) as good:
            end = time.monotonic() + 5
            while not good.poll(5) and time.monotonic() < end:
                outlet.serve()
                outlet.send([b"still here"])
            assert good.recv() == b"still here"


@pytest.mark.parametrize("kind", KINDS)
def test_other_machines_are_let_in_only_if_that_is_said(kind: Kind) -> None:
    with pytest.raises(ConfigError, match="insecure"):
        kind("tcp://0.0.0.0:0")


@pytest.mark.parametrize("kind", KINDS)
def test_a_port_that_is_taken_is_one_sentence(kind: Kind) -> None:
    with opened(kind) as outlet, pytest.raises(Unusable, match="in use"):
        kind(outlet.address)
