"""What the plots of scalar fields draw, against values worked out by hand."""

import numpy as np
import pytest

from dashboards.plots.choice import PlotChoice
from dashboards.plots.plot import PLOTS, Numbers
from dashboards.snapshot import FieldInfo, Snapshot
from dashboards.table import Table
from monitor.errors import ConfigError
from monitor.plugins import load_folder

load_folder("dashboards.plots")

COUNT = 100
SEQ = np.arange(COUNT)
COLUMNS = {"a": SEQ % 10.0, "b": SEQ * 1.0, "laser": SEQ % 2.0}
ROWS = Table(SEQ, SEQ * 0, SEQ * 0, 1000 + SEQ / 10, COLUMNS)
SNAPSHOT = Snapshot(version=1, rows=ROWS, fields={name: FieldInfo("V") for name in COLUMNS})


def drawn(choice: PlotChoice) -> tuple[Numbers, str]:
    offered: list[PlotChoice] = []
    plot = PLOTS.get(choice.kind)(choice, 200, offered.append)
    said = plot.update(SNAPSHOT, ROWS)
    return plot.numbers(), said


def test_a_strip_of_seconds() -> None:
    numbers, said = drawn(PlotChoice(y=("b",), average="1s", where="laser == 1"))

    np.testing.assert_allclose(numbers["b"]["mean"], 5 + 10 * np.arange(10))
    np.testing.assert_array_equal(numbers["b"]["events"], [5] * 10)
    assert said == "50 of 100 events (50 %)"


def test_curves_divided_by_their_mean() -> None:
    numbers, _ = drawn(PlotChoice(y=("b + 1", "2 * (b + 1)"), mode="relative"))

    np.testing.assert_allclose(numbers["b + 1"]["mean"], numbers["2 * (b + 1)"]["mean"])
    assert numbers["b + 1"]["mean"].mean() == pytest.approx(1)


def test_histograms_share_their_bins() -> None:
    numbers, _ = drawn(PlotChoice(kind="histogram", y=("a", "a where laser == 1"), bins="0:10:5"))

    assert numbers["a"]["events"].tolist() == [50, 50]
    assert numbers["a where laser == 1"]["events"].tolist() == [20, 30]


def test_the_points_of_a_scatter_on_logarithmic_axes_are_the_values() -> None:
    numbers, said = drawn(PlotChoice(kind="scatter", x="b", y=("a",), log="x"))

    np.testing.assert_allclose(numbers["a"]["x"], np.arange(1, 100))
    assert said == "99 of 100 events (99 %)"


def test_the_cells_of_a_density_hold_all_events() -> None:
    numbers, _ = drawn(PlotChoice(kind="scatter", x="a", y=("a",), mode="density"))

    assert numbers["a"]["events"].tolist() == [10] * 10


def test_a_profile_is_mean_and_error_per_bin() -> None:
    numbers, _ = drawn(PlotChoice(kind="profile", x="laser", y=("a",), bins="-0.5, 0.5, 1.5"))

    np.testing.assert_allclose(numbers["a"]["mean"], [4, 5])
    np.testing.assert_allclose(numbers["a"]["error"], np.std(np.tile([0, 2, 4, 6, 8], 10), ddof=1) / np.sqrt(50) * np.ones(2))


def test_the_matrix_ranks_the_strongest_pair_first() -> None:
    numbers, _ = drawn(PlotChoice(kind="matrix"))

    first = {numbers["correlation"]["x"][0], numbers["correlation"]["y"][0]}
    assert first == {"a", "laser"}
    assert numbers["correlation"]["r"][0] == pytest.approx(np.corrcoef(COLUMNS["a"], COLUMNS["laser"])[0, 1])


@pytest.mark.parametrize("kind", ["strip", "histogram", "scatter", "profile"])
def test_a_field_that_is_not_there_is_named(kind: str) -> None:
    with pytest.raises(ConfigError, match="no field 'q/r'"):
        drawn(PlotChoice(kind=kind, x="a", y=("q/r",)))
