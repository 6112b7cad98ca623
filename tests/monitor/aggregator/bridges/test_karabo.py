"""The karabo-bridge client of European XFEL reads every value that we tell it, by each of its sockets and versions."""

import itertools
import sys
from typing import Any

import numpy as np
import pytest
from karabo_bridge import Client

from tests.support.bridged import Bridged, bridged
from tests.support.told import frame, image_at, rows, same, values_at

pytestmark = pytest.mark.processes

CLIENT_SOCKET = {"pub": "SUB", "push": "PULL", "rep": "REQ"}


def check(data: dict[str, Any], meta: dict[str, Any], seq: int) -> None:
    told = {f"{source}/{key}": value for source, values in data.items() for key, value in values.items() if key != "metadata"}
    for path, value in values_at(seq).items():
        found = told.pop(path)
        assert same(found, value), (path, found, value)
    assert told == {
        "event/seconds": seq,
        "event/nanoseconds": 7 * seq,
        "event/fiducials": 3 * seq,
        "event/pipeline_version": 1,
    }
    for source, about in meta.items():
        assert about["source"] == source
        assert about["timestamp.tid"] == seq
        assert about["timestamp.sec"] == str(seq)
        assert about["timestamp.frac"] == f"{7 * seq:09d}{0:09d}"
        assert about["timestamp"] == pytest.approx(seq + 7e-9 * seq)


def connected(running: Bridged, socket: str) -> Client:
    client = Client(running.address, sock=CLIENT_SOCKET[socket], timeout=10)
    if socket != "rep":
        running.wait_for_clients()
    return client


@pytest.mark.parametrize("version", ["2.2", "1.0"])
@pytest.mark.parametrize("socket", ["rep", "pub", "push"])
def test_the_real_client_reads_every_value_with_its_type_and_shape(socket: str, version: str) -> None:
    with bridged("karabo", socket=socket, version=version) as running, connected(running, socket) as client:
        for seq in range(6):
            running.tell(rows(seq, seq + 1))
            check(*client.next(), seq)


def test_the_events_of_a_batch_are_one_message_each() -> None:
    with bridged("karabo", socket="push") as running, connected(running, "push") as client:
        running.tell(rows(100, 200))
        for seq in range(100, 200):
            check(*client.next(), seq)


def test_two_clients_that_ask_take_nothing_from_each_other() -> None:
    with bridged("karabo") as running:
        running.tell(rows(0, 1))
        with connected(running, "rep") as one, connected(running, "rep") as other:
            for client in (one, other):
                check(*client.next(), 0)
            running.tell(rows(1, 4))
            for client, seq in itertools.product((one, other), (1, 2, 3)):
                check(*client.next(), seq)


def test_a_frame_is_a_message_of_its_own() -> None:
    with bridged("karabo", frames=["cspad"]) as running, connected(running, "rep") as client:
        running.tell(frame(5))
        data, meta = client.next()
        assert list(data) == ["cspad"]
        assert np.array_equal(data["cspad"]["image"], image_at(5), equal_nan=True)
        assert data["cspad"]["image"].dtype == np.float32
        assert meta["cspad"]["timestamp.tid"] == 5


def test_only_the_fields_and_events_wanted_are_told() -> None:
    with bridged("karabo", fields=["ipm2/*"], every=10, socket="push") as running, connected(running, "push") as client:
        running.tell(rows(5, 25))
        for seq in (10, 20):
            data, meta = client.next()
            assert set(data) == {"event", "ipm2"}
            assert set(data["ipm2"]) == {"sum", "channels"}
            assert meta["ipm2"]["timestamp.tid"] == seq


def test_a_request_that_is_none_is_answered_with_an_error_and_counted() -> None:
    import zmq

    with bridged("karabo") as running, zmq.Context() as context, context.socket(zmq.REQ) as socket:
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect(running.address)
        socket.send(b"give me all")
        assert socket.poll(5000)
        assert socket.recv() == b"Error: bad request give me all"
        assert running.report()["bad"] == 1


def test_nothing_that_we_send_is_a_pickle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pickle", None)
    with bridged("karabo", socket="push", version="1.0") as running, connected(running, "push") as client:
        running.tell(rows(0, 1))
        check(*client.next(), 0)
