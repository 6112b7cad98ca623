"""The whole reduction of a delay scan with known truth."""

import math

import numpy as np

from dashboards.reduce.delay import ScanChoice, scan_result, unit_ratio
from dashboards.table import Table

ZERO_FS, WIDTH_FS = 137.0, 50.0
CHOICE = ScanChoice(signal="s", monitor="m", variable="x", time="t", time_scale=1000.0)


def delay_scan(seed: int = 0, steps: int = 61, events: int = 120) -> Table:
    """Every second event is pumped; the arrival time jitters by 0.2 ps and is measured."""
    random = np.random.default_rng(seed)
    count = steps * events
    x = np.repeat(np.linspace(-1500, 1500, steps), events)
    t, m = random.normal(0, 0.2, count), np.clip(random.normal(1, 0.3, count), 0.05, None)
    laser = np.arange(count) % 2.0
    edge = np.array([(1 + math.erf((each - ZERO_FS) / (math.sqrt(2) * WIDTH_FS))) / 2 for each in x + 1000 * t])
    s = m * (1 + 0.3 * laser * edge) + random.normal(0, 0.02, count)
    seq = np.arange(count)
    columns = {"x": x, "s": s, "m": m, "t": t, "lightStatus/laser": laser, "lightStatus/xray": np.ones(count)}
    return Table(seq, seq * 0, seq * 0, seq * 1.0, columns)


def test_time_zero_is_found_within_its_error_and_better_with_the_correction() -> None:
    result = scan_result(delay_scan(), CHOICE)

    assert result.corrected is not None
    plain, corrected = result.plain.edge, result.corrected.edge
    assert plain is not None
    assert corrected is not None
    assert abs(plain.position - ZERO_FS) < 3 * plain.position_error
    assert abs(corrected.position - ZERO_FS) < 3 * corrected.position_error
    assert corrected.position_error < plain.position_error / 2
    assert corrected.width < 75 < 150 < plain.width
    assert (result.used, result.seen, result.steps) == (7320, 7320, 61)


def test_the_laser_off_curve_has_no_step() -> None:
    off = scan_result(delay_scan(), CHOICE).plain.off

    np.testing.assert_allclose(off.y, 1.0, atol=0.02)


def test_events_that_cannot_count_are_left_out() -> None:
    rows = delay_scan(steps=3, events=10)
    for name, value in (("s", np.nan), ("m", np.nan), ("m", 0.0), ("lightStatus/xray", 0.0), ("x", np.nan)):
        rows.columns[name][:2] = value

    result = scan_result(rows, CHOICE)

    assert (result.used, result.seen) == (28, 28)


def test_without_monitor_time_and_laser_there_is_one_plain_curve() -> None:
    rows = delay_scan(steps=3, events=10)
    bare = Table(rows.seq, rows.run, rows.step, rows.time, {name: rows.columns[name] for name in "xs"})

    result = scan_result(bare, ScanChoice(signal="s", monitor="", variable="x", time="", time_scale=1.0))

    assert result.corrected is None
    assert len(result.plain.off.x) == 0
    np.testing.assert_allclose(result.plain.on.y, rows.columns["s"].reshape(3, 10).mean(axis=1))


def test_a_run_without_any_event_of_the_scan_gives_empty_curves() -> None:
    result = scan_result(delay_scan(steps=3, events=2).part(0, 0), CHOICE)

    assert result.corrected is not None
    assert (result.used, result.steps, len(result.plain.on.x), result.corrected.edge) == (0, 0, 0, None)


def test_units_of_time_are_converted_and_others_left_alone() -> None:
    assert unit_ratio("ps", "fs") == 1000.0
    assert unit_ratio("ps", "mm") == 1.0
    assert unit_ratio("", "fs") == 1.0
