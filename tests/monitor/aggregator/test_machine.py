"""The machine's answers to single messages; delivery as a whole is in ``test_delivery``."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from monitor.aggregator.instruction import Commit, Config, FinishRun, Instruction, OpenRun, Publish, ToPeer, ToReader
from monitor.aggregator.machine import Aggregator
from monitor.aggregator.runs import Recovered
from monitor.aggregator.since import Since
from monitor.settings import Pages
from monitor.wire.aggregator_note import End, EndRun, Epoch, Lost, ReaderStatus, Run, Session
from monitor.wire.group import Cover, Group, group_message
from monitor.wire.message import Message
from monitor.wire.note import Note, to_message
from monitor.wire.rows import rows_message
from monitor.wire.worker_note import Hello, WhoAreYou
from tests.support.some_rows import column, some_reduced, some_rows

RUN = Run(run=98, experiment="e81", first=0, seconds=1, nanoseconds=0)
GROUP = Group(epoch=1, run=98, worker="w0", covers=(Cover(1, 0, 4),), sums={})
STATUS = ReaderStatus(
    state="running",
    events=0,
    rate=0.0,
    lost=0,
    quarantined=0,
    trimmed=0,
    damage={"cspad": {"dropped": 3}, "evr": 1},
    queue=0,
    leased=0,
    lag=0.0,
    workers=(),
    restarts={},
    run=98,
    step=0,
    pipeline=1,
    mode="lossless",
)


@pytest.fixture
def machine() -> Aggregator:
    return Aggregator(Pages(), generation=3, pid=7, session=11)


def published(out: list[Instruction]) -> list[Message]:
    return [each.message for each in out if isinstance(each, Publish)]


def tell(machine: Aggregator, note: Note, now: float = 0.0) -> list[Instruction]:
    return machine.from_reader(to_message(note), now)


def rows(machine: Aggregator, first: int, stop: int, **changes: Any) -> list[Instruction]:
    return machine.from_peer(b"w0", rows_message(some_reduced(first, stop, **changes)), 0.0)


def test_hello_is_repeated_while_the_reader_is_silent_and_not_after(machine: Aggregator) -> None:
    def hellos(now: float) -> list[dict[str, Any]]:
        said = [each.message for each in machine.tick(now) if isinstance(each, ToReader)]
        return [dict(message.header) for message in said if message.kind == "hello"]

    first = hellos(0.0)
    assert [(each["role"], each["generation"], each["pid"], each["committed"]) for each in first] == [("aggregator", 3, 7, 0)]
    assert hellos(0.5) == []
    assert len(hellos(1.1)) == 1
    tell(machine, STATUS, 1.2)
    assert hellos(2.5) == []
    assert len(hellos(3.0)) == 1


def test_hello_is_said_even_if_the_reader_speaks_first_to_whoever_was_here_before(machine: Aggregator) -> None:
    tell(machine, STATUS, 0.0)
    assert [each.message.kind for each in machine.tick(0.01) if isinstance(each, ToReader)] == ["hello"]


def test_the_reader_is_told_when_somebody_begins_or_ceases_to_look_at_frames(machine: Aggregator) -> None:
    def watched(now: float) -> list[bool]:
        said = [each.message for each in machine.tick(now) if isinstance(each, ToReader)]
        return [message.header["frames"] for message in said if message.kind == "watched"]

    machine.tick(0.0)
    tell(machine, STATUS, 0.1)
    assert watched(0.2) == [False]
    machine.subscribed("frame/cspad")
    assert watched(0.3) == [True]
    assert watched(0.4) == []
    machine.view.stream.unsubscribed("frame/cspad")
    assert watched(0.5) == [False]


def test_a_reader_that_asks_who_we_are_is_told_at_once(machine: Aggregator) -> None:
    tell(machine, STATUS, 0.0)
    machine.tick(0.1)
    tell(machine, WhoAreYou(), 0.2)
    assert [each.message.kind for each in machine.tick(0.21) if isinstance(each, ToReader)] == ["hello"]


def test_an_unknown_worker_is_asked_who_it_is_once(machine: Aggregator) -> None:
    asked = [each.message.kind for each in rows(machine, 0, 1) if isinstance(each, ToPeer)]
    assert asked == ["who"]
    assert [each for each in rows(machine, 1, 2) if isinstance(each, ToPeer)] == []


def test_a_worker_that_said_hello_is_not_asked(machine: Aggregator) -> None:
    machine.from_peer(b"w0", to_message(Hello(role="worker", name="w0")), 0.0)
    assert [each for each in rows(machine, 0, 1) if isinstance(each, ToPeer)] == []


def test_rows_are_published_in_order_before_the_run_is_told(machine: Aggregator) -> None:
    machine.subscribed("rows/")
    assert published(rows(machine, 4, 6)) == []
    shown = published(rows(machine, 0, 4))
    assert [(m.topic, m.header["first"], m.header["count"]) for m in shown if m.topic == "rows/events"] == [
        ("rows/events", 0, 4),
        ("rows/events", 4, 2),
    ]


def test_a_new_subscriber_gets_the_states_and_the_fields(machine: Aggregator) -> None:
    tell(machine, RUN)
    rows(machine, 0, 2)
    topics = {message.topic: message for message in published(machine.subscribed(""))}
    assert topics["run"].header["experiment"] == "e81"
    assert [entry["name"] for entry in topics["schema/events"].header["fields"]] == [
        "event_time",
        "fiducials",
        "pipeline_version",
        "seq",
    ]


def test_a_field_that_appears_changes_the_schema(machine: Aggregator) -> None:
    machine.subscribed("schema/")
    rows(machine, 0, 1)
    new = some_rows(1, 2, {"ipm/sum": column("ipm/sum", [0.5], unit="V")})
    (schema,) = [m for m in published(rows(machine, 1, 2, rows=new)) if m.topic == "schema/events"]
    assert schema.header["fields"][-1] == {"name": "ipm/sum", "dtype": "<f8", "shape": [], "unit": "V", "description": ""}
    assert [m for m in published(rows(machine, 2, 3)) if m.topic == "schema/events"] == []


def test_the_status_tells_lost_late_and_damaged_apart(machine: Aggregator) -> None:
    machine.subscribed("status")
    tell(machine, replace(STATUS, mode="live"))
    tell(machine, Lost(first=0, stop=4, why="no credit"))
    tell(machine, Lost(first=4, stop=5, why="quarantined"))
    rows(machine, 8, 10)
    machine.tick(3.0)
    rows(machine, 5, 7)
    status = next(m.header for m in published(machine.tick(4.0)) if m.topic == "status")
    assert (status["lost"], status["quarantined"], status["late"], status["damaged"]) == (4, 1, 2, 4)
    assert status["processed"] == 4
    assert status["reader"]["mode"] == "live"


def test_trouble_of_rows_that_come_twice_is_counted_once(machine: Aggregator) -> None:
    for _ in range(2):
        rows(machine, 0, 2, trouble={"cspad damaged": 2})
    assert machine.trouble.counts == {"cspad damaged": 2}


@pytest.mark.parametrize(
    "message",
    [
        Message("rows", {}),
        Message("rows", {"first": "x", "count": 1, "fields": {}}),
        Message("group", {"covers": [[1, 2]]}),
        Message("group", {"covers": [[0, 0, 1]], "epoch": 0, "run": 0, "worker": "w", "sums": {"a": 1}}),
        Message("hello", {"role": 3}),
        Message("nonsense", {}),
        Message("", {}),
    ],
)
def test_a_bad_message_of_a_peer_is_counted_and_changes_nothing(machine: Aggregator, message: Message) -> None:
    machine.from_peer(b"w0", message, 0.0)
    assert sum(machine.trouble.counts.values()) == 1
    assert machine.epochs.held_events == 0


@pytest.mark.parametrize("kind", ["run", "step", "epoch", "lost", "pipeline", "end_run", "end", "reader_status", "session", "x"])
def test_a_bad_message_of_the_reader_is_counted(machine: Aggregator, kind: str) -> None:
    assert machine.from_reader(Message(kind, {"run": "98", "first": -5}), 0.0) == []
    assert sum(machine.trouble.counts.values()) == 1


def test_what_rows_were_made_with_goes_into_the_file_of_its_run_ahead_of_them(machine: Aggregator) -> None:
    machine.tick(0.0)
    tell(machine, Session(base=0))
    tell(machine, RUN)
    mask = np.eye(2)
    rows(machine, 0, 4, config={"cspad/mask": mask}, run=98)
    rows(machine, 4, 6, config={"cspad/mask": 2 * mask}, run=99)
    orders: list[Instruction] = []
    out = tell(machine, Epoch(epoch=1, run=98, first=0, stop=4))
    out += machine.from_peer(b"w0", group_message(GROUP), 0.0)
    while order := next((each for each in out if isinstance(each, OpenRun | Config | Commit)), None):
        orders.append(order)
        out = machine.stored(0.0)
    assert [type(order) for order in orders] == [OpenRun, Config, Commit]
    assert isinstance(orders[1], Config)
    assert orders[1].version == 1
    np.testing.assert_array_equal(orders[1].arrays["cspad/mask"], mask)


def test_rows_of_an_earlier_reader_are_void(machine: Aggregator) -> None:
    tell(machine, Session(base=100))
    rows(machine, 0, 2, lease=99)
    assert machine.epochs.held_events == 0
    rows(machine, 0, 2, lease=100)
    assert machine.epochs.held_events == 2


def test_a_live_reader_that_was_restarted_uses_numbers_again_that_were_not_durable(machine: Aggregator) -> None:
    machine.subscribed("rows/")
    tell(machine, Session(base=100))
    tell(machine, replace(STATUS, mode="live"))
    rows(machine, 0, 5, lease=101)
    tell(machine, Session(base=200))
    shown = [m for m in published(rows(machine, 0, 3, lease=201)) if m.topic == "rows/events"]
    assert [(m.header["first"], m.header["count"]) for m in shown] == [(0, 3)]


def test_a_restarted_aggregator_still_says_where_means_began_anew_until_another_run_begins() -> None:
    since = Since(first=40, time=5.0, author="me")
    again = Aggregator(Pages(), recovered=Recovered(experiment="e81", run=98, committed=64, since=since))

    (status,) = (message for message in published(again.tick(0.0)) if message.topic == "status")

    assert status.header["since"] == {"first": 40, "time": 5.0, "author": "me"}
    again.view.means.add(99, 0, {}, first=64)
    assert again.view.means.since is None


def test_a_run_is_complete_although_its_end_was_told_to_the_process_before() -> None:
    known = Recovered(experiment="e81", run=98, first=0, committed=4)
    machine = Aggregator(Pages(), generation=1, recovered=known, session=11)
    machine.tick(0.0)
    # On its way when the reader did not know this process yet.
    out = tell(machine, End(stop=4), 0.1)
    for note in (Session(base=5), RUN, EndRun(run=98, stop=4, complete=True), End(stop=4)):
        out += tell(machine, note, 0.2)
    assert [(each.stop, each.complete) for each in out if isinstance(each, FinishRun)] == [(4, True)]
