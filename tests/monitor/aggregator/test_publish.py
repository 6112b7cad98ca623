"""What subscribers are told, counted by topic."""

from monitor.aggregator.publish import Stream
from monitor.wire.message import Message


def message(topic: str, value: int = 0) -> Message:
    return Message("x", {"value": value}, topic=topic)


def test_each_topic_counts_for_itself() -> None:
    stream = Stream(session=7)
    sent = [stream.stamped(message(topic)) for topic in ("status", "rows/events", "status")]
    assert [(m.topic, m.header["n"], m.header["session"]) for m in sent] == [
        ("status", 1, 7),
        ("rows/events", 1, 7),
        ("status", 2, 7),
    ]


def test_a_new_subscriber_gets_the_last_state_under_its_old_number_and_no_rows() -> None:
    stream = Stream(session=7)
    for value in (1, 2):
        for topic in ("status", "sum/cspad/calib", "rows/events", "frame/cspad"):
            stream.stamped(message(topic, value))
    again = {m.topic: (m.header["value"], m.header["n"]) for m in stream.subscribed("")}
    assert again == {"status": (2, 2), "sum/cspad/calib": (2, 2)}


def test_only_states_of_the_wanted_topics_are_sent_again() -> None:
    stream = Stream(session=7)
    for topic in ("status", "schema/events", "run"):
        stream.stamped(message(topic))
    assert [m.topic for m in stream.subscribed("s")] == ["status", "schema/events"]


def test_a_topic_is_wanted_as_long_as_somebody_subscribes_to_a_beginning_of_it() -> None:
    stream = Stream(session=7)
    assert not stream.wanted("frame/cspad")
    stream.subscribed("frame/")
    assert stream.wanted("frame/cspad")
    assert not stream.wanted("sum/cspad/calib")
    stream.unsubscribed("frame/")
    assert not stream.wanted("frame/cspad")
