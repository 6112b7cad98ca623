"""The feed hears for all sessions; driven turn by turn, without its thread."""

import time
from collections.abc import Iterator

import numpy as np
import pytest

from dashboards.feed import Feed
from monitor.errors import Unusable
from monitor.wire.message import Message
from tests.support.memory_link import MemoryLink
from tests.support.rows import rows_message

pytestmark = pytest.mark.processes


@pytest.fixture
def link() -> MemoryLink:
    return MemoryLink(history_answer=rows_message(0, 5, topic="", kind="history"))


@pytest.fixture
def feed(link: MemoryLink) -> Iterator[Feed]:
    feed = Feed(link, 1000)
    yield feed
    feed.close()


def turns(feed: Feed, link: MemoryLink, *messages: Message) -> None:
    """One turn with these messages, and a few more for the answers of the other thread."""
    link.coming.extend(messages)
    for _ in range(20):
        feed.step(link)
        time.sleep(0.002)


def test_a_late_viewer_sees_the_present_state_at_once(feed: Feed, link: MemoryLink) -> None:
    turns(feed, link, rows_message(5, 2))

    np.testing.assert_array_equal(feed.snapshot.rows.seq, np.arange(7))
    assert link.asked == [("history", 1000)]


def test_history_is_asked_for_again_after_a_restart_of_the_service(
    feed: Feed, link: MemoryLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboards.feed.HISTORY_AGAIN_S", 0.0)
    turns(feed, link, rows_message(5, 2, n=1, session=1))
    turns(feed, link, rows_message(7, 2, n=1, session=2))

    assert link.asked == [("history", 1000)] * 2


def test_without_an_answer_history_is_asked_for_again(feed: Feed, link: MemoryLink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboards.feed.HISTORY_AGAIN_S", 0.0)
    link.history_answer = Unusable("nobody there")
    turns(feed, link, rows_message(5, 2))
    link.history_answer = rows_message(0, 5, topic="", kind="history")
    turns(feed, link)

    assert len(feed.snapshot.rows) == 7


def test_nothing_new_gives_the_same_snapshot(feed: Feed, link: MemoryLink) -> None:
    turns(feed, link, rows_message(5, 2))
    before = feed.snapshot
    turns(feed, link)

    assert feed.snapshot is before


def test_a_bad_message_costs_nothing_but_itself(feed: Feed, link: MemoryLink) -> None:
    turns(feed, link, Message("rows", {}, {}, "rows/events"), rows_message(5, 2))

    assert feed.refused == 1
    assert len(feed.snapshot.rows) == 7


def test_pictures_are_asked_for_only_while_somebody_looks(feed: Feed, link: MemoryLink) -> None:
    feed.watch("frame/")
    feed.watch("frame/")
    turns(feed, link)
    assert link.topics == ["frame/"]

    feed.unwatch("frame/")
    turns(feed, link)
    assert link.topics == ["frame/"]

    feed.unwatch("frame/")
    turns(feed, link)
    assert link.topics == []


def test_the_means_are_taken_along_when_the_service_comes_to_its_end(feed: Feed, link: MemoryLink) -> None:
    turns(feed, link, Message("status", {"n": 1, "session": 1, "reader": {"state": "running"}}, {}, "status"))
    assert "sum/" not in link.topics
    turns(feed, link, Message("status", {"n": 2, "session": 1, "reader": {"state": "draining"}}, {}, "status"))
    image = np.ones((2, 2), np.float32)
    turns(feed, link, Message("sum", {"n": 1, "session": 1, "count": 3, "unit": "keV"}, {"image": image}, "sum/cspad/calib"))

    assert "sum/" in link.topics
    np.testing.assert_array_equal(feed.snapshot.pictures["sum/cspad/calib"].image, image)


def test_control_is_answered_in_another_thread(feed: Feed, link: MemoryLink) -> None:
    link.control_answer = Message("accepted", {"version": 2})

    answer = feed.control([{"path": "a", "value": 1}], "me").result(timeout=5)

    assert answer.header["version"] == 2
    assert link.asked == [("control", [{"path": "a", "value": 1}])]


def test_the_thread_listens_to_every_state_and_lets_go_at_the_end(link: MemoryLink) -> None:
    feed = Feed(link, 1000)
    feed.start()
    deadline = time.monotonic() + 5
    while "rows/events" not in link.topics and time.monotonic() < deadline:
        time.sleep(0.01)
    heard = set(link.topics)
    feed.close()

    assert {"run", "step", "schema/events", "rows/events", "status", "pipeline"} <= heard
    assert link.topics == []


def test_axes_are_asked_for_when_the_newest_rows_are_of_another_version(feed: Feed, link: MemoryLink) -> None:
    link.axes_answer = Message("axes", {"run": 98, "version": -1}, {"k/cspad/azav__azav_q": np.array([0.5, 1.5])})
    turns(feed, link, rows_message(5, 2))
    turns(feed, link, rows_message(7, 2))

    np.testing.assert_array_equal(feed.snapshot.axes["cspad/azav__azav_q"], [0.5, 1.5])
    assert link.axes_asked == 1


def test_axes_of_an_older_run_are_shown_until_the_right_ones_come(feed: Feed, link: MemoryLink) -> None:
    link.axes_answer = Message("axes", {"run": 97, "version": 3}, {"k/a/q": np.array([1.0])})
    turns(feed, link, rows_message(5, 2))
    assert list(feed.snapshot.axes) == ["a/q"]

    link.axes_answer = Message("axes", {"run": 98, "version": -1}, {"k/b/q": np.array([1.0])})
    feed._axes._at = 0.0
    turns(feed, link)

    assert list(feed.snapshot.axes) == ["b/q"]


def test_means_are_heard_where_they_have_begun_anew_and_back(feed: Feed, link: MemoryLink) -> None:
    feed.watch("sum/cam/calib")
    turns(feed, link, Message("status", {"n": 1, "session": 1}, {}, "status"))
    assert link.topics == ["sum/cam/calib"]

    since = {"first": 3, "time": 1.0, "author": "me"}
    turns(feed, link, Message("status", {"n": 2, "session": 1, "since": since}, {}, "status"))
    assert link.topics == ["since_sum/cam/calib"]

    turns(feed, link, Message("status", {"n": 3, "session": 1, "since": {}}, {}, "status"))
    assert link.topics == ["sum/cam/calib"]
