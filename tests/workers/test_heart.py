"""Signs of life with and without a turning loop."""

import threading
import time
from itertools import pairwise

import pytest

from workers.heart import Heart

pytestmark = pytest.mark.processes


def test_the_heart_beats_while_the_loop_does_not_turn() -> None:
    beats: list[float] = []
    with Heart(lambda: beats.append(time.monotonic()), threading.Lock()):
        end = time.monotonic() + 5.0
        while len(beats) < 3 and time.monotonic() < end:
            time.sleep(0.01)
    assert len(beats) >= 3
    assert min(b - a for a, b in pairwise(beats)) >= 0.5


def test_the_heart_never_beats_while_the_socket_is_in_use() -> None:
    lock, held, beats = threading.Lock(), [False], []
    with Heart(lambda: beats.append(held[0]), lock):
        for _ in range(3):
            with lock:
                held[0] = True
                time.sleep(0.3)
                held[0] = False
            time.sleep(0.15)
    assert beats
    assert not any(beats)


def test_the_loop_beats_only_when_it_is_due() -> None:
    now, beats = [0.0], []
    heart = Heart(lambda: beats.append(now[0]), threading.Lock(), clock=lambda: now[0])
    for turn in range(20):
        now[0] = turn * 0.125
        heart.beat_if_due()
    assert beats == [0.0, 0.5, 1.0, 1.5, 2.0]
