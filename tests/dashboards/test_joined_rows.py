"""Rows of one turn are taken at once, and nothing of them is lost or changed by that."""

import numpy as np

from dashboards.intake import Intake
from dashboards.joined_rows import as_one, groups_of
from monitor.wire.message import Message
from tests.support.rows import rows_message


def starts(messages: list[Message]) -> list[list[int]]:
    return [[message.header["first"] for message in group] for group in groups_of(messages)]


def test_rows_that_follow_each_other_are_one_message() -> None:
    messages = [rows_message(0, 3), rows_message(3, 1), rows_message(4, 2)]

    (group,) = groups_of(messages)
    whole = as_one(group)

    assert (whole.header["first"], whole.header["count"]) == (0, 6)
    np.testing.assert_array_equal(whole.arrays["c/a"], np.arange(6.0))


def test_a_gap_another_step_or_another_topic_begins_anew() -> None:
    log = Message("log", {}, {}, "log")
    messages = [rows_message(0, 2), rows_message(3, 2), rows_message(5, 2, step=1), log, rows_message(7, 1, step=1)]

    assert [len(group) for group in groups_of(messages)] == [1, 1, 1, 1, 1]
    assert starts([rows_message(0, 2), rows_message(2, 2), rows_message(4, 2, step=1)]) == [[0, 2], [4]]


def test_other_columns_begin_anew() -> None:
    more = rows_message(2, 1)
    more.arrays["c/b"] = np.zeros(1)  # type: ignore[index]

    assert starts([rows_message(0, 2), more]) == [[0], [2]]


def test_a_broken_message_stays_alone() -> None:
    broken = rows_message(2, 2)
    broken.arrays["c/a"] = np.zeros(1)  # type: ignore[index]

    assert starts([rows_message(0, 2), broken, rows_message(4, 2), rows_message(6, 1)]) == [[0], [2], [4, 6]]


def test_many_rows_in_a_turn_give_the_same_table_as_one_by_one() -> None:
    messages = [rows_message(5 * i, 5, n=i + 1, session=1) for i in range(60)]
    one_by_one, together = Intake(1000), Intake(1000)
    for message in messages:
        one_by_one.take(message, 1.0)
    for group in groups_of(messages):
        together.take_group(group, 1.0)

    one, other = one_by_one.snapshot(), together.snapshot()
    np.testing.assert_array_equal(one.rows.seq, other.rows.seq)
    np.testing.assert_array_equal(one.rows.column("a"), other.rows.column("a"))
    np.testing.assert_array_equal(one.rows.time, other.rows.time)
    assert one.missed == other.missed == {}
    assert together.snapshot().version < one_by_one.snapshot().version


def test_messages_that_did_not_come_are_counted_within_a_group() -> None:
    intake = Intake(1000)
    group = [rows_message(0, 2, n=1, session=1), rows_message(2, 2, n=4, session=1)]

    intake.take_group(group, 1.0)

    assert intake.snapshot().missed == {"rows/events": 2}
