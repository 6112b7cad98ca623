"""What a person chose survives the way through an address, and an address is believed only as far as it makes sense."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.plots.choice import MOST_CURVES, MOST_PLOTS, PlotChoice, from_text, to_text

CHOICES = [
    PlotChoice(y=("ipm2/sum", "log(a) where b == 1"), window="60s", average="1s", band="error"),
    PlotChoice(kind="scatter", x="a", y=("b",), log="xy", x_range="1:2", reference="0123456789ab"),
]


def test_an_address_brings_back_what_was_chosen() -> None:
    assert from_text(to_text(CHOICES)) == CHOICES


def test_only_what_is_not_usual_is_written() -> None:
    assert to_text([PlotChoice(y=("a",))]) == '[{"y":["a"]}]'


@pytest.mark.parametrize("text", ["", "{", "7", '{"kind": "strip"}', "[1, null]", "[" * 100_000])
def test_what_is_no_list_of_plots_is_none(text: str) -> None:
    assert from_text(text) == []


def test_entries_of_the_wrong_kind_are_the_usual_ones() -> None:
    (found,) = from_text('[{"kind": 3, "y": ["a", 7, "", null], "window": {}, "author": "x", "bins": "' + "9" * 500 + '"}]')

    assert found == PlotChoice(y=("a",))


def test_plots_and_curves_are_bounded() -> None:
    found = from_text("[" + ",".join(['{"y": ["a","b","c","d","e","f","g","h"]}'] * 40) + "]")

    assert len(found) == MOST_PLOTS
    assert {len(each.y) for each in found} == {MOST_CURVES}


@given(st.text())
def test_any_text_is_a_list_of_plots_or_none(text: str) -> None:
    assert isinstance(from_text(text), list)
