"""Memory is kept; whether that is faster is measured elsewhere."""

from typing import Any

import pytest

from dashboards.heap import LARGEST, MMAP_THRESHOLD, keep_pages


def test_memory_of_frames_is_kept_up_to_the_largest_that_the_library_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[int, int] = {}

    class Library:
        def mallopt(self, parameter: int, value: int) -> int:
            asked[parameter] = value
            return 1

    monkeypatch.setattr("ctypes.CDLL", lambda name: Library())
    keep_pages()

    assert asked[MMAP_THRESHOLD] == LARGEST
    assert len(asked) == 3


def test_another_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_for: list[Any] = []
    monkeypatch.setattr("ctypes.CDLL", lambda name: looked_for.append(name))

    keep_pages()

    assert looked_for == [None]
