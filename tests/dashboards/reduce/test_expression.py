"""Expressions over fields: the values of a small table, worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.reduce.expression import Expression
from dashboards.table import Table
from monitor.errors import ConfigError

NAN = np.nan
NAMES = ("ipm2/sum", "ipm2/sum_all", "light/laser", "scan/lxt:a-b", "a", "b", "ipm3/ch[1]", "log")
COLUMNS = {
    "ipm2/sum": np.array([1.0, 2.0, NAN, 4.0]),
    "ipm2/sum_all": np.array([8.0, 8.0, 8.0, 8.0]),
    "light/laser": np.array([1.0, 0.0, 1.0, 1.0]),
    "scan/lxt:a-b": np.array([10.0, 20.0, 30.0, 40.0]),
    "a": np.array([6.0, 6.0, 6.0, 6.0]),
    "b": np.array([0.0, 1.0, 2.0, 3.0]),
    "ipm3/ch[1]": np.array([5.0, 6.0, 7.0, 8.0]),
}
ROWS = Table(np.arange(10, 14), np.full(4, 98), np.array([0, 0, 1, 1]), np.array([0.5, 1.0, 1.5, 2.0]), COLUMNS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ipm2/sum", [1, 2, NAN, 4]),
        ("ipm2/sum_all", [8, 8, 8, 8]),
        ("ipm2/sum/ipm2/sum_all", [0.125, 0.25, NAN, 0.5]),
        ("a/b", [np.inf, 6, 3, 2]),
        ("2*a-b**2", [12, 11, 8, 3]),
        ("ipm2/sum where light/laser == 1", [1, NAN, NAN, 4]),
        ("a where not light/laser", [NAN, 6, NAN, NAN]),
        ("a where ipm2/sum > 1 and b < 3", [NAN, 6, NAN, NAN]),
        ("a where there(ipm2/sum)", [6, 6, NAN, 6]),
        ("scan/lxt:a-b", [10, 20, 30, 40]),
        ("'scan/lxt:a-b' - 10", [0, 10, 20, 30]),
        ("scan/lxt:a-b-10", [0, 10, 20, 30]),
        ("ipm3/ch[1] + 1", [6, 7, 8, 9]),
        ("max(b, 1.5)", [1.5, 1.5, 2, 3]),
        ("log10(10**b)", [0, 1, 2, 3]),
        ("b > 1", [0, 0, 1, 1]),
        ("(b > 1) + (b > 2)", [0, 0, 1, 2]),
        ("1 < b < 3", [0, 0, 1, 0]),
        ("7", [7, 7, 7, 7]),
        ("seq - 10", [0, 1, 2, 3]),
        ("step", [0, 0, 1, 1]),
    ],
)
def test_a_formula_has_the_values_worked_out_by_hand(text: str, expected: list[float]) -> None:
    np.testing.assert_array_equal(Expression(text, NAMES).of(ROWS), expected)


def test_a_condition_that_cannot_be_told_does_not_hold() -> None:
    assert Expression("ipm2/sum < 3", NAMES).holds(ROWS).tolist() == [True, True, False, False]


def test_only_the_fields_it_needs_are_asked_for() -> None:
    assert Expression("a + a where light/laser", NAMES).fields == ("a", "light/laser")


def test_an_unknown_field_is_named_with_the_nearest_one() -> None:
    with pytest.raises(ConfigError, match=r"no field 'sum_all'"):
        Expression("sum_all + 1", NAMES)
    with pytest.raises(ConfigError, match=r"ipm2/sum"):
        Expression("'ipm2/sun' + 1", NAMES)


@pytest.mark.parametrize(
    "text",
    ["", "a +", "__import__('os')", "a.real", "lambda: a", "[a]", "a if b else a", "a where", "where a", "'a", "a;b", "a\nb",
     "_9_", "exec('1')", "(" * 3000 + "a" + ")" * 3000, "a" + "+a" * 5000, "a" * 20_000, "\0"],
)  # fmt: skip
def test_everything_else_is_refused_in_words(text: str) -> None:
    with pytest.raises(ConfigError):
        Expression(text, NAMES)


@given(st.text(max_size=40))
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        found = Expression(text, NAMES).of(ROWS)
    except ConfigError:
        return
    assert found.shape == (4,)
    assert found.dtype == np.float64
