"""Cubes: what falls on edges, what is missing, and what is left of an empty file."""

import numpy as np
import pytest

from monitor.cube.cube import Axis, cube, scan_edges
from monitor.cube.delay import delay
from monitor.cube.nearest import nearest_off, running_median
from monitor.cube.ratio import ratio_by_value, ratio_in_bins
from monitor.cube.selection import Cut, Selection

ALL = np.ones(5, bool)


def test_an_event_on_an_edge_is_in_the_bin_above_and_one_on_the_last_edge_in_none() -> None:
    columns = {"x": np.array([0.0, 1.0, 1.5, 2.0, np.nan]), "y": np.array([1.0, 10.0, 100.0, 1000.0, 1e4])}
    found = cube(columns, [Axis("x", np.array([0.0, 1.0, 2.0]))], ["y"], ALL)
    assert found.count.tolist() == [1, 2]
    assert found.total["y"].tolist() == [1.0, 110.0]


def test_values_that_are_missing_count_in_no_mean_and_an_empty_bin_has_none() -> None:
    columns = {"x": np.array([0.5, 0.5, 0.5, 2.5, 2.5]), "y": np.array([1.0, 3.0, np.nan, 5.0, 5.0])}
    found = cube(columns, [Axis("x", np.arange(4.0))], ["y"], ALL)
    np.testing.assert_array_equal(found.count, [3, 0, 2])
    np.testing.assert_array_equal(found.mean("y"), [2.0, np.nan, 5.0])
    np.testing.assert_array_equal(found.std("y"), [1.0, np.nan, 0.0])


def test_two_axes_and_arrays() -> None:
    random = np.random.default_rng(2)
    columns = {"a": random.random(200), "b": random.random(200), "wave": random.normal(size=(200, 3))}
    axes = [Axis("a", np.linspace(0, 1, 4)), Axis("b", np.linspace(0, 1, 3))]
    found = cube(columns, axes, ["wave"], np.ones(200, bool))
    inside = (columns["a"] >= axes[0].edges[1]) & (columns["a"] < axes[0].edges[2]) & (columns["b"] >= 0.5)
    np.testing.assert_allclose(found.mean("wave")[1, 1], columns["wave"][inside].mean(axis=0))
    np.testing.assert_allclose(found.std("wave")[1, 1], columns["wave"][inside].std(axis=0))


def test_nothing_gives_nothing() -> None:
    columns = {"x": np.empty(0), "y": np.empty((0, 4))}
    found = cube(columns, [Axis("x", np.array([0.0, 1.0]))], ["y"], Selection([Cut("x", 0, 1)]).chosen(columns))
    assert found.count.tolist() == [0]
    assert np.isnan(found.mean("y")).all()
    assert scan_edges(np.array([np.nan])).size == 0
    assert running_median(np.empty(0), 3).size == 0


@pytest.mark.parametrize("edges", [[], [1.0], [2.0, 1.0], [1.0, 1.0], [0.0, np.nan]])
def test_edges_that_do_not_grow_are_refused(edges: list[float]) -> None:
    with pytest.raises(ValueError, match="edges of x"):
        Axis("x", np.array(edges))


def test_both_cuts_on_one_field_count_and_nothing_stays_from_the_selection_before() -> None:
    columns = {"i0": np.array([1.0, 2.0, 3.0, np.nan]), "lightStatus/laser": np.array([1, 1, 0, 0]), "tt/AMPL": np.zeros(4)}
    chosen = Selection([Cut("i0", 0, 2.5), Cut("i0", 1.5, 9), Cut("tt/AMPL", 0.1, 1)])
    assert chosen.chosen(columns, "off").tolist() == [False, False, False, False]
    assert Selection([Cut("tt/AMPL", 0.1, 1)]).chosen(columns, "off").tolist() == [False, False, True, True]
    assert Selection([Cut("tt/AMPL", 0.1, 1)]).chosen(columns, "on").tolist() == [False] * 4


def test_a_stage_in_seconds_gives_picoseconds() -> None:
    stage = np.linspace(-1e-12, 1e-12, 20)
    for name, values in {"scan/lxt_ttc": stage, "enc/lasDelay": stage * 1e12, "epics/lxt": stage}.items():
        np.testing.assert_allclose(delay({name: values}), stage * 1e12)
    np.testing.assert_allclose(delay({"epics/lxt": stage, "tt/ttCorr": np.arange(20.0)}), stage * 1e12 + np.arange(20))


def test_every_point_of_a_scan_is_at_its_own_value() -> None:
    position, signal = np.array([3.0, 1.0, 2.0, 1.0]), np.array([30.0, 5.0, 20.0, 15.0])
    points, ratio = ratio_by_value(position, signal, np.ones(4))
    assert points.tolist() == [1.0, 2.0, 3.0]
    assert ratio.tolist() == [10.0, 20.0, 30.0]
    in_bins = ratio_in_bins(position, signal, np.array([1.0, 1.0, np.nan, 1.0]), np.array([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(in_bins, [10.0, np.nan])


def test_too_few_events_without_laser_are_told() -> None:
    with pytest.raises(ValueError, match="1 events without the laser"):
        nearest_off(np.arange(4), np.array([True, False, False, False]), 2)
