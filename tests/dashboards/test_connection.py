"""Everything that changes in one turn of a session reaches its browser as one message."""

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from bokeh.document import Document
from bokeh.models import ColumnDataSource, Div
from bokeh.protocol import Protocol
from bokeh.server.session import ServerSession

from dashboards.connection import Connection

pytestmark = pytest.mark.processes


class Socket:
    """Keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.at_once = False

    def set_nodelay(self, value: bool) -> None:
        self.at_once = value

    async def send_message(self, message: Any) -> None:
        self.sent.append(message)


class Tab:
    """A session with two models, and browsers that look at it."""

    def __init__(self, browsers: int = 1) -> None:
        self.document, self.title = Document(), Div(text="event 1")
        self.curve = ColumnDataSource(data={"x": np.arange(3.0)})
        self.document.add_root(self.title)
        self.document.add_root(self.curve)
        self.session = ServerSession("tab", self.document)
        self.sockets = [Socket() for _ in range(browsers)]
        for socket in self.sockets:
            Connection(Protocol(), socket, None, self.session)

    def turn(self, act: Callable[[], None]) -> list[list[str]]:
        """Kinds of changes in each message that the first browser gets of one turn."""
        asyncio.run(self.session.with_document_locked(act))
        told = [[event["kind"] for event in message.content["events"]] for message in self.sockets[0].sent]
        self.sockets[0].sent.clear()
        return told

    def draw(self) -> None:
        """As a session of ours does."""
        self.document.hold("combine")
        self.title.text = "event 2"
        self.curve.stream({"x": [3.0]})
        self.document.unhold()


def test_title_and_curve_of_one_turn_are_one_message() -> None:
    tab = Tab()

    assert tab.turn(tab.draw) == [["ModelChanged", "ColumnsStreamed"]]


def test_each_turn_has_its_own_message_and_one_without_changes_none() -> None:
    tab = Tab()

    assert tab.turn(lambda: setattr(tab.title, "text", "one")) == [["ModelChanged"]]
    assert tab.turn(lambda: None) == []
    assert tab.turn(lambda: setattr(tab.title, "text", "two")) == [["ModelChanged"]]


def test_arrays_travel_with_their_message() -> None:
    tab = Tab()
    asyncio.run(tab.session.with_document_locked(lambda: setattr(tab.curve, "data", {"x": np.arange(5.0), "y": np.ones(5)})))

    (message,) = tab.sockets[0].sent
    assert [np.frombuffer(buffer.to_bytes()).tolist() for buffer in message.buffers] == [[0, 1, 2, 3, 4], [1, 1, 1, 1, 1]]


def test_no_frame_of_a_message_waits_until_the_one_before_is_acknowledged() -> None:
    assert Tab().sockets[0].at_once


def test_every_browser_of_a_session_gets_the_whole() -> None:
    tab = Tab(browsers=2)
    tab.turn(tab.draw)

    assert [len(message.content["events"]) for message in tab.sockets[1].sent] == [2]


def test_what_a_turn_had_changed_before_it_failed_comes_with_the_next() -> None:
    """Bokeh itself waits for nothing of a turn that failed, and the browser would never hear of it."""
    tab = Tab()

    def fail() -> None:
        tab.title.text = "half"
        raise ValueError("a plot cannot be drawn")

    with pytest.raises(ValueError, match="cannot be drawn"):
        asyncio.run(tab.session.with_document_locked(fail))
    assert tab.turn(tab.draw) == [["ModelChanged", "ModelChanged", "ColumnsStreamed"]]
