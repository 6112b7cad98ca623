"""The desk with memory sockets, one turn at a time: permission, refusals in words, gifts, and noise."""

from typing import Any, Literal

import numpy as np
import pytest

from monitor.aggregator.desk.desk import Desk
from monitor.aggregator.desk.thread import MOST_GIFTS, DeskThread
from monitor.aggregator.joiner import Columns
from monitor.errors import ProtocolError
from monitor.net.key_folder import Client
from monitor.net.memory import MemoryDealer, MemoryRouter
from monitor.net.noise import noise
from monitor.wire.client_note import MeansRequest
from monitor.wire.message import Message
from tests.support.some_rows import some_reduced

pytestmark = pytest.mark.processes


class World:
    """A desk, one client and a reader that accepts everything."""

    def __init__(self, *, control: Literal["anyone", "nobody"] = "anyone", rights: set[str] | None = None) -> None:
        self.router, self.reader = MemoryRouter(), MemoryRouter()
        if rights is not None:
            self.router = GuardedRouter(rights)
        self.client: MemoryDealer = self.router.dealer("me")
        self.desk = DeskThread(Desk(100, 4), self.router, self.reader.dealer("desk"), control=control)

    def ask(self, kind: str, arrays: dict[str, Any] | None = None, **header: Any) -> Message | None:
        self.client.send(Message(kind, header, arrays or {}))
        self.desk.step(100.0)
        while (asked := self.reader.receive()) is not None:
            answer = {"request": asked[1].header["request"], "version": 7, "author": asked[1].header.get("author")}
            self.reader.send(asked[0], Message("accepted", answer))
        self.desk.step(100.0)
        return self.client.receive()


class GuardedRouter(MemoryRouter):
    """Twin of a router with keys: every message comes from Alice."""

    def __init__(self, rights: set[str]) -> None:
        super().__init__()
        self.user = "alice's key"
        self.gate = self
        self._rights = frozenset(rights)

    def may(self, user: str, right: str) -> Client | None:
        return Client("alice", self._rights) if right in self._rights else None


def why(answer: Message | None) -> str:
    assert answer is not None
    assert answer.kind == "refused"
    return str(answer.header["why"])


def test_a_change_goes_to_the_reader_and_its_answer_comes_back_under_the_clients_own_number() -> None:
    answer = World().ask("control", request=42, changes=[], author="me")
    assert answer is not None
    assert (answer.kind, answer.header["request"], answer.header["version"]) == ("accepted", 42, 7)


def test_a_key_tells_who_changes_something_whatever_he_calls_himself() -> None:
    answer = World(rights={"read", "control"}).ask("control", request=1, changes=[], author="bob")
    assert answer is not None
    assert answer.header["author"] == "alice (bob)"


@pytest.mark.parametrize("kind", ["control", "undo", "command"])
def test_who_may_not_change_anything_is_told_so(kind: str) -> None:
    assert "--may control" in why(World(rights={"read"}).ask(kind, request=1, author="me"))
    assert "nobody" in why(World(control="nobody").ask(kind, request=1, author="me"))


def test_who_may_not_publish_is_told_so() -> None:
    assert "--may publish" in why(World(rights={"read"}).ask("plot", request=1, topic="a", plot={"kind": "XYPlot"}))


def test_a_key_that_lost_its_rights_gets_nothing_more() -> None:
    assert "not allowed here any more" in why(World(rights=set()).ask("sums", request=1))


def test_a_reader_that_does_not_answer_is_told_after_a_while() -> None:
    world = World()
    world.client.send(Message("undo", {"request": 5}))
    world.desk.step(100.0)
    world.desk.step(111.0)
    assert "does not answer" in why(world.client.receive())


def test_history_is_that_of_the_rows_shown_and_of_this_run_alone_if_wished() -> None:
    world = World()
    world.desk.take(some_reduced(0, 5, run=97))
    world.desk.take(some_reduced(8, 12, run=98))
    answer = world.ask("history", request=1, fields=["seq"], last=6)
    assert answer is not None
    assert answer.arrays["c/seq"].tolist() == [3, 4, 8, 9, 10, 11]
    assert (answer.header["stop"], answer.header["oldest"], answer.header["run_first"]) == (12, 0, 8)
    answer = world.ask("history", request=2, fields=[], last=50, this_run=True, every=2, before=11)
    assert answer is not None
    assert answer.arrays["c/seq"].tolist() == [8, 10]


@pytest.mark.parametrize(
    "wish", [{"fields": 3, "last": 1}, {"fields": [], "last": -1}, {"fields": [], "last": 1, "every": 0}, {"last": 1}]
)
def test_a_wish_that_is_not_understood_is_refused(wish: dict[str, Any]) -> None:
    assert why(World().ask("history", request=1, **wish))


def test_columns_are_named_by_key_and_handed_on() -> None:
    world = World(rights={"read", "publish"})
    arrays = {"seq": np.array([3, 5]), "c/delay": np.array([1.5, 2.5])}
    answer = world.ask("columns", arrays, request=1, client="bob", fields={"delay": "ps"})
    assert answer is not None
    assert answer.kind == "accepted"
    gift = world.desk.given()
    assert isinstance(gift, Columns)
    assert list(gift.columns) == ["user/alice/delay"]
    assert gift.columns["user/alice/delay"].field.unit == "ps"


@pytest.mark.parametrize(
    ("header", "arrays"),
    [
        ({"client": "a/b"}, {}),
        ({"client": ""}, {}),
        ({"fields": {}}, {}),
        ({"fields": {"../x": ""}}, {"c/../x": np.zeros(2)}),
        ({"fields": {"x": 3}}, {}),
        ({}, {"seq": np.array([5, 3])}),
        ({}, {"seq": np.array([-1, 3])}),
        ({}, {"seq": np.zeros(0, np.int64), "c/x": np.zeros(0)}),
        ({}, {"seq": np.array([1.0, 2.0])}),
        ({}, {"c/x": np.zeros(3)}),
        ({}, {"c/x": np.array([b"a", b"b"])}),
        ({}, {"c/x": np.zeros((2, 2000))}),
    ],
)
def test_columns_that_cannot_be_written_are_refused(header: dict[str, Any], arrays: dict[str, Any]) -> None:
    good = {"client": "me", "fields": {"x": "mm"}}
    values = {"seq": np.array([3, 5]), "c/x": np.zeros(2)}
    world = World()
    assert why(world.ask("columns", {**values, **arrays}, request=1, **{**good, **header}))
    assert world.desk.given() is None


def test_a_plot_that_is_sent_too_often_is_thinned_to_its_newest() -> None:
    world = World()
    for i in range(10):
        world.client.send(Message("plot", {"topic": "a", "plot": {"kind": "XYPlot", "ts": i}}))
    world.desk.step(100.0)
    first, second = world.desk.given(), world.desk.given()
    assert isinstance(first, Message)
    assert (first.topic, first.header["plot"]["ts"], second) == ("plot/a", 9, None)


def test_more_columns_than_the_loop_takes_are_counted_and_dropped() -> None:
    world = World()
    for i in range(MOST_GIFTS + 5):
        world.client.send(Message("columns", {"client": "me", "fields": {"x": ""}}, {"seq": np.array([i]), "c/x": np.zeros(1)}))
    for _ in range(10):
        world.desk.step(100.0)
    assert world.desk.bad == 5


@pytest.mark.parametrize("seed", range(5))
def test_noise_is_dropped_or_refused_in_words_and_counted(seed: int) -> None:
    world = World()
    world.desk.take(some_reduced(0, 5))
    for parts, _ in zip(noise(seed), range(1000), strict=False):
        world.router.inbox.append((b"me", parts))
    for _ in range(20):
        world.desk.step(100.0)
    refusals = 0
    while (answer := world.client.receive()) is not None:
        refusals += answer.kind == "refused" and bool(answer.header["why"])
    assert world.desk.bad > 400
    assert world.desk.bad + refusals <= 1000
    answer = world.ask("history", request=1, fields=["seq"], last=2)
    assert answer is not None
    assert answer.arrays["c/seq"].tolist() == [3, 4]


def test_a_bug_in_the_desk_ends_the_process_and_is_not_hidden() -> None:
    world = World()
    world.desk._desk.take = lambda item: 1 / 0  # type: ignore[assignment, method-assign]
    world.desk.take(some_reduced(0, 5))
    world.desk.start()
    world.desk._thread.join(10.0)
    with pytest.raises(RuntimeError, match="desk has failed"):
        world.desk.take(some_reduced(0, 5))
    world.desk.close()


def test_an_unknown_request_is_refused_by_naming_those_there_are() -> None:
    assert "history" in why(World().ask("dance", request=1))
    with pytest.raises(ProtocolError):
        Desk(10, 1).frames.newest("cspad", 1)


def test_a_wish_for_new_means_is_handed_to_the_loop_with_the_name_of_who_may_change_things() -> None:
    world = World(rights={"read", "control"})
    answer = world.ask("means", request=3, begin="now", author="bob")

    assert answer is not None
    assert (answer.kind, answer.header["request"]) == ("accepted", 3)
    assert world.desk.given() == MeansRequest(request=3, begin="now", author="alice (bob)")
    assert "now" in why(world.ask("means", request=4, begin="yesterday", author="bob"))
    assert world.desk.given() is None


def test_who_may_only_read_has_no_means_begin_anew() -> None:
    world = World(rights={"read"})
    assert "--may control" in why(world.ask("means", request=1, begin="now", author="me"))
    assert world.desk.given() is None
