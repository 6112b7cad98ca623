"""The scan counts what was written."""

from pathlib import Path

import pytest

from monitor.errors import DamagedData, Unusable
from monitor.xtc2.header import Transition
from monitor.xtc2.scan import DetectorCount, ScanResult, scan
from tests.support.xtc2_bytes import at, configure, gmd, slow, stream
from tests.support.xtc2_bytes import scan as step_position


def written(folder: Path, *streams: list[bytes]) -> list[Path]:
    paths = [folder / f"synth0001-r0007-s{number:03d}-c000.xtc2" for number in range(len(streams))]
    for path, data in zip(paths, streams, strict=True):
        path.write_bytes(b"".join(data))
    return paths


def detector(result: ScanResult, name: str, algorithm: str = "raw") -> DetectorCount:
    (found,) = (one for one in result.detectors if (one.det, one.algorithm) == (name, algorithm))
    return found


def test_a_stream_is_counted(tmp_path: Path) -> None:
    result = scan(written(tmp_path, stream(events=5)))
    assert (result.experiments, result.runs, result.datagrams) == (("synth0001",), (7,), 13)
    assert (result.events, result.steps, result.events_per_step, result.events_before) == (5, 1, (5,), 0)
    assert (result.first, result.last) == ((1000, 10), (1000, 14))
    assert result.controls == ("step_value", "motor", "step_docstring")
    assert result.epics == ("StaleFlags", "XPP:MMS:01", "label", "wave")
    assert (result.unknown, result.corrupt, result.problems) == (0, 0, ())
    found = detector(result, "gmd")
    assert (found.events, found.others, found.damaged, found.size, found.version) == (5, 0, 0, 5 * 18, "2.1.0")
    assert found.fields == (("energy", "DOUBLE", 0), ("count", "INT64", 0), ("noise", "INT16", 0))
    assert (detector(result, "atm", "config").events, detector(result, "atm", "config").others) == (0, 2)


def test_what_several_streams_have_at_one_time_is_one_event(tmp_path: Path) -> None:
    result = scan(written(tmp_path, stream(events=5), stream(events=3)))
    assert (result.events, result.datagrams, result.transitions["L1Accept"], result.transitions["BeginStep"]) == (5, 24, 5, 1)
    assert detector(result, "gmd").events == 8


def test_events_belong_to_the_step_before_them(tmp_path: Path) -> None:
    steps = [at(Transition.BEGIN_STEP, 10 * i, step_position(i)) for i in (1, 2, 3)]
    events = [at(Transition.L1ACCEPT, tick, gmd(1)) for tick in (5, 11, 12, 35)]
    result = scan(written(tmp_path, [configure(), events[0], steps[0], *events[1:3], *steps[1:], events[3]]))
    assert (result.events_before, result.events_per_step) == (1, (2, 0, 1))


def test_damage_and_strangers_are_counted(tmp_path: Path) -> None:
    empty = at(Transition.CONFIGURE, 1)
    result = scan(
        written(tmp_path, [configure(), at(12, 5, gmd(1, damage=1)), at(12, 6, gmd(2), damage=8), empty, at(10, 7, slow(1))])
    )
    assert detector(result, "gmd").damaged == 1
    assert (result.unknown, result.corrupt) == (1, 1)


def test_a_cut_file_is_named(tmp_path: Path) -> None:
    data = b"".join(stream())
    result = scan(written(tmp_path, [data[:-1]]))
    assert result.problems == (f"synth0001-r0007-s000-c000.xtc2 cannot be read behind byte {len(data) - 24} of {len(data) - 1}",)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="there is no such file"):
        scan([tmp_path / "a.xtc2"])
    with pytest.raises(Unusable, match="is a folder"):
        scan([tmp_path])


@pytest.mark.parametrize(
    ("data", "why"), [(b"", "empty"), (b"text" * 20, "no datagram header"), (bytes(7) + b"\2" + bytes(40), "2019")]
)
def test_what_is_no_xtc2_is_refused(data: bytes, why: str, tmp_path: Path) -> None:
    with pytest.raises(DamagedData, match=why):
        scan(written(tmp_path, [data]))
