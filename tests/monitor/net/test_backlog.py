"""Who asks gets the next message; nobody takes one from others, and nothing grows."""

from monitor.net.backlog import Backlog

A, B = b"a", b"b"


def test_everybody_gets_every_message_once_from_the_newest_at_his_first_question() -> None:
    backlog = Backlog()
    for word in (b"0", b"1"):
        backlog.add([word])
    assert backlog.ask(A) == [b"1"]
    backlog.add([b"2"])
    assert backlog.ask(B) == [b"2"]
    assert backlog.ask(A) == [b"2"]
    assert backlog.ask(A) is None
    assert backlog.add([b"3"]) == [A]
    assert backlog.ask(B) == [b"3"]


def test_who_waits_is_served_once() -> None:
    backlog = Backlog()
    assert backlog.ask(A) is None
    assert backlog.ask(B) is None
    assert backlog.add([b"0"]) == [A, B]
    assert backlog.add([b"1"]) == []
    assert backlog.ask(A) == [b"1"]


def test_who_asks_too_late_goes_on_with_the_oldest_and_the_rest_is_counted() -> None:
    backlog = Backlog(most=3)
    backlog.add([b"0"])
    backlog.ask(A)
    for n in range(1, 10):
        backlog.add([b"%d" % n])
    assert backlog.ask(A) == [b"7"]
    assert backlog.lost == 6


def test_bytes_are_bounded_too() -> None:
    backlog = Backlog(most_bytes=10)
    backlog.add([b"0"])
    backlog.ask(A)
    for n in range(5):
        backlog.add([b"%d" % n * 4])
    assert backlog.ask(A) == [b"3333"]


def test_who_is_silent_longest_is_forgotten_first() -> None:
    backlog = Backlog(most_askers=2)
    backlog.add([b"0"])
    for peer in (A, B, A, b"c"):
        backlog.ask(peer)
    assert backlog.askers == 2
    assert backlog.add([b"1"]) == [A]
