"""HTTP with JSON, and server-sent events, for anything that has neither ZeroMQ nor Python."""

import socket
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from monitor.aggregator.board import STATES, Board, columns_of, npy_bytes
from monitor.aggregator.dialect import DIALECTS, ROWS, Speaker, frame_topics, options_of
from monitor.aggregator.json_text import json_text
from monitor.errors import ConfigError, ProtocolError, Unusable
from monitor.net.address import check_address, is_loopback
from monitor.settings import Bridge, Section
from monitor.wire.message import Message

CONNECTIONS = 128
"""Clients served at the same time; more are sent away."""

PATIENCE_S = 10.0
"""Longest time that a client may take to send a request or to take a piece of an answer."""

BREATH_S = 0.5
"""How often somebody who follows is looked after, even if nothing is new."""

LAST, MOST = 100, 10_000
"""Rows given if the request does not say how many, and at most."""


class Options(Section):
    """There are no further keys."""


class Server(ThreadingHTTPServer):
    """One thread per client, as many as allowed."""

    daemon_threads = True
    request_queue_size = CONNECTIONS

    def __init__(self, host: str, port: int, board: Board) -> None:
        self.board = board
        self.local = is_loopback(host)
        self.sent = self.bad = self.refused = 0
        self.leaving = threading.Event()
        self._clients: dict[socket.socket, threading.Thread] = {}
        self._clients_lock = threading.Lock()
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), Handler)

    @property
    def clients(self) -> int:
        """Clients that are served now."""
        with self._clients_lock:
            return len(self._clients)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve one client, if there are not too many."""
        with self._clients_lock:
            room = len(self._clients) < CONNECTIONS
            if room:
                thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
                self._clients[request] = thread
                thread.start()
        if not room:
            self.refused += 1
            self.shutdown_request(request)

    def shutdown_request(self, request: Any) -> None:
        """Let go of one client."""
        with self._clients_lock:
            self._clients.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that breaks off, or speaks nonsense, is counted."""
        self.bad += 1

    def end(self) -> None:
        """Send everybody away and wait until the last one has gone."""
        self.leaving.set()
        with self._clients_lock:
            clients = dict(self._clients)
        for client in clients:
            try:
                client.shutdown(socket.SHUT_RDWR)
            except OSError:
                # It has gone by itself.
                continue
        for thread in clients.values():
            thread.join(PATIENCE_S)


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: Server
    timeout = PATIENCE_S
    server_version = "xtcmon"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer, or say what there is instead."""
        if self.server.local and not is_loopback(urlsplit(f"//{self.headers.get('Host', 'localhost')}").hostname or ""):
            # A page of somebody else's, made to look like this machine by its name server, must not read the data.
            self._say(403, {"error": "this name is not the one of this machine"})
            return
        address = urlsplit(self.path)
        asked = {key: values[-1] for key, values in parse_qs(address.query).items()}
        self._answer(unquote(address.path).strip("/"), asked)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What is no request is counted."""
        self.server.bad += 1
        super().send_error(code, message, explain)

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are counted, not logged."""

    def _answer(self, path: str, asked: dict[str, str]) -> None:
        board = self.server.board
        fields = [name for name in asked.get("fields", "").split(",") if name]
        if path == "rows":
            self._say(200, board.rows(_count(asked.get("last", "")), fields))
        elif path == "events":
            self._follow(fields, set(filter(None, asked.get("topics", "").split(","))))
        elif path.startswith("frame/"):
            self._frame(path.removeprefix("frame/"))
        elif path in STATES.values() and (state := board.state(path)) is not None:
            self._say(200, state)
        else:
            known = ["rows", "events", *board.words]
            self._say(404 if path else 200, {"paths": known})

    def _frame(self, name: str) -> None:
        found = self.server.board.frame(name.removesuffix(".npy"))
        if found is None:
            self._say(404, {"paths": self.server.board.words})
            return
        moment, image, unit = found
        if name.endswith(".npy"):
            self._send(200, "application/octet-stream", npy_bytes(image))
            return
        about = {"seq": moment.seq, "time": moment.time, "fiducials": moment.fiducials, "unit": unit}
        self._say(200, {**about, "dtype": image.dtype.name, "shape": image.shape})

    def _follow(self, fields: list[str], topics: set[str]) -> None:
        """Send what is new until the client leaves."""
        follower = self.server.board.follow()
        if follower is None:
            self._say(503, {"error": "too many follow already"})
            return
        try:
            self._head(200, "text/event-stream")
            while not self.server.leaving.is_set():
                news = follower.get(BREATH_S)
                if news is None:
                    # A line that means nothing finds out whether the client is still there.
                    self.wfile.write(b":\n\n")
                elif not topics or news[0] in topics:
                    content = columns_of(news[1], fields) if news[0] == "rows" else news[1]
                    self.wfile.write(f"event: {news[0]}\ndata: {json_text(content)}\n\n".encode())
                    self.server.sent += 1
        finally:
            self.server.board.leave(follower)

    def _say(self, code: int, content: Any) -> None:
        self._send(code, "application/json", json_text(content).encode())

    def _send(self, code: int, kind: str, body: bytes) -> None:
        self._head(code, kind, len(body))
        self.wfile.write(body)
        self.server.sent += 1

    def _head(self, code: int, kind: str, length: int | None = None) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()


class HttpSpeaker:
    """The server and its board."""

    def __init__(self, settings: Bridge, host: str, port: int) -> None:
        self.name, self._kind = settings.name or settings.kind, settings.kind
        self.topics = (ROWS, *STATES, *frame_topics(settings))
        self._board = Board(settings.fields, settings.every)
        self._bad = 0
        try:
            self._server = Server(host, port, self._board)
        except OSError as error:
            raise Unusable(f"{settings.address} cannot be used: {error.strerror}; choose another address") from error
        self.port = self._server.server_port
        self._address = f"http://{f'[{host}]' if ':' in host else host}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="http-bridge")
        self._thread.start()

    @property
    def sockets(self) -> Sequence[Any]:
        """Clients are served by threads of their own."""
        return ()

    def take(self, message: Message) -> None:
        """Keep what a message says; one that breaks the rules is counted."""
        try:
            self._board.take(message)
        except ProtocolError:
            self._bad += 1

    def serve(self) -> None:
        """Clients are served by threads of their own."""

    def report(self) -> dict[str, Any]:
        """What became of the requests."""
        server = self._server
        lost = self._board.lost + server.refused
        counts = {"sent": server.sent, "lost": lost, "bad": server.bad + self._bad, "clients": server.clients}
        return {"kind": self._kind, "address": self._address, **counts}

    def close(self) -> None:
        """Give the port free."""
        self._server.shutdown()
        self._server.end()
        self._server.server_close()
        self._thread.join()


class Http:
    """Opens the server."""

    def check(self, settings: Bridge) -> None:
        """Refuse settings that cannot be meant."""
        options_of(settings, Options)
        if settings.socket:
            raise ConfigError("http has no kinds of sockets; leave this out", key=f"bridge.{settings.kind}.socket")
        check_address(_tcp(settings.address), bind=True, insecure=settings.insecure)
        if not _tcp(settings.address).startswith("tcp://"):
            raise ConfigError("write http://127.0.0.1:8090", key=f"bridge.{settings.kind}.address")

    def open(self, settings: Bridge) -> Speaker:
        """Begin to serve."""
        self.check(settings)
        parts = urlsplit(_tcp(settings.address))
        return HttpSpeaker(settings, parts.hostname or "", parts.port or 0)


def _count(text: str) -> int:
    """How many rows are wanted."""
    return min(int(text), MOST) if text.isascii() and text.isdigit() and len(text) < 10 else LAST


def _tcp(address: str) -> str:
    """The address as those of sockets are written."""
    return "tcp://" + address.removeprefix("http://").rstrip("/") if address.startswith("http://") else address


DIALECTS.add("http", Http())
