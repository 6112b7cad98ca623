"""The whole reduction of a delay scan with known truth."""

import math
from dataclasses import replace

import numpy as np
import pytest

from dashboards.reduce.delay import ScanChoice, scan_result, unit_ratio
from dashboards.table import Table
from monitor.errors import ConfigError

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
    plain, corrected = result.plain.fit, result.corrected.fit
    assert plain is not None
    assert corrected is not None
    assert abs(plain.value("position") - ZERO_FS) < 3 * plain.error("position")
    assert abs(corrected.value("position") - ZERO_FS) < 3 * corrected.error("position")
    assert corrected.error("position") < plain.error("position") / 2
    assert corrected.value("width") < 75 < 150 < plain.value("width")
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
    assert (result.used, result.steps, len(result.plain.on.x), result.corrected.fit) == (0, 0, 0, None)


def test_units_of_time_are_converted_and_others_left_alone() -> None:
    assert unit_ratio("ps", "fs") == 1000.0
    assert unit_ratio("ps", "mm") == 1.0
    assert unit_ratio("", "fs") == 1.0


def test_a_condition_and_an_expression_select_and_scale() -> None:
    rows = delay_scan(steps=3, events=20)
    choice = replace(CHOICE, signal="2 * s", where="m > 1", time="")

    found = scan_result(rows, choice)

    bright = rows.columns["m"] > 1
    assert found.used == bright.sum()
    first = bright[:20] & (rows.columns["lightStatus/laser"][:20] == 1)
    ratio = 2 * rows.columns["s"][:20][first].sum() / rows.columns["m"][:20][first].sum()
    assert found.plain.on.y[0] == pytest.approx(ratio)


def test_on_over_off_takes_away_what_both_have() -> None:
    rows = delay_scan()
    drift = np.linspace(1, 3, len(rows))
    rows.columns["s"][:] *= drift

    found = scan_result(rows, replace(CHOICE, light="ratio", time="")).plain

    assert len(found.off.x) == 0
    assert found.fit is not None
    assert found.fit.value("height") == pytest.approx(0.3, abs=0.02)
    assert found.on.y[0] == pytest.approx(1, abs=0.03)


def test_bins_by_hand_hold_for_all_axes() -> None:
    found = scan_result(delay_scan(), replace(CHOICE, edges="-1000:1000:500"))

    assert found.corrected is not None
    for curve in (found.plain.on, found.corrected.on):
        assert len(curve.x) == 4
        assert (np.abs(curve.x - np.array([-750, -250, 250, 750])) < 100).all()


def test_a_fly_scan_gets_bins_with_a_good_number_of_events() -> None:
    rows = delay_scan()
    rows.columns["x"][:] = np.linspace(-1500, 1500, len(rows))

    found = scan_result(rows, replace(CHOICE, time="")).plain.on

    assert 20 <= len(found.x) <= 60
    assert found.count.min() > 20


def test_a_second_variable_makes_a_map_of_the_pumped_events() -> None:
    rows = delay_scan(steps=4, events=40)
    rows.columns["z"] = np.tile(np.repeat([5.0, 6.0], 20), 4)

    found = scan_result(rows, replace(CHOICE, second="z")).map

    assert found is not None
    assert found.values.shape == (2, 4)
    here = (rows.columns["x"] == -1500) & (rows.columns["z"] == 6) & (rows.columns["lightStatus/laser"] == 1)
    assert found.values[1, 0] == pytest.approx(rows.columns["s"][here].sum() / rows.columns["m"][here].sum())


def test_a_field_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match="no field 'q'"):
        scan_result(delay_scan(steps=3, events=2), replace(CHOICE, signal="q"))
