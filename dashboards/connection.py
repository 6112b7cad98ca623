"""The way to one browser: what changes in one turn of its session travels as one message."""

from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any

from bokeh.server.connection import ServerConnection


class Connection(ServerConnection):  # type: ignore[misc]  # bokeh has no types
    """Bokeh's connection, which sends a message for every changed property.

    A browser that paints between two messages shows the title of one event above the curve of another, and every message costs
    both sides several frames of the web socket. What is sent is the state at the end of the turn.
    """

    def __init__(self, protocol: Any, socket: Any, application_context: Any, session: Any) -> None:
        super().__init__(protocol, socket, application_context, session)
        # A message is several frames; the second would wait 40 ms until the browser's machine has acknowledged the first.
        socket.set_nodelay(True)
        self._changes: list[Any] = []

    def send_patch_document(self, event: Any) -> Awaitable[None]:
        """Take one change of the document; what comes back is awaited at the end of the turn, the document still locked."""
        self._changes.append(event)
        return _Due(self._send)

    async def _send(self) -> None:
        """Send all changes of the turn; whoever is awaited after that has nothing left to do."""
        if self._changes:
            changes, self._changes = self._changes, []
            await self._socket.send_message(self.protocol.create("PATCH-DOC", changes))


class _Due:
    """What is still to be done, begun by whoever waits for it; a turn that fails waits for nothing."""

    def __init__(self, begin: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._begin = begin

    def __await__(self) -> Generator[Any, None, None]:
        return self._begin().__await__()
