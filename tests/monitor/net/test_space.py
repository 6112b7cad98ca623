"""The allocator behind rings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.net.space import ALIGNMENT, Space


@given(steps=st.lists(st.tuples(st.booleans(), st.integers(0, 3000), st.integers(0, 99)), max_size=80))
def test_live_allocations_never_overlap_and_everything_comes_back(steps: list[tuple[bool, int, int]]) -> None:
    space = Space(8192)
    live: dict[int, int] = {}
    for take, size, which in steps:
        if take:
            offset = space.allocate(size)
            if offset is None:
                continue
            assert offset % ALIGNMENT == 0
            assert 0 <= offset <= offset + size <= 8192
            assert all(offset + max(size, 1) <= start or start + max(n, 1) <= offset for start, n in live.items())
            live[offset] = size
        elif live:
            offset = sorted(live)[which % len(live)]
            space.free(offset)
            del live[offset]
    for offset in live:
        space.free(offset)
    assert space.used == 0
    assert space.allocate(8192) is not None


def test_a_full_space_refuses_and_takes_again_after_a_free() -> None:
    space = Space(256)
    first = space.allocate(128)
    assert space.allocate(128) is not None
    assert space.allocate(1) is None
    assert first is not None
    space.free(first)
    assert space.allocate(100) == first


def test_freeing_twice_is_a_bug_and_says_so() -> None:
    space = Space(256)
    offset = space.allocate(10)
    assert offset is not None
    space.free(offset)
    with pytest.raises(KeyError):
        space.free(offset)
