"""The pictures' own way to a browser: a web socket beside Bokeh's, under the same rules of who may come from where.

From the browser, JSON: ``{"wish": {...}}`` (see ``Wish``), ``{"drawn": n}`` after each picture, ``{"read": [row, column], ...}``
for what is under the mouse. To it: pictures (binary, see ``encode``), before the first and then once a second
``{"now": monotonic seconds}``, by which it tells their age, and the answers ``{"read": {...}}``, ``{"refused": why}``.
"""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from bokeh.server.util import check_allowlist
from bokeh.server.views.auth_request_handler import AuthRequestHandler
from tornado.web import authenticated
from tornado.websocket import WebSocketHandler

from dashboards.pictures.hub import Hub, Viewer
from dashboards.pictures.wire import Wire
from dashboards.pictures.wish import said_in, wish_from
from monitor.errors import ProtocolError

PATH = "/pictures"
LONGEST = 1 << 14
MOST_BAD = 20
"""Messages that make no sense before a browser is sent away."""

Reading = Callable[[Viewer, Mapping[str, Any]], Mapping[str, Any]]


class Channel(AuthRequestHandler, WebSocketHandler):  # type: ignore[misc]  # bokeh has no types
    """One browser's web socket."""

    def initialize(self, hub: Hub, reading: Reading) -> None:
        """Take what the routes give.

        Parameters
        ----------
        hub
            Sends the pictures.
        reading
            What is to be said about the place under the mouse.
        """
        self._hub, self._reading, self._bad = hub, reading, 0
        self._wire: Wire | None = None
        self._viewer = Viewer(self._send)

    def check_origin(self, origin: str) -> bool:
        """Pages of this server only, as for Bokeh's own sockets."""
        return bool(check_allowlist(urlsplit(origin).netloc.lower(), getattr(self.application, "websocket_origins", ())))

    @authenticated
    async def open(self) -> None:
        """A browser is there, until it leaves."""
        await self._serve()

    async def _serve(self) -> None:
        """Serve it past tornado, which finds a closed socket afterwards."""
        connection = self.ws_connection
        if connection is None or connection.stream is None:
            return
        # The end of a picture must not wait until its beginning is acknowledged.
        self.set_nodelay(True)
        self._wire = Wire(connection.stream, self.on_message)
        self._hub.enter(self._viewer)
        await self._wire.run()

    def on_message(self, message: str | bytes) -> None:
        """It said something; what makes no sense is counted, and too much of it ends the talk."""
        try:
            if len(message) > LONGEST:
                raise ProtocolError("a browser's message is too long")
            self._take(said_in(message))
        except ProtocolError as error:
            self._bad += 1
            self._send(json.dumps({"refused": str(error)}))
            if self._bad >= MOST_BAD and self._wire is not None:
                self._wire.close(1008, "too many messages that make no sense")

    def _take(self, said: dict[str, Any]) -> None:
        now = time.monotonic()
        if "drawn" in said:
            self._hub.drawn(self._viewer, now)
        elif isinstance(said.get("wish"), dict):
            self._hub.wish(self._viewer, wish_from(said["wish"]), now)
        elif "read" in said:
            self._send(json.dumps({"read": self._reading(self._viewer, said)}))
        else:
            raise ProtocolError("a browser says wish, drawn or read")

    def on_close(self) -> None:
        """It is gone."""
        self._hub.leave(self._viewer)

    def _send(self, content: str | bytes) -> None:
        """Send text or bytes; somebody who has just gone is no event."""
        if self._wire is not None:
            self._wire.send(content)
