"""What goes on to another network, and what does not."""

from typing import Any

import pytest

from monitor.aggregator.forward import Filter, Forward
from monitor.client import rows_of
from monitor.wire.message import Message, decode, encode
from tests.support.told import event_time, image_at, rows, travelled

pytestmark = pytest.mark.processes


def forward(**choice: Any) -> Forward:
    return Forward(Filter(**choice), session=9)


def stamped(message: Message, n: int) -> Message:
    return Message(message.kind, {**message.header, "n": n, "session": 1}, message.arrays, message.topic)


def state(topic: str, n: int, **header: Any) -> Message:
    return Message(topic, {**header, "n": n, "session": 1}, {}, topic)


def picture(topic: str, n: int) -> Message:
    return Message("frame", {"seq": n, "n": n, "session": 1}, {"image": image_at(n)}, topic)


def test_rows_go_on_as_they_are_without_a_filter_under_counters_of_their_own() -> None:
    (out,) = forward().take(stamped(rows(0, 5), 41), 0.0)
    assert (out.header["n"], out.header["session"]) == (1, 9)
    again = decode([bytes(part) for part in encode(out)])
    assert rows_of(again)["gas/counts"].tolist() == [2**40 + seq for seq in range(5)]


def test_a_subscriber_reads_the_events_and_fields_that_stay() -> None:
    (out,) = forward(fields=("ipm2/sum", "epix/var_droplet/x"), every=4).take(stamped(rows(1, 14), 1), 0.0)
    table = rows_of(travelled(out))
    assert table["seq"].tolist() == [4, 8, 12]
    assert (table.seq.tolist(), table.stop) == ([4, 8, 12], 13)
    assert table["ipm2/sum"].tolist() == [0.5, 1.0, 1.5]
    assert table["event_time"].tolist() == [event_time(seq) for seq in (4, 8, 12)]
    assert table.of_event("epix/var_droplet/x", 1).tolist() == []
    assert "gas/counts" not in table


def test_rows_of_which_nothing_stays_are_not_sent() -> None:
    assert forward(every=100).take(stamped(rows(1, 14), 1), 0.0) == []


def test_topics_that_were_not_named_stay_here_but_the_small_states_go() -> None:
    only_rows = forward(topics=("rows/",))
    assert only_rows.take(picture("frame/cspad", 1), 0.0) == []
    assert only_rows.take(state("pipeline", 1, settings={}), 0.0) == []
    assert len(only_rows.take(state("run", 1, run=98), 0.0)) == 1


def test_the_schema_names_only_the_fields_that_stay() -> None:
    fields = [{"name": name, "dtype": "<f8", "shape": []} for name in ("ipm2/sum", "ipm3/sum", "event_time")]
    (out,) = forward(fields=("ipm2/*",)).take(state("schema/events", 1, fields=fields), 0.0)
    assert [entry["name"] for entry in out.header["fields"]] == ["ipm2/sum", "event_time"]


def test_the_status_hides_the_sockets_of_the_service_and_says_what_was_missed() -> None:
    running = forward()
    running.address = "tcp://127.0.0.1:7000"
    running.take(state("run", 1, run=98), 0.0)
    running.take(state("run", 4, run=99), 0.0)
    (out,) = running.take(state("status", 1, endpoints={"reader": "ipc:///secret", "rows": "x"}), 0.0)
    assert out.header["endpoints"] == {"stream": "tcp://127.0.0.1:7000"}
    assert out.header["forward"]["missed"] == 2


def test_pictures_come_no_faster_than_wanted_and_the_newest_is_never_lost() -> None:
    slow = forward(picture_rate=2.0)
    assert [m.header["seq"] for m in slow.take(picture("frame/cspad", 1), 10.0)] == [1]
    assert slow.take(picture("frame/cspad", 2), 10.1) == []
    assert slow.take(picture("frame/cspad", 3), 10.2) == []
    assert slow.due(10.4) == []
    assert [m.header["seq"] for m in slow.due(10.5)] == [3]


def test_rows_and_pictures_are_asked_for_only_while_somebody_listens() -> None:
    running = forward()
    assert not running.wanted() & {"rows/", "frame/"}
    running.stream.subscribed("rows/events")
    assert "rows/" in running.wanted()
    assert "frame/" not in running.wanted()
    running.stream.unsubscribed("rows/events")
    assert "rows/" not in running.wanted()


def test_a_plot_of_a_script_goes_on() -> None:
    assert [message.topic for message in forward().take(state("plot/mine", 1), 0.0)] == ["plot/mine"]


def test_a_selection_is_made_here_from_what_goes_on_and_has_rows_asked_for() -> None:
    running = forward(fields=("ipm2/*",), every=2)
    assert running.subscribed("pick/3/ipm2/sum,gas/counts;") == []
    assert "rows/" in running.wanted()
    first, second = (running.take(stamped(rows(start, start + 8), n), 0.0)[-1] for n, start in enumerate((1, 9), 1))
    assert [rows_of(travelled(each)).seq.tolist() for each in (first, second)] == [[6], [12]]
    table = rows_of(travelled(second))
    assert sorted(table.values) == ["ipm2/sum", "seq"]
    assert table["ipm2/sum"].tolist() == [1.5]
    assert (table.first, table.stop) == (9, 17)
    running.unsubscribed("pick/3/ipm2/sum,gas/counts;")
    assert "rows/" not in running.wanted()


@pytest.mark.parametrize(("topics", "word"), [(("frame/",), "no rows go on"), (("rows/",), "whole number from 1")])
def test_a_selection_that_cannot_be_made_is_refused_under_its_topic(topics: tuple[str, ...], word: str) -> None:
    (refusal,) = forward(topics=topics).subscribed("pick/0/;")
    assert (refusal.kind, refusal.topic) == ("refused", "pick/0/;")
    assert word in refusal.header["why"]


def test_a_state_that_is_sent_again_upstream_is_not_sent_again_here() -> None:
    running = forward()
    assert len(running.take(state("run", 1, run=98), 0.0)) == 1
    assert running.take(state("run", 1, run=98), 0.0) == []
    assert [message.header["run"] for message in running.stream.subscribed("run")] == [98]


def test_a_message_that_breaks_the_rules_is_counted_and_dropped() -> None:
    running = forward(every=2)
    assert running.take(Message("rows", {"n": 1, "session": 1}, {}, "rows/events"), 0.0) == []
    assert running.take(state("schema/events", 1, fields=[3]), 0.0) == []
    assert running.bad == 2
