"""The client that can be copied: its decoder agrees with ours on good and bad bytes, and it follows a real service."""

import ast
import random
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pytest

from monitor import client
from monitor.aggregator.publish import Stream
from monitor.client import BadMessage, Monitor, NoAnswer, Refused
from monitor.errors import ProtocolError
from monitor.net.publish import ZmqPublisher
from monitor.net.socket import ZmqRouter
from monitor.wire.message import Message, decode, encode
from monitor.wire.rows import rows_message
from tests.support.some_rows import column, ragged, some_reduced, some_rows

SAMPLE = Message(
    "rows",
    {"first": 3, "nested": {"a": [1, 2, {"b": None}]}, "text": "µ"},
    {
        "c/a": np.arange(5, dtype="<f8"),
        "c/flag": np.array([True, False]),
        "c/text": np.array([b"ab", b"c"]),
        "c/empty": np.zeros((0, 3), "<i4"),
        "f/big": np.zeros((200, 200), "<f4"),
        "events": np.zeros(3, np.dtype([("seconds", "<u4"), ("xy", "<f4", (2,))])),
    },
    "rows/events",
)


def both(parts: list[bytes]) -> tuple[Any, Any]:
    """What each decoder makes of these parts; None if it refuses."""
    try:
        ours = decode(parts)
    except ProtocolError:
        ours = None
    try:
        theirs = client.decode(parts)
    except BadMessage:
        theirs = None
    return ours, theirs


def same(ours: Any, theirs: Any) -> None:
    assert (ours is None) == (theirs is None)
    if ours is not None:
        assert (ours.kind, dict(ours.header), ours.topic) == (theirs.kind, dict(theirs.header), theirs.topic)
        assert list(ours.arrays) == list(theirs.arrays)
        for name, array in ours.arrays.items():
            assert array.dtype == theirs.arrays[name].dtype
            assert array.shape == theirs.arrays[name].shape
            assert array.tobytes() == theirs.arrays[name].tobytes()


def test_both_decoders_read_the_same_from_a_good_message() -> None:
    ours, theirs = both([bytes(part) for part in encode(SAMPLE)])
    assert theirs is not None
    same(ours, theirs)


@pytest.mark.parametrize("seed", range(20))
def test_both_decoders_agree_on_damaged_bytes(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(60):
        parts = [bytearray(part) for part in encode(SAMPLE)]
        for _ in range(rng.randint(1, 3)):
            part = rng.choice(parts[:3])
            if part and rng.random() < 0.8:
                part[rng.randrange(len(part))] = rng.randrange(256)
            else:
                del part[rng.randint(0, len(part)) :]
        if rng.random() < 0.2:
            del parts[rng.randint(0, len(parts)) :]
        same(*both([bytes(part) for part in parts]))


MAD: list[dict[str, Any]] = [
    {"dtype": "|O"},
    {"dtype": "f8"},
    {"dtype": "<V8"},
    {"dtype": "<M8[s]"},
    {"dtype": "<f8,<f8"},
    {"dtype": "|S0"},
    {"dtype": 8},
    {"dtype": []},
    {"dtype": [["a", "<f8"], ["a", "<f8"]]},
    {"dtype": [["a", "|O"]]},
    {"shape": [-1]},
    {"shape": [1 << 62, 1 << 62]},
    {"shape": [0, 1 << 62]},
    {"shape": [1] * 40},
    {"shape": "5"},
    {"part": 9},
    {"part": -1},
    {"at": -8},
    {"at": 1 << 70 - 8},
    {"name": 3},
]


@pytest.mark.parametrize("change", MAD, ids=[str(change)[:40] for change in MAD])
def test_both_decoders_refuse_mad_columns(change: dict[str, Any]) -> None:
    column_entry = {"name": "a", "dtype": "<f8", "shape": [1], "part": 0, "at": 0, **change}
    header = msgpack.packb({"v": 1, "kind": "rows", "columns": [column_entry]})
    assert both([b"", header, bytes(64)]) == (None, None)


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"\xc1",
        msgpack.packb([1]),
        msgpack.packb({"v": 2, "kind": "x", "columns": []}),
        msgpack.packb({"v": 1, "columns": []}),
        msgpack.packb({"v": 1, "kind": "x", "columns": {}}),
        msgpack.packb({"v": 1, "kind": "x", 3: 4}),
        msgpack.packb({"v": 1, "kind": "x", "e": msgpack.ExtType(1, b"x")}),
        b"\x91" * 5000,
        msgpack.packb({"v": 1, "kind": "x", "text": "x" * (1 << 20)}),
    ],
)
def test_both_decoders_refuse_bad_headers(header: bytes) -> None:
    assert both([b"", header]) == (None, None)


@pytest.mark.parametrize("depth", range(12, 20))
def test_both_decoders_draw_the_same_line_for_depth(depth: int) -> None:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    same(*both([b"", msgpack.packb({"v": 1, "kind": "x", "deep": value})]))


def test_the_client_needs_nothing_of_ours() -> None:
    tree = ast.parse(Path(client.__file__).read_text())
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    tops = {str(module).split(".")[0] for module in modules}
    assert tops - set(sys.stdlib_module_names) <= {"numpy", "zmq", "msgpack"}


class Service:
    """A publisher and two routers that answer, in a thread."""

    def __init__(self) -> None:
        self.publisher = ZmqPublisher("tcp://127.0.0.1:0")
        self.reader, self.rows = ZmqRouter("tcp://127.0.0.1:0"), ZmqRouter("tcp://127.0.0.1:0")
        self.stream = Stream(1)
        self.pending: list[Message] = []
        endpoints = {"reader": self.reader.address, "rows": self.rows.address}
        self.stream.stamped(Message("status", {"processed": 5, "endpoints": endpoints}, topic="status"))
        self._leave = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def publish(self, message: Message) -> None:
        """Publish as soon as somebody wants the topic."""
        self.pending.append(message)

    def close(self) -> None:
        self._leave.set()
        self._thread.join()
        for socket in (self.publisher, self.reader, self.rows):
            socket.close()

    def _run(self) -> None:
        while not self._leave.wait(0.005):
            for prefix in self.publisher.subscriptions():
                for message in self.stream.subscribed(prefix):
                    self.publisher.publish(message)
            while self.pending and self.stream.wanted(self.pending[0].topic):
                self._send(self.pending.pop(0))
            for router in (self.reader, self.rows):
                while (received := router.receive()) is not None:
                    router.send(received[0], self._answer(received[1]))

    def _send(self, message: Message) -> None:
        """Publish a message, or have it get lost on the way."""
        stamped = self.stream.stamped(message)
        if message.kind != "lost on the way":
            self.publisher.publish(stamped)

    @staticmethod
    def _answer(message: Message) -> Message:
        request = message.header["request"]
        if message.kind == "history":
            reply = rows_message(some_reduced(0, message.header["last"]), kind="history")
            return Message("history", {**reply.header, "request": request}, reply.arrays)
        if message.header["changes"][0]["path"] == "good":
            return Message("accepted", {"request": request, "version": 4})
        return Message("refused", {"request": request, "why": "there is no such key"})


@pytest.fixture
def service() -> Iterator[Service]:
    running = Service()
    yield running
    running.close()


@pytest.fixture
def monitor(service: Service) -> Iterator[Monitor]:
    with Monitor(service.publisher.address) as connected:
        yield connected


def rows_with_ipm(first: int, stop: int) -> Message:
    seq = np.arange(first, stop)
    ipm = column("ipm/sum", seq * 0.5, unit="V", present=seq % 2 == 0)
    return rows_message(some_reduced(first, stop, rows=some_rows(first, stop, {"ipm/sum": ipm})), topic="rows/events")


def test_rows_come_as_arrays_with_nan_where_absent(service: Service, monitor: Monitor) -> None:
    for first in (0, 3):
        service.publish(rows_with_ipm(first, first + 3))
    service.publish(Message("end", {"stop": 6}, topic="end"))
    got = list(monitor.rows("ipm/sum", timeout_s=5.0))
    assert [rows.first for rows in got] == [0, 3]
    np.testing.assert_array_equal(got[0]["ipm/sum"], [0.0, np.nan, 1.0])
    assert (got[0].run, got[0].units["ipm/sum"], len(got[0])) == (98, "V", 3)
    assert set(got[0].values) == {"ipm/sum"}
    assert monitor.missed == {}


def test_ragged_values_come_apart_by_event() -> None:
    x = ragged("epix/var_droplet/x", [[1.5, 2.5], None, [], [3.5]])
    message = rows_message(some_reduced(0, 4, rows=some_rows(0, 4, {x.field.path: x})), topic="rows/events")
    rows = client.rows_of(client.decode([bytes(part) for part in encode(message)]), [x.field.path])
    assert len(rows) == 4
    assert [rows.of_event(x.field.path, i).tolist() for i in range(4)] == [[1.5, 2.5], [], [], [3.5]]


@pytest.mark.parametrize("lengths", [[1, 0, 0, 1], [4, 0, 0, 0], [-1, 1, 0, 3], [1 << 62, 1 << 62, 1 << 62, (1 << 62) + 3]])
def test_lengths_that_do_not_fit_their_values_are_refused(lengths: list[int]) -> None:
    x = ragged("epix/var_droplet/x", [[1.5, 2.5], None, [], [3.5]])
    message = rows_message(some_reduced(0, 4, rows=some_rows(0, 4, {x.field.path: x})))
    arrays = {**message.arrays, "n/epix/var_droplet/x": np.array(lengths, np.int64)}
    with pytest.raises(BadMessage):
        client.rows_of(client.Message("rows", message.header, arrays))


def test_what_was_missed_is_counted_by_topic(service: Service, monitor: Monitor) -> None:
    service.publish(rows_with_ipm(0, 1))
    for _ in range(3):
        service.publish(Message("lost on the way", {}, topic="rows/events"))
    service.publish(rows_with_ipm(2, 3))
    service.publish(Message("end", {"stop": 6}, topic="end"))
    assert [rows.first for rows in monitor.rows(timeout_s=5.0)] == [0, 2]
    assert monitor.missed == {"rows/events": 3}


def test_a_state_that_is_sent_again_for_others_is_not_new(service: Service, monitor: Monitor) -> None:
    service.publish(Message("run", {"run": 1}, topic="run"))
    assert monitor.latest("run").header["run"] == 1
    with Monitor(service.publisher.address) as other:
        assert other.latest("run").header["run"] == 1
    assert monitor.receive(0.2) is None
    assert monitor.missed == {}


def test_history_and_control_find_their_sockets_by_the_status(service: Service, monitor: Monitor) -> None:
    assert monitor.status()["processed"] == 5
    history = monitor.history("seq", last=4)
    np.testing.assert_array_equal(history["seq"], [0, 1, 2, 3])
    assert monitor.control([{"path": "good", "value": 1}], "me") == 4
    with pytest.raises(Refused, match="no such key"):
        monitor.control([{"path": "bad", "value": 1}], "me")


def test_without_a_service_there_is_no_answer_in_time() -> None:
    start = time.monotonic()
    with Monitor("tcp://127.0.0.1:9") as lonely, pytest.raises(NoAnswer):
        lonely.latest("status", timeout_s=0.2)
    assert time.monotonic() - start < 3.0
