"""Ranges against plain Python sets."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from monitor.aggregator.ranges import Ranges

small_ranges = st.tuples(st.integers(0, 40), st.integers(0, 12)).map(lambda pair: (pair[0], pair[0] + pair[1]))


def numbers(ranges: list[tuple[int, int]]) -> set[int]:
    return {n for first, stop in ranges for n in range(first, stop)}


@given(st.lists(small_ranges, max_size=12), small_ranges)
def test_every_question_has_the_answer_of_a_plain_set(added: list[tuple[int, int]], asked: tuple[int, int]) -> None:
    held, twin = Ranges(), set()
    for first, stop in added:
        assert numbers(held.add(first, stop)) == set(range(first, stop)) - twin
        twin |= set(range(first, stop))
    wanted = set(range(*asked))
    assert numbers(list(held)) == twin
    assert len(held) == len(twin)
    assert numbers(held.missing(*asked)) == wanted - twin
    assert numbers(held.within(*asked)) == wanted & twin
    assert held.covers(*asked) == (wanted <= twin)
    assert held.touches(*asked) == bool(wanted & twin)
    assert held.end_from(asked[0]) == next(n for n in range(asked[0], 99) if n not in twin)


@given(st.lists(small_ranges, max_size=12))
def test_ranges_stay_sorted_and_never_touch(added: list[tuple[int, int]]) -> None:
    held = Ranges()
    for first, stop in added:
        held.add(first, stop)
    ends = list(held)
    assert all(first < stop for first, stop in ends)
    assert all(one[1] < other[0] for one, other in pairwise(ends))


@given(st.lists(small_ranges, max_size=12), st.integers(0, 60))
def test_what_is_forgotten_is_exactly_what_lies_below(added: list[tuple[int, int]], stop: int) -> None:
    held = Ranges()
    for entry in added:
        held.add(*entry)
    held.forget(stop)
    assert numbers(list(held)) == {n for n in numbers(added) if n >= stop}
