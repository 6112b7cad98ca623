"""Sockets and their memory twins: one face, one behaviour."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import zmq

from monitor.errors import ConfigError, Unusable
from monitor.net.address import check_address
from monitor.net.endpoints import Endpoints, read_endpoints, write_endpoints
from monitor.net.memory import MemoryRouter
from monitor.net.publish import ZmqPublisher, ZmqSubscriber
from monitor.net.socket import Dealer, Router, ZmqDealer, ZmqRouter, wait
from monitor.wire.message import Message

pytestmark = pytest.mark.processes

Pair = tuple[Router, Callable[[str], Dealer]]


@pytest.fixture(params=["zmq", "memory"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    if request.param == "memory":
        twin = MemoryRouter()
        yield twin, twin.dealer
        return
    router = ZmqRouter(f"ipc://{tmp_path}/s")
    dealers: list[ZmqDealer] = []

    def dealer(name: str) -> Dealer:
        dealers.append(ZmqDealer(router.address, name))
        return dealers[-1]

    yield router, dealer
    for made in dealers:
        made.close()
    router.close()


def test_messages_go_both_ways_and_name_their_sender(pair: Pair) -> None:
    router, dealer = pair
    one = dealer("one")
    large = np.arange(1 << 18, dtype=np.uint8)
    assert one.send(Message("ask", {"x": 1}, {"a": large}), timeout_s=1.0)
    received = router.receive(timeout_s=5.0)
    assert received is not None
    assert received[0] == b"one"
    assert received[1].header == {"x": 1}
    np.testing.assert_array_equal(received[1].arrays["a"], large)
    assert router.send(b"one", Message("answer", {}, {"a": large}))
    answer = one.receive(timeout_s=5.0)
    assert answer is not None
    np.testing.assert_array_equal(answer.arrays["a"], large)


def test_sending_to_nobody_is_told_and_not_dropped_silently(pair: Pair) -> None:
    assert pair[0].send(b"nobody", Message("x", {})) is False


def test_order_is_kept(pair: Pair) -> None:
    router, dealer = pair
    one = dealer("one")
    for i in range(20):
        assert one.send(Message("n", {"i": i}), timeout_s=1.0)
    assert [received[1].header["i"] for _ in range(20) if (received := router.receive(timeout_s=5.0))] == list(range(20))


def test_nothing_to_receive_is_none(pair: Pair) -> None:
    assert pair[0].receive() is None


def test_a_new_connection_takes_over_the_name_of_the_old_one(pair: Pair) -> None:
    router, dealer = pair
    dealer("w").send(Message("old", {}), timeout_s=1.0)
    assert router.receive(timeout_s=5.0) is not None
    new = dealer("w")
    new.send(Message("new", {}), timeout_s=1.0)
    received = router.receive(timeout_s=5.0)
    assert received is not None
    assert received[1].kind == "new"
    assert router.send(b"w", Message("answer", {}))
    assert new.receive(timeout_s=5.0) is not None


def test_broken_messages_are_counted_and_passed_over(tmp_path: Path) -> None:
    router = ZmqRouter(f"ipc://{tmp_path}/s")
    dealer = ZmqDealer(router.address)
    dealer.zmq.send_multipart([b"", b"rubbish"])
    dealer.zmq.send_multipart([b"alone"])
    dealer.send(Message("good", {}), timeout_s=1.0)
    received = router.receive(timeout_s=5.0)
    dealer.close()
    router.close()
    assert received is not None
    assert received[1].kind == "good"
    assert router.bad == 2


def test_a_full_queue_refuses_instead_of_waiting(tmp_path: Path) -> None:
    dealer = ZmqDealer(f"ipc://{tmp_path}/nobody", hwm=3)
    sent = [dealer.send(Message("n", {})) for _ in range(10)]
    dealer.close()
    assert sent == [False] * 10 or sent.count(True) <= 3


def test_waiting_ends_with_the_first_message(tmp_path: Path) -> None:
    router = ZmqRouter(f"ipc://{tmp_path}/s")
    dealer = ZmqDealer(router.address)
    assert wait([router], 0.01) is False
    dealer.send(Message("n", {}), timeout_s=1.0)
    assert wait([router], 5.0) is True
    dealer.close()
    router.close()


def test_a_subscriber_gets_its_topics_and_the_publisher_hears_of_it(tmp_path: Path) -> None:
    publisher = ZmqPublisher(f"ipc://{tmp_path}/p")
    subscriber = ZmqSubscriber(publisher.address, ["rows/"])
    assert wait([publisher], 5.0)
    assert publisher.subscriptions() == ["rows/"]
    publisher.publish(Message("status", {}, topic="status"))
    publisher.publish(Message("rows", {"n": 1}, topic="rows/events"))
    found = subscriber.receive(timeout_s=5.0)
    subscriber.close()
    publisher.close()
    assert found is not None
    assert (found.topic, found.header) == ("rows/events", {"n": 1})


@pytest.mark.parametrize("address", ["", "5580", "tcp://", "tcp://127.0.0.1", "tcp://127.0.0.1:x", "http://a:1", "ipc://"])
def test_what_is_no_address_is_a_settings_error(address: str) -> None:
    with pytest.raises(ConfigError):
        check_address(address)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:0", "tcp://[::1]:1", "tcp://localhost:9", "ipc:///x"])
def test_loopback_may_be_bound(address: str) -> None:
    check_address(address, bind=True)


def test_an_address_that_cannot_be_bound_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="cannot be bound"):
        ZmqRouter(f"ipc://{tmp_path}/no/such/folder/s")


def test_endpoints_of_several_processes_come_together(tmp_path: Path) -> None:
    folder = tmp_path / "service"
    assert read_endpoints(folder) == Endpoints()
    write_endpoints(folder, reader="ipc:///r")
    write_endpoints(folder, rows="ipc:///a", stream="tcp://127.0.0.1:1")
    assert read_endpoints(folder) == Endpoints(reader="ipc:///r", rows="ipc:///a", stream="tcp://127.0.0.1:1")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"reader": "x", "colour": 1}'])
def test_a_broken_endpoints_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "service.json").write_text(text)
    with pytest.raises(Unusable, match=r"service\.json"):
        read_endpoints(tmp_path)


def test_who_never_reads_cannot_fill_the_memory_and_others_go_on(tmp_path: Path) -> None:
    publisher = ZmqPublisher("tcp://127.0.0.1:0", hwm=1000, most_bytes=32 << 20)
    with zmq.Context() as context, context.socket(zmq.SUB) as sleeper:
        sleeper.setsockopt(zmq.RCVHWM, 1)
        sleeper.setsockopt(zmq.LINGER, 0)
        sleeper.subscribe("frame/")
        sleeper.connect(publisher.address)
        reader = ZmqSubscriber(publisher.address, ["frame/"])
        subscribed, most, seen, gone = 0, 0, [], []
        for n in range(400):
            subscribed += len(publisher.subscriptions())
            picture = np.full(1 << 20, n % 251, np.uint8)
            publisher.publish(Message("frame", {"seq": n}, {"image": picture}, topic="frame/cspad"))
            most = max(most, publisher.waiting_bytes)
            gone += publisher.departures()
            while (message := reader.receive(0.005)) is not None:
                assert (message.arrays["image"] == message.header["seq"] % 251).all()
                seen.append(message.header["seq"])
        reader.close()
    publisher.close()
    assert publisher.reopened > 0
    assert most <= 33 << 20
    assert subscribed >= 3, "who reads is subscribed again"
    assert gone[0] == "frame/"
    assert seen == sorted(seen)
    assert len(seen) > 200
    assert seen[-1] > 380
