"""The process of the bridges counts what it missed, and tells the aggregator what became of the rest."""

from monitor.aggregator.bridging import Bridging
from monitor.aggregator.dialect import DIALECTS, FOLDER, SocketSpeaker
from monitor.aggregator.machine import Aggregator
from monitor.net.memory import MemoryRouter
from monitor.net.outlet import MemoryOutlet
from monitor.plugins import load_folder
from monitor.settings import Bridge, Pages
from monitor.wire.message import Message
from tests.support.told import rows

load_folder(FOLDER)


class Source:
    """Messages that wait."""

    def __init__(self, *messages: Message) -> None:
        self.bad = 0
        self._messages = list(messages)

    def receive(self, timeout_s: float = 0.0) -> Message | None:
        return self._messages.pop(0) if self._messages else None


def numbered(message: Message, n: int, session: int = 1) -> Message:
    return Message(message.kind, {**message.header, "n": n, "session": session}, message.arrays, message.topic)


def speaker(outlet: MemoryOutlet) -> SocketSpeaker:
    from monitor.aggregator.bridges.bsread import BsRead

    settings = Bridge(kind="bsread", address="tcp://127.0.0.1:0")
    return SocketSpeaker(settings, BsRead(settings), outlet)


def test_what_came_is_told_on_and_what_is_missing_counted() -> None:
    outlet, router = MemoryOutlet(), MemoryRouter()
    source = Source(numbered(rows(0, 4), 1), numbered(rows(4, 6), 5), numbered(rows(4, 6), 5), numbered(rows(6, 7), 1, session=2))
    bridging = Bridging([speaker(outlet)], source, router.dealer("bridges"), clock=lambda: 0.0)
    assert bridging.step()
    assert not bridging.step()
    assert len(outlet.messages) == 7
    received = router.receive()
    assert received is not None
    told = received[1].header
    assert told["missed"] == 3
    assert told["bridges"]["bsread"] == {
        "kind": "bsread",
        "address": "memory",
        "sent": 7,
        "lost": 0,
        "bad": 0,
        "clients": 1,
    }


def test_messages_that_nobody_takes_and_broken_ones_are_counted() -> None:
    outlet = MemoryOutlet()
    outlet.room = False
    one = speaker(outlet)
    one.take(rows(0, 3))
    one.take(Message("rows", {"first": 0}, {}, "rows/events"))
    one.take(Message("status", {}, {}, "status"))
    assert {key: one.report()[key] for key in ("sent", "lost", "bad")} == {"sent": 0, "lost": 3, "bad": 1}


def test_the_status_shows_what_the_bridges_told() -> None:
    machine = Aggregator(Pages())
    machine.from_peer(b"bridges", Message("bridge_status", {"bridges": {"karabo": {"sent": 3}}, "missed": 2}), 0.0)
    (status,) = [message for message in machine.view.due(1.0, dict) if message.topic == "status"]
    assert status.header["bridges"] == {"bridges": {"karabo": {"sent": 3}}, "missed": 2}


def test_a_bridge_status_that_is_none_is_trouble() -> None:
    machine = Aggregator(Pages())
    machine.from_peer(b"bridges", Message("bridge_status", {"bridges": 3, "missed": 2}), 0.0)
    assert machine.view.bridges == {}
    assert any("bridge_status" in text for text in machine.trouble.counts)


def test_every_dialect_is_known_by_name() -> None:
    assert [name for name, _ in DIALECTS.items()] == ["array-1.0", "bsread", "crystfel", "dectris", "http", "karabo"]
