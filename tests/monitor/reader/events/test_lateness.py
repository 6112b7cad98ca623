"""How long a stream is waited for."""

import pytest

from monitor.reader.events.lateness import HALF_LIFE_S, MARGIN, Lateness


def test_a_stream_nobody_knows_is_waited_for_longest() -> None:
    assert Lateness(0.02, 0.5).wait_s(80, now=10.0) == 0.5


def test_a_silent_stream_is_waited_for_less_and_less() -> None:
    late = Lateness(0.02, 0.5)
    waits = [late.wait_s(80, now=HALF_LIFE_S * n) for n in range(8)]
    assert waits == pytest.approx([0.5, 0.25, 0.125, 0.0625, 0.03125, 0.02, 0.02, 0.02])


def test_a_stream_that_was_late_is_waited_for_longer_than_it_was_late() -> None:
    late = Lateness(0.02, 0.5)
    late.wait_s(80, now=0.0)
    late.came(80, 0.1, now=100.0)
    assert late.wait_s(80, now=100.0) == pytest.approx(0.1 * MARGIN)
    late.came(80, 0.001, now=100.1)
    assert late.wait_s(80, now=100.1) > 0.19


def test_too_short_a_wait_is_made_longer_until_it_suffices() -> None:
    late = Lateness(0.02, 0.5)
    late.wait_s(80, now=0.0)
    waits = []
    for _ in range(6):
        late.missed(80, now=1000.0)
        waits.append(late.wait_s(80, now=1000.0))
    assert waits == pytest.approx([0.04, 0.08, 0.16, 0.32, 0.5, 0.5])
