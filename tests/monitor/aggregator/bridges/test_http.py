"""The JSON and event-stream face, read with Python's own HTTP client."""

import http.client
import io
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

from monitor.wire.message import Message
from tests.support.bridged import Bridged, bridged
from tests.support.told import frame, image_at, rows, values_at

pytestmark = pytest.mark.processes

STATUS = Message("status", {"rate": 120.0, "lag": float("nan"), "reader": {"run": 98}}, {}, "status")


@pytest.fixture
def running() -> Iterator[Bridged]:
    with bridged("http", address="http://127.0.0.1:0", frames=["cspad"]) as one:
        yield one


def get(running: Bridged, path: str, **headers: str) -> tuple[int, str, bytes]:
    where = urlsplit(running.address)
    connection = http.client.HTTPConnection(where.hostname or "", where.port or 0, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read()
    finally:
        connection.close()


@contextmanager
def followed(running: Bridged, query: str = "") -> Iterator[http.client.HTTPResponse]:
    where = urlsplit(running.address)
    connection = http.client.HTTPConnection(where.hostname or "", where.port or 0, timeout=10)
    connection.request("GET", f"/events{query}")
    answer = connection.getresponse()
    try:
        yield answer
    finally:
        answer.close()
        connection.close()


def news(answer: http.client.HTTPResponse) -> tuple[str, Any]:
    """The next thing that is told, passing over the lines that mean nothing."""
    while True:
        line = answer.readline().decode()
        assert line, "the server hung up"
        if line.startswith("event: "):
            return line[7:].strip(), json.loads(answer.readline().decode()[6:])


def listed(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else value


def test_the_newest_rows_have_every_value(running: Bridged) -> None:
    running.tell(rows(0, 10), rows(10, 20))
    code, kind, body = get(running, "/rows?last=13")
    assert (code, kind) == (200, "application/json")
    events = json.loads(body)
    assert [event["seq"] for event in events] == list(range(7, 20))
    for event in events:
        told = {path: listed(value) for path, value in values_at(event["seq"]).items()}
        assert event["values"] == told | {"pipeline_version": 1}
        assert event["fiducials"] == 3 * event["seq"]


def test_only_the_fields_asked_for_are_given(running: Bridged) -> None:
    running.tell(rows(0, 3))
    events = json.loads(get(running, "/rows?fields=ipm2/sum,laser/*")[2])
    assert [set(event["values"]) for event in events] == [{"ipm2/sum", "laser/on"}] * 3


def test_a_state_is_json_and_what_is_no_number_is_null(running: Bridged) -> None:
    running.tell(STATUS)
    assert json.loads(get(running, "/status")[2]) == {"rate": 120.0, "lag": None, "reader": {"run": 98}}


def test_a_frame_is_a_numpy_file(running: Bridged) -> None:
    running.tell(frame(4))
    code, _, body = get(running, "/frame/cspad.npy")
    assert code == 200
    assert np.array_equal(np.load(io.BytesIO(body), allow_pickle=False), image_at(4), equal_nan=True)
    assert json.loads(get(running, "/frame/cspad")[2])["shape"] == [3, 4]


def test_what_is_not_there_is_404_with_what_there_is(running: Bridged) -> None:
    running.tell(STATUS)
    code, _, body = get(running, "/nothing")
    assert (code, json.loads(body)) == (404, {"paths": ["rows", "events", "status"]})


def test_who_follows_gets_the_present_state_and_then_the_rows(running: Bridged) -> None:
    running.tell(STATUS)
    with followed(running, "?fields=gas/counts") as answer:
        assert news(answer)[0] == "status"
        running.tell(rows(5, 8))
        word, content = news(answer)
        assert (word, content["seq"]) == ("rows", [5, 6, 7])
        assert content["values"] == {"gas/counts": [2**40 + seq for seq in (5, 6, 7)]}


def test_absent_values_are_null_in_the_events(running: Bridged) -> None:
    with followed(running, "?topics=rows&fields=adc/value") as answer:
        running.tell(rows(2, 5))
        assert news(answer)[1]["values"] == {"adc/value": [-2, None, -4]}


def test_who_does_not_read_loses_messages_and_slows_nobody(running: Bridged) -> None:
    where = urlsplit(running.address)
    with socket.create_connection((where.hostname, where.port or 0)) as asleep:
        asleep.sendall(b"GET /events HTTP/1.0\r\n\r\n")
        with followed(running, "?topics=rows&fields=gas/counts") as awake:
            running.wait_for_clients(2)
            for seq in range(0, 300_000, 100):
                running.tell(rows_cached(seq))
            assert running.report()["lost"] > 0
            assert news(awake)[0] == "rows"


_ROWS = rows(0, 100)


def rows_cached(first: int) -> Message:
    return Message(_ROWS.kind, {**_ROWS.header, "first": first}, _ROWS.arrays, _ROWS.topic)


def test_a_page_under_another_name_is_shut_out(running: Bridged) -> None:
    assert get(running, "/", Host="evil.example:8090")[0] == 403
    assert get(running, "/", Host="localhost")[0] == 200


def test_noise_is_counted_and_the_next_one_served(running: Bridged) -> None:
    where = urlsplit(running.address)
    for noise in (b"\0\xff" * 2000 + b"\n", b"GET", b"POST / HTTP/1.1\r\n\r\n"):
        with socket.create_connection((where.hostname, where.port or 0)) as one:
            one.sendall(noise)
            one.shutdown(socket.SHUT_WR)
            while one.recv(65536):
                continue
    assert get(running, "/")[0] == 200
    assert running.report()["bad"] == 3


def test_a_wish_for_countless_rows_is_no_trouble(running: Bridged) -> None:
    running.tell(rows(0, 3))
    assert len(json.loads(get(running, f"/rows?last={'9' * 5000}")[2])) == 3
    assert running.report()["bad"] == 0
