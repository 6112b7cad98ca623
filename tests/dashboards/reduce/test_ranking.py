"""The ranking of correlations against numpy's own coefficient and what is known of made-up fields."""

import numpy as np
import pytest

from dashboards.reduce.ranking import LEAST_PAIRS, MOST_ROWS, correlations, ranking
from dashboards.table import Table


def table(columns: dict[str, np.ndarray]) -> Table:
    count = len(next(iter(columns.values())))
    whole = np.zeros(count, np.int64)
    return Table(np.arange(count), whole, whole, np.arange(count, dtype=float), columns)


def test_without_gaps_it_is_the_usual_coefficient() -> None:
    values = np.random.default_rng(1).normal(size=(5, 300))
    values[3] += values[1]

    np.testing.assert_allclose(correlations(values), np.corrcoef(values), atol=1e-12)


def test_with_gaps_each_pair_stands_on_the_events_that_have_both() -> None:
    random = np.random.default_rng(2)
    values = random.normal(size=(4, 400))
    values[random.random((4, 400)) < 0.3] = np.nan

    found = correlations(values)

    for i in range(4):
        for j in range(4):
            both = np.isfinite(values[i]) & np.isfinite(values[j])
            assert found[i, j] == pytest.approx(np.corrcoef(values[i][both], values[j][both])[0, 1])


def test_too_few_common_events_give_no_coefficient() -> None:
    values = np.random.default_rng(3).normal(size=(2, 2 * LEAST_PAIRS))
    values[0, LEAST_PAIRS - 1 :] = np.nan

    assert np.isnan(correlations(values)[0, 1])


def test_a_field_that_stands_still_where_the_other_is_there_gives_no_coefficient() -> None:
    values = np.random.default_rng(4).normal(size=(2, 200))
    values[0, :100] = 0.3
    values[1, 100:] = np.nan

    assert np.isnan(correlations(values)[0, 1])


def test_the_strongest_pair_comes_first_and_odd_fields_are_left_out() -> None:
    random = np.random.default_rng(5)
    x, y, z = random.normal(size=(3, 1000))
    rows = table(
        {
            "constant": np.full(1000, 5.0),
            "absent": np.full(1000, np.nan),
            "z": z,
            "weak": x + 2 * y,
            "x": 1e9 + 1e-3 * x,
            "strong": -x + 0.1 * y,
            "wild": np.where(np.arange(1000) % 500 == 0, 1e308, -1e308),
        }
    )

    found = ranking(rows, list(rows.columns))

    first, second = found.pairs[:2]
    assert {found.names[i] for i in first} == {"x", "strong"}
    assert found.matrix[first] == pytest.approx(-1 / np.sqrt(1.01), abs=0.01)
    assert "constant" not in found.names
    assert "absent" not in found.names
    assert abs(found.matrix[first]) >= abs(found.matrix[second])
    assert found.noise == pytest.approx(3 / np.sqrt(999))


def test_by_rank_one_wild_value_counts_little_and_any_monotonic_relation_is_full() -> None:
    x = np.random.default_rng(6).normal(size=500)
    rows = table({"x": x, "y": np.exp(5 * x), "wild": np.where(np.arange(500) == 7, -1e6, x)})

    found = ranking(rows, list(rows.columns), by_rank=True)
    matrix = {(a, b): found.matrix[i, j] for i, a in enumerate(found.names) for j, b in enumerate(found.names)}

    assert matrix["x", "y"] == pytest.approx(1.0)
    assert matrix["x", "wild"] > 0.95
    assert ranking(rows, ["x", "wild"]).matrix[0, 1] < 0.2


def test_equal_values_share_a_rank() -> None:
    x = np.tile([0.0, 0.0, 1.0, 2.0], 25)
    ranks = np.tile([24.5, 24.5, 62.0, 87.0], 25)
    y = np.arange(100.0)

    found = ranking(table({"x": x, "y": y}), ["x", "y"], by_rank=True)

    assert found.matrix[0, 1] == pytest.approx(np.corrcoef(ranks, y)[0, 1])


def test_the_work_is_bounded() -> None:
    rows = table({"a": np.arange(1e5), "b": np.arange(1e5) ** 2})

    assert ranking(rows, ["a", "b"]).used == MOST_ROWS
    assert ranking(rows.part(0, 0), ["a", "b"]).pairs == []
