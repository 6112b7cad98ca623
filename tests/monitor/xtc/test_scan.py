"""The scanner's counts: the seed's run by its published numbers, and files that are not as they should be."""

from pathlib import Path

import numpy as np
import pytest

from monitor.errors import DamagedData
from monitor.xtc.scan import ScanResult, scan
from tests.support.xtc_bytes import (
    BEGIN_CYCLE,
    CONFIGURE,
    EBEAM,
    IPM,
    L1ACCEPT,
    Clock,
    container,
    datagram,
    epics_ctrl,
    epics_time,
    ipm,
    run_streams,
    xtc,
)


def write(folder: Path, streams: dict[int, list[bytes]]) -> list[Path]:
    paths = []
    for number, data in streams.items():
        paths.append(folder / f"xppi0310-r0098-s{number:02d}-c00.xtc")
        paths[-1].write_bytes(b"".join(data))
    return paths


def counts(result: ScanResult, kind: str, name: str) -> dict[str, tuple[int, int]]:
    (source,) = (s for s in result.sources if (s.kind, s.name) == (kind, name))
    return {t.name: (t.all, t.state_and_events) for t in source.types}


def test_the_seeds_run_has_the_seeds_numbers(tmp_path: Path) -> None:
    result = scan(write(tmp_path, run_streams(steps=61, events=240, daq=2)))
    assert result.datagrams == 14826
    assert result.cycles == 61
    assert result.events_per_cycle == (240,) * 61
    assert result.transitions["Enable"] == 61
    assert "Disable" not in result.transitions
    assert counts(result, "DetInfo", "XppSb2Ipm-1|Ipimb-0") == {"IpimbConfig_V2": (1, 1), "IpimbData_V2": (14640, 14640)}
    assert counts(result, "ProcInfo", "Control") == {"RunControlConfig_V2": (61, 61)}
    assert result.epics == ("PV:ONE", "PV:TWO")
    assert result.events_before == result.incomplete == result.corrupt == 0


@pytest.mark.parametrize("daq", [1, 2, 3])
def test_streams_are_counted_as_one_run(tmp_path: Path, daq: int) -> None:
    result = scan(write(tmp_path, run_streams(steps=2, events=6, daq=daq)))
    assert (result.datagrams, result.events_per_cycle) == (12 + 3 + 2 * 3, (6, 6))


def test_a_cameras_events_are_not_counted_twice(tmp_path: Path) -> None:
    streams = run_streams(steps=2, events=6, daq=1, camera=True, first_fiducial=131_020)
    del streams[0][5]
    result = scan(write(tmp_path, streams))
    assert result.events_per_cycle == (6, 6)
    assert result.transitions["L1Accept"] == 11 + 6


def test_payloads_of_other_transitions_count_in_the_seeds_way_only(tmp_path: Path) -> None:
    clock = Clock()
    stream = [datagram(s, xtc(EBEAM, 15, bytes(4)), time=clock.tick()) for s in (CONFIGURE, 6, BEGIN_CYCLE, 9, 10)]
    assert counts(scan(write(tmp_path, {0: stream})), "BldInfo", "EBeam") == {"EBeamBld": (5, 2)}


def test_events_before_the_first_cycle_are_told_apart(tmp_path: Path) -> None:
    clock = Clock()
    stream = [datagram(s, time=clock.tick(), fiducials=clock.fiducial) for s in (CONFIGURE, 12, 12, BEGIN_CYCLE, 12)]
    result = scan(write(tmp_path, {0: stream}))
    assert (result.events_before, result.events_per_cycle) == (2, (1,))


def test_incomplete_and_corrupt_parts_are_reported_and_not_counted(tmp_path: Path) -> None:
    clock = Clock()
    event = datagram(
        L1ACCEPT,
        container(ipm(1), damage=1 << 15),
        container(ipm(1), xtc(IPM, 22, extent=0)),
        time=clock.tick(),
        fiducials=3,
    )
    result = scan(write(tmp_path, {0: [event]}))
    assert (result.incomplete, result.corrupt) == (1, 1)
    assert counts(result, "DetInfo", "XppSb2Ipm-1|Ipimb-0") == {"IpimbData_V2": (1, 1)}


def test_names_come_from_configure_and_not_from_events(tmp_path: Path) -> None:
    clock = Clock()
    stream = [
        datagram(CONFIGURE, epics_ctrl(1, "PV:ONE", 1.0), time=clock.tick()),
        datagram(L1ACCEPT, epics_ctrl(2, "PV:LATE", 1.0), epics_time(1, 2.0), time=clock.tick(), fiducials=3),
    ]
    assert scan(write(tmp_path, {0: stream})).epics == ("PV:ONE",)


def test_a_control_configuration_that_cannot_be_read_names_nothing(tmp_path: Path) -> None:
    stream = [datagram(CONFIGURE, xtc((0, 1), 2 << 16 | 10, b"\xff" * 8), time=(1, 1))]
    assert scan(write(tmp_path, {0: stream})).controls == ()


def test_a_bad_end_is_named(tmp_path: Path) -> None:
    (path,) = write(tmp_path, run_streams(daq=1))
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[:-5])
    assert scan([path]).ends == (f"{path.name} cannot be read behind byte {size - 40} of {size - 5}",)


def test_progress_ends_with_all_bytes(tmp_path: Path) -> None:
    paths = write(tmp_path, run_streams(daq=2))
    calls: list[tuple[int, int]] = []
    result = scan(paths, lambda done, size: calls.append((done, size)))
    assert calls[-1] == (result.size, result.size)
    assert calls == sorted(calls)


def test_what_is_not_xtc_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xtc"
    path.write_bytes(b"nothing of the kind" * 10)
    with pytest.raises(DamagedData, match="not an XTC file"):
        scan([path])


def test_only_chosen_events_count(tmp_path: Path) -> None:
    streams = run_streams(steps=2, events=6, daq=1)
    (path,) = write(tmp_path, streams)
    starts = [sum(map(len, streams[0][:i])) for i, one in enumerate(streams[0]) if one[11] & 15 == L1ACCEPT]
    result = scan([path], events={path: np.array(starts[4:8])})
    assert result.events_per_cycle == (2, 2)
    assert counts(result, "DetInfo", "XppSb2Ipm-1|Ipimb-0")["IpimbData_V2"] == (4, 4)
