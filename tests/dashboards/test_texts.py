"""Numbers as a person reads them."""

import math

import pytest

from dashboards.texts import count, duration, number, with_error


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1.23456, "1.235"), (-0.5, "-0.5"), (123456.7, "1.235e+05"), (2e-9, "2.000e-09"), (math.nan, "–")],
)
def test_numbers_have_four_digits(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.018, "18 ms"), (0.9999, "1.0 s"), (3.14, "3.1 s"), (45, "45 s"), (600, "10 min"), (10_000, "2.8 h"), (math.inf, "–")],
)
def test_durations_have_the_unit_that_suits_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [(137.234, 7.21, "137.2 ± 7.2"), (0.30021, 0.00067, "0.30021 ± 0.00067"), (240, 10, "240 ± 10"), (5, 0, "5")],
)
def test_errors_have_two_digits(value: float, error: float, text: str) -> None:
    assert with_error(value, error) == text


def test_counts_are_grouped() -> None:
    assert count(1234567) == "1\u202f234\u202f567"
    assert count(None) == "–"
