"""Messages that no honest peer sends, for rehearsals: random parts, huge headers, other versions, half messages."""

import random
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import msgpack
import zmq

from monitor.net.parts import connect, end, made_socket
from monitor.wire.message import HEADER_LIMIT, VERSION

KINDS = (
    "hello",
    "rows",
    "group",
    "history",
    "frames",
    "sums",
    "control",
    "undo",
    "command",
    "plot",
    "columns",
    "log",
    "batch",
    "x",
)
PATIENCE_MS = 5000


def noise(seed: int) -> Iterator[list[bytes]]:
    """Parts of one mad message after the other, without end."""
    rng = random.Random(seed)
    while True:
        yield rng.choice((_random_parts, _huge_header, _other_version, _half, _mad_fields, _mad_columns))(rng)


def send_noise(address: str, count: int, *, seed: int = 0, subscriptions: bool = False) -> None:
    """Send so many mad messages to a bound socket; with ``subscriptions`` to one that takes those and nothing else."""
    sender = made_socket(zmq.XSUB if subscriptions else zmq.DEALER, 1000)
    connect(sender, address)
    try:
        for parts, _ in zip(noise(seed), range(count), strict=False):
            if not sender.poll(PATIENCE_MS, zmq.POLLOUT):
                return
            if subscriptions:
                parts = [bytes([parts[-1][0] % 4 if parts[-1] else 1]) + parts[-1][:200], *parts[2:]]
            sender.send_multipart(parts)
    finally:
        end(sender, linger_s=1.0)


def break_off(address: str, count: int, *, seed: int = 0) -> None:
    """Open so many tcp connections and leave in the middle of a word; some stay silent for a moment."""
    rng, parts = random.Random(seed), urlsplit(address)
    greeting = b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(48)
    for _ in range(count):
        with socket.create_connection((parts.hostname, parts.port), timeout=5.0) as wire:
            wire.sendall(rng.choice((greeting[: rng.randrange(len(greeting))], greeting + rng.randbytes(40), rng.randbytes(90))))
            if rng.random() < 0.05:
                time.sleep(0.01)


def _random_parts(rng: random.Random) -> list[bytes]:
    return [rng.randbytes(rng.randrange(200)) for _ in range(rng.randint(1, 6))]


def _huge_header(rng: random.Random) -> list[bytes]:
    return [b"", bytes(HEADER_LIMIT + 1)] if rng.random() < 0.02 else [b"", b"\x91" * rng.randrange(20_000)]


def _other_version(rng: random.Random) -> list[bytes]:
    return [b"", msgpack.packb({"v": rng.choice((0, 2, -1, "1", None, 1.5)), "kind": rng.choice(KINDS), "columns": []})]


def _half(rng: random.Random) -> list[bytes]:
    whole = msgpack.packb({"v": VERSION, "kind": rng.choice(KINDS), "request": 1, "fields": {}, "columns": []})
    return [b"", whole[: rng.randrange(len(whole))]]


def _mad_fields(rng: random.Random) -> list[bytes]:
    """A header that is well formed, with values that nobody means."""
    values: tuple[object, ...] = (
        None,
        -1,
        1 << 63,
        1e308,
        float("nan"),
        "",
        "x" * 500,
        [],
        {},
        [[]],
        {"a": {"b": []}},
        True,
        b"\0",
    )
    names = (
        "request",
        "fields",
        "last",
        "since",
        "every",
        "first",
        "count",
        "covers",
        "detector",
        "topic",
        "plot",
        "client",
        "role",
    )
    header = {name: rng.choice(values) for name in rng.sample(names, rng.randrange(len(names)))}
    return [b"", msgpack.packb({**header, "v": VERSION, "kind": rng.choice(KINDS), "columns": []})]


def _mad_columns(rng: random.Random) -> list[bytes]:
    """Arrays that do not fit what is said of them."""
    column = {
        "name": rng.choice(("c/a", "seq", "a/0", 3)),
        "dtype": rng.choice(("<f8", "|O", "<i8", "V8", "<U99999999", [["a", "<f8"]])),
        "shape": rng.choice(([], [1], [-1], [1 << 62, 1 << 62], [3], "x", [0, 1 << 50])),
        "part": rng.choice((0, 1, -1, 99)),
        "at": rng.choice((0, 8, -8, 1 << 70 - 8)),
    }
    return [b"", msgpack.packb({"v": VERSION, "kind": rng.choice(KINDS), "columns": [column]}), rng.randbytes(24)]
