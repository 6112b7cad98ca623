"""Selections, delays, cubes and scan curves against the original functions (golden/smalldata: cube, and helpers of fits)."""

import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.cube.cube import Axis, Cube, cube, scan_edges
from monitor.cube.delay import delay, scan_variable
from monitor.cube.nearest import mean_of_nearest, nearest_off, running_median
from monitor.cube.ratio import ratio_by_value, ratio_in_bins
from monitor.cube.selection import Cut, Selection
from tests.support.golden_smalldata import Case, parametrise

RTOL = 1e-12
LASER = {"2": "any", "1": "on", "0": "off"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    functions = {"filters": "addCut/getFilter", "delays": "getDelay", "cubes": "makeCubeData", "scans": "plotScan"}
    parametrise(metafunc, "cube", **{name: (function,) for name, function in functions.items()})
    parametrise(metafunc, "fits", median=("running_median_insort",), nearest=("get_startOffIdx",))


def columns_of(case: Case) -> dict[str, NDArray[Any]]:
    """The file that a case is of, which is the first word of its label."""
    start = f"in/{case.label.partition('_')[0]}/"
    return {key.removeprefix(start): case.stored[key] for key in case.stored.files if key.startswith(start)}


def selection_of(case: Case) -> Selection:
    """The cuts that the file states for the same run."""
    meta = json.loads(str(case.stored["meta"]))
    filters = meta["cases"][f"{case.label.partition('_')[0]}_filter"]
    return Selection([Cut(*cut) for cut in filters["params"]["cuts"]])


def expected(case: Case) -> dict[str, NDArray[Any]]:
    start = f"case/{case.label}/"
    return {key.removeprefix(start): case.stored[key] for key in case.stored.files if key.startswith(start)}


def test_selections_choose_the_events_of_the_original(filters: Case) -> None:
    columns, cuts = columns_of(filters), Selection([Cut(*cut) for cut in filters.params["cuts"]])
    theirs = expected(filters)
    np.testing.assert_array_equal(cuts.chosen(columns), theirs["filter"])
    np.testing.assert_array_equal(cuts.chosen(columns, "on"), theirs["on"])
    np.testing.assert_array_equal(cuts.chosen(columns, "off"), theirs["off"])


def test_delays_are_those_of_the_original(delays: Case) -> None:
    columns, theirs = columns_of(delays), expected(delays)
    np.testing.assert_allclose(delay(columns), theirs["delay_tt"], rtol=RTOL)
    np.testing.assert_allclose(delay(columns, time_tool=False), theirs["delay_nott"], rtol=RTOL)
    scanned = scan_variable(columns)
    values = columns[scanned] if scanned else delay(columns)
    np.testing.assert_allclose(values, theirs["scanValues"].reshape(-1), rtol=RTOL)


def made(case: Case) -> Cube:
    columns = columns_of(case)
    columns["delay"] = delay(columns)
    variable = case.params["binVar"]
    edges = np.asarray(case.params["bins"], np.float64)
    edges = edges if len(edges) else scan_edges(columns[variable])
    axes = [Axis(variable, edges)]
    axes += [Axis(name, np.array(more)) for name, more in case.params.get("addBinVars", {}).items()]
    laser = LASER[case.label.rpartition("onoff")[2]] if "onoff" in case.label else "any"
    chosen = selection_of(case).chosen(columns, laser)  # type: ignore[arg-type]  # one of its three words
    fields = [name for key in expected(case) if (name := key.replace("__", "/")) in columns]
    return cube(columns, axes, [*fields, variable], chosen)


def test_cubes_have_the_sums_of_the_original(cubes: Case) -> None:
    found, theirs, compared = made(cubes), expected(cubes), 0
    scan = not len(cubes.params["bins"])
    # The original puts an empty bin before the first value of a scan.
    ours: dict[str, NDArray[Any]] = {"nEntries": found.count}
    if len(found.axes) == 1:  # else it is the number of the bin, times the events
        ours["binVar"] = found.total[cubes.params["binVar"]]
    ours |= {name.replace("/", "__"): sums for name, sums in found.total.items()}
    ours |= {f"std_{name.replace('/', '__')}": found.std(name) for name in found.total}
    for key, values in ours.items():
        if key in theirs:
            right = theirs[key][1:] if scan else theirs[key]
            empty = found.count == 0
            np.testing.assert_allclose(values[~empty], right[~empty], rtol=1e-9, err_msg=key)
            assert np.isnan(right[empty]).all(), key
            compared += 1
    assert compared >= 4


def test_axes_are_those_of_the_original_but_for_their_mixed_labels(cubes: Case) -> None:
    found, theirs = made(cubes), expected(cubes)
    first, *others = found.axes
    if others:
        np.testing.assert_allclose(theirs[f"bins_{first.field.replace('/', '_')}"], first.edges[1:])
        for axis in others:
            np.testing.assert_allclose(theirs[f"bins_{axis.field.replace('/', '_')}"], axis.centers)
    else:
        left = theirs["binVar_bins"][0 if len(cubes.params["bins"]) else 1 :]
        np.testing.assert_allclose(left, first.edges[:-1])


def test_scan_curves_are_those_of_the_original_but_for_lost_points_and_labels(scans: Case) -> None:
    columns, theirs, params = columns_of(scans), expected(scans), scans.params
    signal, monitor, position = columns[params["sig"]], columns[params["i0"]], columns[scan_variable(columns)]
    cuts = selection_of(scans)
    on, off = (cuts.chosen(columns, "on"), cuts.chosen(columns, "off"))
    off_points, off_ratio = ratio_by_value(position[off], signal[off], monitor[off])
    np.testing.assert_allclose(theirs["scanOffPoints"], (off_points[:-1] + off_points[1:]) / 2)
    if params["use_ttCorr"]:
        edges = np.linspace(position[on].min(), position[on].max(), params["Bins"])
        ratio = ratio_in_bins(position[on], signal[on], monitor[on], edges)
        np.testing.assert_allclose(theirs["scan"][:-1], ratio, rtol=RTOL)
        np.testing.assert_allclose(theirs["scanPoints"][:-1], (edges[:-1] + edges[1:]) / 2)
        # The last off point is lost there, the first one below.
        np.testing.assert_allclose(theirs["scanOff"], off_ratio[:-1], rtol=RTOL)
        return
    points, ratio = ratio_by_value(position[on], signal[on], monitor[on])
    np.testing.assert_allclose(theirs["scan"], ratio[1:], rtol=RTOL)
    np.testing.assert_allclose(theirs["scanPoints"], (points[:-1] + points[1:]) / 2)
    np.testing.assert_allclose(theirs["scanOff"], off_ratio[1:], rtol=RTOL)


def test_running_medians_are_those_of_the_original(median: Case) -> None:
    np.testing.assert_array_equal(running_median(median.given(), median.params["windowsize"]), median.expected()["r"])


def test_the_nearest_off_events_are_those_of_the_original(nearest: Case) -> None:
    times, off, neighbours = nearest.given(), nearest.given(1).astype(bool), nearest.params["nNbr"]
    first = nearest_off(times, off, neighbours)
    np.testing.assert_array_equal(first, nearest.expected()["idx"])
    np.testing.assert_allclose(mean_of_nearest(times[off], first, neighbours), nearest.expected()["offmean"], rtol=RTOL)
