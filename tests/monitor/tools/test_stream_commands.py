"""The commands that listen to the stream, and the rehearsals of it, against an aggregator's sockets."""

from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest

from monitor.client import Monitor
from monitor.tools.bench_stream import bench_hostile, bench_stream
from monitor.tools.main import run
from monitor.tools.spark import sparkline
from monitor.tools.stage import Stage, some_rows
from monitor.wire.rows import Reduced

pytestmark = pytest.mark.processes

FAST_S = 0.01


class Source:
    """Ten events of two fields every 10 ms."""

    def __init__(self) -> None:
        self.first, self._next = 0, 0.0

    def __call__(self, now: float) -> Reduced | None:
        if now < self._next:
            return None
        self._next = now + FAST_S
        rows = some_rows(self.first, 10, 2, now)
        self.first += 10
        return rows


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage(Source()) as running:
        yield running
    assert running.failure is None


def test_subscribe_prints_the_fields_asked_for(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["subscribe", "--address", stage.stream.address, "-f", "detector/value_1", "--every", "5", "-n", "2"]
    assert run(arguments) == 0
    lines = capsys.readouterr().out.split("\n")[:-1]
    assert len(lines) == 4
    numbers = [int(line.split()[0]) for line in lines]
    assert np.diff(numbers).tolist() == [5, 5, 5]
    assert lines[0] == f"{numbers[0]} detector/value_1={numbers[0]}"


def test_subscribe_records_the_run_so_far_and_what_follows(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "mine.h5"
    assert run(["subscribe", "--address", stage.stream.address, "--history", "-o", str(path), "-n", "5"]) == 0
    with h5py.File(path) as file:
        seq = file["seq"][:]
        assert seq.tolist() == list(range(int(seq[0]), int(seq[0]) + len(seq)))
        np.testing.assert_array_equal(file["detector/value_0"][:], seq)


def test_subscribe_draws_one_line_per_field(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["subscribe", "--address", stage.stream.address, "-f", "detector/value_1", "--plot", "-n", "3"]) == 0
    assert "detector/value_1  ▁" in capsys.readouterr().out


def test_topics_lists_what_there_is(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["topics", "--address", stage.stream.address, "--seconds", "1"]) == 0
    said = capsys.readouterr().out
    assert "rows/events" in said
    assert "detector/value_1" in said


def test_a_selection_that_cannot_be_is_said_in_one_sentence(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["subscribe", "status", "--address", stage.stream.address, "-f", "x"]) == 2
    assert "only rows/events has fields" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("values", "width", "expected"),
    [([], 5, ""), ([np.nan], 5, " "), ([3.0, 3.0], 5, "▁▁"), ([0, 0, 7, 7], 2, "▁█"), ([0, np.nan, 7, np.nan], 2, "▁█")],
)
def test_a_curve_of_blocks(values: list[float], width: int, expected: str) -> None:
    assert sparkline(np.array(values, float), width) == expected


@pytest.mark.processes
def test_noise_on_every_socket_is_counted_and_no_row_is_missed() -> None:
    found = bench_hostile(1000)
    assert found["messages missed"] == 0
    assert int(found["rows meanwhile"]) > 0
    # Of a mad message, some are of a kind that is answered or ignored by right; most are counted.
    assert 1000 < int(found["counted"]) <= 3200
    assert int(found["kinds of trouble"]) < 20


@pytest.mark.processes
def test_fifty_subscribers_who_come_and_one_who_never_reads_cost_the_others_nothing(stage: Stage) -> None:
    with Monitor(stage.stream.address) as steady, Monitor(stage.stream.address) as asleep:
        asleep.subscribe("")
        steps = steady.rows("detector/value_0", timeout_s=20.0)
        stop = next(steps).stop
        crowd = [Monitor(stage.stream.address) for _ in range(50)]
        for one in crowd:
            one.subscribe("")
        for _ in range(100):
            rows = next(steps)
            assert rows.seq[0] == stop
            stop = rows.stop
        for one in crowd:
            one.close()
        for _ in range(50):
            rows = next(steps)
            assert rows.seq[0] == stop
            stop = rows.stop
        assert steady.missed == {}


@pytest.mark.processes
def test_the_measurement_of_the_stream_finds_rows_and_delays() -> None:
    lines = bench_stream((2,), seconds=0.3)
    assert [line.wanted for line in lines] == ["all of 100 fields", "2 of 100 fields"]
    assert all(line.rows_per_s > 0 and 0 < line.median_ms <= line.most_ms for line in lines)
