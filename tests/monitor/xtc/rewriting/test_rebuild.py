import numpy as np
import pytest

from monitor.xtc.rewriting.rebuild import Action, Rebuilt, rebuild
from monitor.xtc.walk import heads, walk
from tests.support.xtc_bytes import L1ACCEPT, container, datagram, epics_time, ipm, xtc

TIME = (1_300_000_000, 5)
FRAME = xtc((1, 0x16000300), 1 << 16 | 2, b"pixels" * 10)


def of(data: bytes) -> np.ndarray:
    return np.frombuffer(data, np.uint8)


def rebuilt(data: bytes, actions: list[Action], *, prune: bool = False) -> Rebuilt:
    return rebuild(of(data), heads(of(data)).table, np.array(actions, np.uint8), prune=prune)


def event(*children: bytes, damage: int = 0) -> bytes:
    return datagram(L1ACCEPT, *children, time=TIME, fiducials=7, damage=damage)


def test_what_is_dropped_is_gone_and_the_extents_follow() -> None:
    whole = event(container(ipm(1), FRAME), container(ipm(2)))
    made = rebuilt(whole, [Action.COPY, Action.DROP, Action.COPY])
    assert made.data.tobytes() == event(container(ipm(1)), container(ipm(2)))


def test_a_container_with_nothing_left_stays_unless_it_is_pruned() -> None:
    whole = event(container(FRAME), container(), container(epics_time(1, 2.0)))
    actions = [Action.DROP, Action.COPY]
    assert rebuilt(whole, actions).data.tobytes() == event(container(), container(), container(epics_time(1, 2.0)))
    assert rebuilt(whole, actions, prune=True).data.tobytes() == event(container(epics_time(1, 2.0)))


def test_a_container_in_a_container_is_pruned_with_it() -> None:
    assert rebuilt(event(container(container(FRAME))), [Action.DROP], prune=True).data.tobytes() == event()


def test_a_proxy_says_where_the_payload_was() -> None:
    before, whole = event(ipm(1)), event(container(xtc((1, 9), 1 << 16 | 2, b"abcd", damage=0x1000)))
    made = rebuilt(before + whole, [Action.COPY, Action.PROXY])
    at = len(before) + 40 + 20
    proxy = np.array([at, 0, 1 << 16 | 2, 24], "<u4").tobytes()
    assert made.data.tobytes() == before + event(container(xtc((1, 9), 1 << 16 | 91, proxy, damage=0x1000)))
    assert made.lengths.tolist() == [len(before), len(whole) + 12]


def test_the_inside_of_an_incomplete_container_is_never_looked_at() -> None:
    garbage = xtc((2, 1), 1, b"\xff" * 40, damage=1 << 15)
    whole = event(garbage, ipm(3), damage=1 << 16)
    assert rebuilt(whole, [Action.COPY, Action.COPY]).data.tobytes() == whole
    header_alone = xtc((2, 1), 1, damage=1 << 15)
    assert rebuilt(whole, [Action.HEADER, Action.COPY]).data.tobytes() == event(header_alone, ipm(3), damage=1 << 16)


def test_behind_a_child_that_cannot_be_the_container_is_lost_and_the_rest_is_kept() -> None:
    whole = event(container(ipm(1), xtc((1, 1), 2, extent=4), ipm(2)), ipm(3))
    assert rebuilt(whole, [Action.COPY, Action.COPY]).data.tobytes() == event(container(ipm(1)), ipm(3))


def test_containers_may_nest_deeper_than_expected() -> None:
    nested = ipm(1)
    for _ in range(200):
        nested = container(nested)
    assert rebuilt(event(nested), [Action.COPY]).data.tobytes() == event(nested)


@pytest.mark.parametrize("cut", range(0, 120, 7))
def test_datagrams_that_are_not_whole_stay_inside_the_buffer(cut: int) -> None:
    data = event(container(ipm(1), ipm(2)))
    table = heads(of(data)).table
    short = of(data)[: len(data) - cut - 1]
    count = len(walk(short, table["offset"], table["length"]).index)
    made = rebuild(short, table, np.full(count, Action.COPY, np.uint8))
    assert len(made.data) <= len(short)
    assert len(made.data) == made.lengths.sum()
