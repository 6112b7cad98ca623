from pathlib import Path

from monitor.xtc.clock_order import Limits, by_clock, prefix, within
from tests.support.xtc_bytes import BEGIN_CYCLE, DISABLE, ENABLE, L1ACCEPT, datagram


def stream(folder: Path, number: int, *datagrams: tuple[int, int]) -> tuple[Path, ...]:
    """A file with these (service, second)."""
    path = folder / f"e1-r0001-s{number:02d}-c00.xtc"
    path.write_bytes(b"".join(datagram(service, time=(second, 0), fiducials=3) for service, second in datagrams))
    return (path,)


def listed(streams: dict[int, tuple[Path, ...]], offset: float = 0.0) -> list[tuple[int, int, int]]:
    return [(found.stream, found.service, int(found.head["seconds"])) for found in by_clock(streams, offset)]


def test_the_earlier_clock_goes_first_and_then_the_lower_stream(tmp_path: Path) -> None:
    streams = {1: stream(tmp_path, 1, (L1ACCEPT, 2), (L1ACCEPT, 5)), 0: stream(tmp_path, 0, (L1ACCEPT, 3), (L1ACCEPT, 5))}
    assert listed(streams) == [(1, 12, 2), (0, 12, 3), (0, 12, 5), (1, 12, 5)]


def test_shared_transitions_come_once_and_disable_never(tmp_path: Path) -> None:
    both = [(BEGIN_CYCLE, 1), (ENABLE, 1), (DISABLE, 3), (ENABLE, 4)]
    streams = {0: stream(tmp_path, 0, *both), 1: stream(tmp_path, 1, *both)}
    assert [service for _, service, _ in listed({0: streams[0]})] == [BEGIN_CYCLE, ENABLE, ENABLE]
    assert [service for _, service, _ in listed(streams)] == [BEGIN_CYCLE, ENABLE, ENABLE]


def test_the_offset_is_added_to_transitions(tmp_path: Path) -> None:
    streams = {0: stream(tmp_path, 0, (ENABLE, 1)), 1: stream(tmp_path, 1, (L1ACCEPT, 2))}
    assert [service for _, service, _ in listed(streams, 1.5)] == [L1ACCEPT, ENABLE]


def test_chunks_follow_each_other(tmp_path: Path) -> None:
    chunks = (*stream(tmp_path, 0, (L1ACCEPT, 9)), *stream(tmp_path, 1, (L1ACCEPT, 1)))
    assert [second for _, _, second in listed({0: chunks})] == [9, 1]


def test_limits_end_the_list(tmp_path: Path) -> None:
    services = (BEGIN_CYCLE, L1ACCEPT, L1ACCEPT, BEGIN_CYCLE, L1ACCEPT)
    streams = {0: stream(tmp_path, 0, *((service, n) for n, service in enumerate(services)))}
    for limits, count in (
        (Limits(events=2), 3),
        (Limits(cycles=1), 3),
        (Limits(cycles=0), 0),
        (Limits(datagrams=4), 4),
        (Limits(events=0), 0),
        (Limits(), 5),
    ):
        assert len(list(within(by_clock(streams), limits))) == count
        assert prefix(streams, limits) == {streams[0][0]: 40 * count}
