"""How long a service takes to start: what is told is in its order, and a service that does not start is said."""

from pathlib import Path

import pytest

from monitor.errors import Unusable
from monitor.simulate.options import Options
from monitor.simulate.run import simulate
from monitor.tools.bench_start import bench_start

pytestmark = pytest.mark.processes


def test_events_are_counted_after_there_is_a_stream(tmp_path: Path) -> None:
    run = simulate("delay-scan", tmp_path, Options(steps=31, events=40))
    (line,) = bench_start(run.files, rounds=1, rate=120.0)
    assert 0 < line.stream_s <= line.event_s
    assert line.stream_s < 180
    assert line.page_s > 0
    assert line.processor_s > 0


def test_a_service_that_does_not_start_is_said_in_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match=r"none\.xtc"):
        bench_start([tmp_path / "none.xtc"], rounds=1, rate=120.0)
