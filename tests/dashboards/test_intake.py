"""What was heard becomes a snapshot."""

from typing import Any

import numpy as np
import pytest

from dashboards.intake import Intake
from dashboards.meaning import since_in
from dashboards.snapshot import Since
from monitor.errors import ProtocolError
from monitor.wire.message import Message
from tests.support.rows import rows_message

IMAGE = np.arange(6, dtype=np.float32).reshape(2, 3)


def heard(*messages: Message, history: int = 100) -> Intake:
    intake = Intake(history)
    for i, message in enumerate(messages):
        intake.take(message, float(i))
    return intake


def stamped(topic: str, n: int, session: int = 1, **header: Any) -> Message:
    return Message(topic.split("/")[0], {**header, "n": n, "session": session}, {}, topic)


def picture(topic: str, n: int = 1, **header: Any) -> Message:
    return Message("frame", {"unit": "keV", "n": n, "session": 1, **header}, {"image": IMAGE}, topic)


def test_a_snapshot_does_not_change_when_more_is_heard() -> None:
    intake = heard(rows_message(0, 3))
    before = intake.snapshot()

    intake.take(rows_message(3, 3), 9.0)

    assert len(before.rows) == 3
    assert len(intake.snapshot().rows) == 6
    assert intake.snapshot().version > before.version


def test_units_are_known_from_the_rows_before_the_schema_comes() -> None:
    assert heard(rows_message(0, 1)).snapshot().label("a") == "a (mm)"


def test_the_schema_names_the_scalars_in_its_order() -> None:
    entries = [
        {"name": "event_time", "dtype": "<i8", "shape": [], "unit": "", "description": ""},
        {"name": "b", "dtype": "<f8", "shape": [], "unit": "1", "description": ""},
        {"name": "ch", "dtype": "<f8", "shape": [2], "unit": "V", "description": ""},
        {"name": "wave", "dtype": "<f8", "shape": [5000], "unit": "V", "description": ""},
        {"name": "text", "dtype": "|S4", "shape": [], "unit": "", "description": ""},
    ]
    snapshot = heard(stamped("schema/events", 1, fields=entries)).snapshot()

    assert list(snapshot.fields) == ["b", "ch[0]", "ch[1]"]
    assert snapshot.label("b") == "b"
    assert snapshot.unit("ch[1]") == "V"


def test_missed_messages_are_counted_per_topic() -> None:
    snapshot = heard(stamped("status", 1), stamped("status", 4), stamped("run", 7), stamped("run", 7)).snapshot()

    assert snapshot.missed == {"status": 2}


def test_another_session_is_a_restart_and_forgets_pictures_and_losses() -> None:
    intake = heard(stamped("status", 1), stamped("status", 5), picture("frame/cspad"), stamped("end", 1, stop=3))

    intake.take(stamped("status", 1, session=2), 9.0)

    snapshot = intake.snapshot()
    assert (snapshot.restarts, snapshot.missed, snapshot.pictures, snapshot.ended) == (1, {}, {}, False)


def test_rows_survive_a_restart_until_new_ones_take_their_place() -> None:
    intake = heard(rows_message(0, 5, n=5, session=1))

    intake.take(rows_message(2, 1, n=1, session=2), 9.0)

    np.testing.assert_array_equal(intake.snapshot().rows.seq, [0, 1, 2])


def test_latency_is_that_of_the_whole_way() -> None:
    status = stamped("status", 1, time=5.0, rate=119.5, lost=2, latency={"worker": [0.5, 0.6], "total": [0.02, 0.04]})
    history = heard(status).snapshot().status_history

    found = [history.time, history.rate, history.latency_median, history.latency_99, history.lost]
    np.testing.assert_array_equal(np.concatenate(found), [5.0, 119.5, 0.02, 0.04, 2])


def test_pictures_nobody_looks_at_are_forgotten_without_counting_as_missed() -> None:
    intake = heard(picture("frame/cspad", n=3), picture("sum/cspad/calib", count=7))

    intake.forget_pictures("frame/")
    intake.take(picture("frame/cspad", n=90), 9.0)

    snapshot = intake.snapshot()
    assert snapshot.missed == {}
    assert snapshot.pictures["sum/cspad/calib"].count == 7


def test_history_does_not_make_the_data_look_fresh() -> None:
    intake = heard(rows_message(10, 2))
    intake.take_history(rows_message(0, 10, topic="", kind="history"), 50.0)

    snapshot = intake.snapshot()
    assert len(snapshot.rows) == 12
    assert snapshot.data_age(now=60.0) == 60.0


def test_only_rows_of_the_newest_run_are_the_run() -> None:
    snapshot = heard(rows_message(0, 3, run=97), rows_message(3, 2, run=98)).snapshot()

    np.testing.assert_array_equal(snapshot.run_rows().seq, [3, 4])


@pytest.mark.parametrize(
    "broken",
    [
        Message("rows", {"first": 0}, {}, "rows/events"),
        Message("schema", {"fields": [{"name": "a"}]}, {}, "schema/events"),
        Message("schema", {"fields": [3]}, {}, "schema/events"),
        Message("schema", {"fields": 3}, {}, "schema/events"),
        Message("frame", {}, {}, "frame/cspad"),
        Message("frame", {}, {"image": np.zeros(5)}, "frame/cspad"),
        Message("sum", {"count": "many"}, {"image": IMAGE}, "sum/cspad/calib"),
        Message("pipeline", {"version": 2, "first": 0}, {}, "pipeline"),
        Message("rows", {"first": 0, "count": 1, "fields": 3}, {"c/a": np.zeros(1)}, "rows/events"),
    ],
)
def test_a_message_that_breaks_the_rules_is_refused_and_changes_nothing(broken: Message) -> None:
    intake = heard(rows_message(0, 2))
    before = intake.snapshot()

    with pytest.raises(ProtocolError):
        intake.take(broken, 1.0)

    assert len(intake.snapshot().rows) == len(before.rows)
    assert intake.snapshot().pictures == {}


def test_topics_of_a_later_version_are_left_alone() -> None:
    assert heard(Message("new", {}, {}, "weather")).snapshot().version == 0


def test_arrays_and_lists_come_into_the_snapshot_with_their_units() -> None:
    message = rows_message(3, 2, fields={"wave": ["V", "a trace"], "d/var_p/x": ["pixel", "", {"ragged": True, "aligned": ""}]})
    arrays = {
        **message.arrays,
        "c/wave": np.ones((2, 5000)),
        "c/d/var_p/x": np.array([1.0, 2.0, 3.0]),
        "n/d/var_p/x": np.array([1, 2]),
    }

    snapshot = heard(Message(message.kind, message.header, arrays, message.topic)).snapshot()

    assert snapshot.curves["wave"].values.shape == (2, 5000)
    assert snapshot.curves["wave"].info.unit == "V"
    assert snapshot.lists["d/var_p/x"].of(4).tolist() == [2, 3]
    assert snapshot.lists["d/var_p/x"].info.unit == "pixel"
    assert "d/var_p/x" not in snapshot.fields


def test_each_version_of_the_settings_is_kept_with_what_it_changed() -> None:
    first = stamped("pipeline", 1, version=1, first=0, settings={"a": 1}, author="", time=5.0)
    second = stamped("pipeline", 2, version=2, first=70, settings={"a": 2}, author="Ada", time=6.0)

    changes = heard(first, second, second).snapshot().changes

    assert [(each.version, each.first, each.author, each.what) for each in changes] == [
        (1, 0, "", ()),
        (2, 70, "Ada", ("a: 1 → 2",)),
    ]


def test_means_that_begin_anew_stand_where_pages_look_for_means() -> None:
    intake = Intake(100)
    since = {"first": 40, "time": 5.0, "author": "me"}
    intake.take(Message("status", {"n": 1, "session": 1, "since": since}, {}, "status"), 1.0)
    image = np.full((2, 2), 7.0, np.float32)
    header = {"n": 1, "session": 1, "count": 3, "unit": "keV", **since}
    intake.take(Message("sum", header, {"image": image}, "since_sum/cam/calib"), 2.0)

    found = intake.snapshot()

    assert found.since == Since(first=40, time=5.0, author="me")
    np.testing.assert_array_equal(found.pictures["sum/cam/calib"].image, image)
    intake.forget_pictures("since_sum/")
    assert intake.snapshot().pictures == {}


def test_the_mean_of_the_step_is_taken_and_forgotten_when_means_begin_anew() -> None:
    intake = Intake(100)
    header = {"n": 1, "session": 1, "count": 3, "unit": "keV", "step": 4}
    intake.take(Message("sum", header, {"image": np.full((2, 2), 7.0, np.float32)}, "step_sum/cam/calib"), 1.0)
    assert intake.snapshot().pictures["step_sum/cam/calib"].count == 3

    for n, first in ((1, 40), (2, 44)):
        since = {"first": first, "time": 5.0, "author": "me"}
        intake.take(Message("status", {"n": n, "session": 1, "since": since}, {}, "status"), 1.0)
        known = intake.snapshot().pictures
        intake.take(Message("sum", header, {"image": np.zeros((2, 2), np.float32)}, "step_sum/cam/calib"), 1.0)
        # The second status tells of the same press of the button: the first commit group that counts has come.
        assert len(known) == n - 1


@pytest.mark.parametrize("said", [{}, {"first": "x", "time": 1.0}, {"first": 3}, [], None])
def test_a_status_that_says_nothing_usable_means_the_whole_run(said: object) -> None:
    assert since_in({"since": said}) is None
