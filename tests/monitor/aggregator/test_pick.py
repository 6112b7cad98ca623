"""Selections by topic: what is picked, and what is refused."""

import numpy as np
import pytest

from monitor.aggregator.pick import MOST_PICKS, Picks, pick_of
from monitor.errors import ProtocolError
from tests.support.some_rows import column, ragged, some_reduced, some_rows

X = "epix/var_droplet/x"


def test_a_pick_takes_its_fields_and_every_nth_event_of_ragged_ones_too() -> None:
    x = ragged(X, [[1.0], None, [], [4.0, 5.0], [6.0]])
    a = column("a", [10, 11, 12, 13, 14], present=[True, True, True, False, True])
    picked = pick_of(f"pick/3/{X},a,unknown;").of(some_rows(3, 8, {X: x, "a": a}))
    assert list(picked.columns) == [X, "a", "seq"]
    assert picked.columns["seq"].values.tolist() == [3, 6]
    assert [picked.columns[X].of_event(i).tolist() for i in range(2)] == [[1.0], [4.0, 5.0]]
    assert picked.columns["a"].mask.tolist() == [True, False]


def test_no_names_are_all_fields() -> None:
    rows = some_rows(0, 2, {"a": column("a", [1, 2])})
    assert set(pick_of("pick/1/;").of(rows).columns) == set(rows.columns)


@pytest.mark.parametrize(
    "topic", ["pick/", "pick/0/a;", "pick/-1/a;", "pick/x/a;", "pick/1/a", "pick/1;", "pick/²/a;", "pick/1/" + "a" * 9000 + ";"]
)
def test_a_topic_that_names_no_selection_is_refused(topic: str) -> None:
    with pytest.raises(ProtocolError):
        pick_of(topic)
    refusal = Picks().add(topic)
    assert refusal is not None
    assert topic.startswith(refusal.topic)


def test_messages_follow_each_other_over_gaps_and_empty_ones() -> None:
    picks = Picks()
    picks.add("pick/10/a;")
    stretches = []
    for first, stop in ((5, 8), (8, 12), (20, 25), (31, 36), (36, 41), (2, 11)):
        for message in picks.messages(some_reduced(first, stop, rows=some_rows(first, stop))):
            stretches.append((message.header["first"], message.header["stop"], message.arrays["c/seq"].tolist()))
    assert stretches == [(5, 12, [10]), (12, 25, [20]), (25, 41, [40]), (2, 11, [10])]


def test_a_flood_of_selections_is_refused_and_room_comes_back() -> None:
    picks = Picks()
    assert all(picks.add(f"pick/1/field_{i};") is None for i in range(MOST_PICKS))
    refusal = picks.add("pick/1/one_more;")
    assert refusal is not None
    assert refusal.kind == "refused"
    picks.remove("pick/1/field_0;")
    assert picks.add("pick/1/one_more;") is None
    np.testing.assert_equal(len(picks), MOST_PICKS)
