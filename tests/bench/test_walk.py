"""The seed's run (61 steps x 240 events of point data) from files to events, as a ratio to reading its bytes."""

from pathlib import Path

import pytest

from monitor.reader.bench import measure_walk
from tests.support.xtc_bytes import run_streams

pytestmark = pytest.mark.processes


def test_point_data_become_events(tmp_path: Path) -> None:
    paths = []
    for number, data in run_streams(steps=61, events=240, daq=2, payloads=9).items():
        paths.append(tmp_path / f"xppi0310-r0098-s{number:02d}-c00.xtc")
        paths[-1].write_bytes(b"".join(data))
    found = measure_walk(paths)
    assert found.events == 61 * 240
    assert found.datagrams == 61 * 240 + 2 * (3 + 4 * 61)
    assert found.payloads > 9 * 61 * 240
    assert 0 < found.walk_s < found.events_s
