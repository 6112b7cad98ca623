from pathlib import Path

import pytest

from monitor.errors import ConfigError, Unusable
from monitor.simulate.options import Options
from monitor.simulate.run import simulate
from tests.support.plain_xtc import datagrams


def test_later_chunks_begin_with_enable_and_continue_the_stream(tmp_path: Path) -> None:
    one = simulate("delay-scan", tmp_path / "one", Options(steps=4, events=12, streams=1))
    cut = simulate("delay-scan", tmp_path / "cut", Options(steps=4, events=12, streams=1, chunk_size=50_000))
    chunks = [list(datagrams(path)) for path in cut.files]
    assert len(chunks) > 2
    assert [chunk[0].service for chunk in chunks] == [4] + [10] * (len(chunks) - 1)
    events = [d for chunk in chunks for d in chunk if d.service == 12]
    assert events == [d for d in datagrams(one.files[0]) if d.service == 12]


def test_a_chunk_inside_a_step_begins_after_a_pause(tmp_path: Path) -> None:
    options = Options(steps=1, events=20, streams=2, chunk_size=20_000_000)
    run = simulate("scattering", tmp_path, options)
    services = [[d.service for d in datagrams(path)] for path in run.files]
    assert services[0][-2:] == [12, 11]
    assert services[1][0] == 10
    assert sum(chunk.count(12) for chunk in services) == 20


def test_progress_ends_with_all_events(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    simulate("delay-scan", tmp_path, Options(steps=2, events=4), lambda done, total: told.append((done, total)))
    assert told == [(4, 8), (8, 8)]


def test_the_pace_is_kept_by_waiting_and_readers_see_the_file_grow(tmp_path: Path) -> None:
    waits: list[float] = []
    sizes: list[int] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        sizes.append(sum(path.stat().st_size for path in tmp_path.glob("*.inprogress")))

    simulate("delay-scan", tmp_path, Options(steps=1, events=40, pace=100.0), sleep=sleep)
    assert sum(waits) == pytest.approx(0.4)
    assert sizes == sorted(set(sizes))


def test_a_run_that_the_disk_cannot_hold_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="fewer events"):
        simulate("scattering", tmp_path / "new", Options(steps=1000, events=10_000))
    assert list(tmp_path.iterdir()) == []


def test_a_detector_that_the_scenario_does_not_know_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cspad and jungfrau, not 'pilatus'"):
        simulate("dark", tmp_path, Options(detector="pilatus"))
    assert list(tmp_path.iterdir()) == []
