"""One turn of the loop with memory sockets and a memory file."""

import numpy as np
import pytest

from monitor.aggregator.keeper import DirectKeeper
from monitor.aggregator.loop import Loop
from monitor.aggregator.machine import Aggregator
from monitor.net.memory import MemoryRouter
from monitor.net.publish import MemoryPublisher
from monitor.settings import Pages
from monitor.store.memory import MemoryFile
from monitor.wire.aggregator_note import End, EndRun, Epoch, Run, Session
from monitor.wire.group import Cover, Group, group_message
from monitor.wire.note import to_message
from monitor.wire.rows import rows_message
from tests.support.some_rows import some_reduced

pytestmark = pytest.mark.processes

NOTES = [
    Session(base=0),
    Run(run=98, experiment="e81", first=0, seconds=1, nanoseconds=0),
    Epoch(epoch=1, run=98, first=0, stop=4),
    EndRun(run=98, stop=4, complete=True),
    End(stop=4),
]


def test_a_run_goes_through_the_loop_into_the_file_and_the_reader_hears_it() -> None:
    file, reader, peers, stream = MemoryFile("e81", 98), MemoryRouter(), MemoryRouter(), MemoryPublisher()
    loop = Loop(Aggregator(Pages()), peers, reader.dealer("aggregator"), stream, DirectKeeper(lambda order: file), lambda: 1.0)
    worker = peers.dealer("w0")
    stream.new_topics = [""]
    loop.step()
    for note in NOTES:
        reader.send(b"aggregator", to_message(note))
    worker.send(rows_message(some_reduced(0, 4)))
    worker.send(group_message(Group(epoch=1, run=98, worker="w0", covers=(Cover(1, 0, 4),), sums={})))
    for _ in range(10):
        loop.step()
    heard = []
    while (received := reader.receive()) is not None:
        heard.append(received[1].kind)
    assert heard[0] == "hello"
    assert heard[-2:] == ["committed", "bye"]
    assert loop.left
    np.testing.assert_array_equal(file["seq"], [0, 1, 2, 3])
    assert file.finished
    assert [message.topic for message in stream.published][-1] == "end"


def test_what_a_socket_could_not_decode_shows_as_trouble() -> None:
    reader, peers = MemoryRouter(), MemoryRouter()
    machine = Aggregator(Pages())
    loop = Loop(
        machine, peers, reader.dealer("aggregator"), MemoryPublisher(), DirectKeeper(lambda order: MemoryFile("e", 1)), float
    )
    peers.inbox.append((b"w0", [b"", b"no map"]))
    loop.step()
    assert machine.trouble.counts == {"undecodable message from a peer": 1}


def test_an_answer_goes_to_who_asked() -> None:
    reader, peers = MemoryRouter(), MemoryRouter()
    loop = Loop(
        Aggregator(Pages()), peers, reader.dealer("a"), MemoryPublisher(), DirectKeeper(lambda o: MemoryFile("e", 1)), float
    )
    one, other = peers.dealer("one"), peers.dealer("other")
    one.send(rows_message(some_reduced(0, 1)))
    loop.step()
    reply = one.receive()
    assert reply is not None
    assert reply.kind == "who"
    assert other.receive() is None
