"""A forward over real sockets: who has the key reads it with the ordinary client, who has not reads nothing."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import zmq
import zmq.auth
from karabo_bridge import Client

from monitor.aggregator.bridging import run_bridges
from monitor.aggregator.forward import Filter, Forward
from monitor.aggregator.forwarding import Forwarding
from monitor.client import Monitor, Refused
from monitor.errors import ConfigError
from monitor.net import keys
from monitor.net.key_folder import KeyFolder, make_pair
from monitor.net.keys import use_keys
from monitor.net.publish import ZmqPublisher, ZmqSubscriber
from monitor.net.socket import ZmqRouter
from monitor.settings import parse
from monitor.wire.message import Message
from tests.support.told import rows

pytestmark = pytest.mark.processes

PATIENCE_S = 10.0


class Running:
    """A stream that repeats itself, and its forward."""

    def __init__(self, folder: Path, choice: Filter) -> None:
        self.source = ZmqPublisher(f"ipc://{folder}/s")
        self.subscriber = ZmqSubscriber(self.source.address, ())
        self.target = ZmqPublisher("tcp://127.0.0.1:0")
        self.asked: set[str] = set()
        self._forwarding = Forwarding(Forward(choice, session=5), self.subscriber, self.target)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        for socket in (self.subscriber, self.source, self.target):
            socket.close()

    def _run(self) -> None:
        n = 0
        while not self._stop.wait(0.005):
            n += 1
            self.asked.update(self.source.subscriptions())
            self.asked.difference_update(self.source.departures())
            self.source.publish(Message("run", {"run": 98, "n": n, "session": 1}, {}, "run"))
            if "rows/" in self.asked:
                given = rows(10 * n, 10 * n + 10)
                self.source.publish(Message("rows", {**given.header, "n": n, "session": 1}, given.arrays, "rows/events"))
            self._forwarding.step(time.monotonic())


@contextmanager
def running(folder: Path, choice: Filter) -> Iterator[Running]:
    one = Running(folder, choice)
    try:
        yield one
    finally:
        one.close()


@pytest.fixture
def keyed(tmp_path: Path) -> Iterator[Path]:
    for name in ("service", "alice", "mallory"):
        make_pair(tmp_path / "keys", name)
    use_keys(str(tmp_path / "keys"), required=True, insecure=False)
    yield tmp_path
    keys.IDENTITY = keys.Identity()


def hears(folder: Path, address: str, name: str, timeout_s: float) -> bool:
    """Whether somebody with this pair of keys gets anything."""
    with zmq.Context() as context, context.socket(zmq.SUB) as socket:
        socket.setsockopt(zmq.LINGER, 0)
        if name:
            public, secret = zmq.auth.load_certificate(folder / "keys" / f"{name}.key_secret")
            assert secret is not None
            for option, value in ((zmq.CURVE_PUBLICKEY, public), (zmq.CURVE_SECRETKEY, secret)):
                socket.setsockopt(option, value)
            socket.setsockopt(zmq.CURVE_SERVERKEY, KeyFolder(folder / "keys").public)
        socket.setsockopt(zmq.SUBSCRIBE, b"")
        socket.connect(address)
        return bool(socket.poll(int(timeout_s * 1000)))


def test_thinned_rows_arrive_and_nobody_is_asked_for_more_than_somebody_wants(tmp_path: Path) -> None:
    with running(tmp_path, Filter(fields=("ipm2/sum",), every=5)) as one:
        listener = ZmqSubscriber(one.target.address, ("rows/",))
        try:
            message = listener.receive(PATIENCE_S)
            assert message is not None
            seq = message.arrays["c/seq"]
            assert len(seq) == 2
            assert (seq % 5 == 0).all()
            assert message.arrays["c/ipm2/sum"].tolist() == [n / 8 for n in seq]
            assert "c/gas/counts" not in message.arrays
            assert "frame/" not in one.asked
        finally:
            listener.close()
        end = time.monotonic() + PATIENCE_S
        while "rows/" in one.asked and time.monotonic() < end:
            time.sleep(0.01)
        assert "rows/" not in one.asked


def test_the_client_reads_chosen_fields_from_a_forward_as_from_the_service(tmp_path: Path) -> None:
    with running(tmp_path, Filter(every=5)) as one, Monitor(one.target.address) as monitor:
        seen: list[int] = []
        for table in monitor.rows("ipm2/sum", every=2, timeout_s=PATIENCE_S):
            assert table["ipm2/sum"].tolist() == [n / 8 for n in table.seq]
            assert "gas/counts" not in table
            seen += table.seq.tolist()
            if len(seen) > 5:
                break
        assert seen == list(range(seen[0], seen[-1] + 1, 10))
        thinned = next(monitor.rows(timeout_s=PATIENCE_S))
        assert (thinned.seq % 5 == 0).all()
        assert thinned["ipm2/sum"].tolist() == [n / 8 for n in thinned.seq]


def test_a_client_that_wants_rows_where_none_go_on_is_told_so(tmp_path: Path) -> None:
    with (
        running(tmp_path, Filter(topics=("frame/",))) as one,
        Monitor(one.target.address) as monitor,
        pytest.raises(Refused, match="no rows go on"),
    ):
        next(monitor.rows("ipm2/sum", timeout_s=PATIENCE_S))


def test_with_keys_only_who_is_in_the_list_reads(keyed: Path) -> None:
    public, _ = zmq.auth.load_certificate(keyed / "keys" / "alice.key")
    KeyFolder(keyed / "keys").allow(public.decode(), "alice", frozenset({"read"}))
    with running(keyed, Filter()) as one:
        assert hears(keyed, one.target.address, "alice", PATIENCE_S)
        assert not hears(keyed, one.target.address, "mallory", 0.5)
        assert not hears(keyed, one.target.address, "", 0.5)


def test_a_forward_reads_a_guarded_stream_by_the_key_of_its_server(keyed: Path) -> None:
    server = KeyFolder(keyed / "keys").public.decode()
    with running(keyed, Filter()) as one:
        second = ZmqSubscriber(one.target.address, ("run",), server_key=server)
        wrong = ZmqSubscriber(one.target.address, ("run",), server_key="a" * 40)
        try:
            assert second.receive(PATIENCE_S) is not None
            assert wrong.receive(0.3) is None
        finally:
            second.close()
            wrong.close()


def test_a_server_key_without_keys_of_ones_own_is_refused() -> None:
    with pytest.raises(ConfigError, match="xtcmon keys make"):
        ZmqSubscriber("tcp://127.0.0.1:5580", ("",), server_key="a" * 40)


def test_a_bridge_reads_a_guarded_stream_and_tells_a_guarded_socket_what_became_of_it(keyed: Path) -> None:
    server = KeyFolder(keyed / "keys").public.decode()
    settings = parse({"bridge": [{"kind": "karabo", "socket": "pub", "address": "tcp://127.0.0.1:0"}]})
    stop, told = threading.Event(), ZmqRouter("tcp://127.0.0.1:0")
    assert told.gate is not None
    with running(keyed, Filter()) as one:
        arguments = (settings, one.target.address, told.address, stop)
        bridges = threading.Thread(target=run_bridges, args=arguments, kwargs={"server_key": server})
        bridges.start()
        try:
            report = told.receive(PATIENCE_S)
            assert report is not None
            with Client(report[1].header["bridges"]["karabo"]["address"], sock="SUB", timeout=PATIENCE_S) as client:
                data, meta = client.next()
            assert data["ipm2"]["sum"] == meta["ipm2"]["timestamp.tid"] / 8
        finally:
            stop.set()
            bridges.join()
            told.close()
