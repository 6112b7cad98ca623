"""Features on the output of features: names, values, and what an exception costs."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.model.field import Field
from monitor.settings import Section
from tests.support.features import all_values, branch, plain_view, settings
from workers.features.data import Context, Data, Output, PixelList, Ragged, context_of, joined, one_event
from workers.features.feature import FEATURES, FeatureKind, ragged_name, real_field
from workers.features.tree import branches, column_of
from workers.features.view import View
from workers.trouble import Trouble

FRAMES = np.arange(2 * 4 * 6, dtype=np.float32).reshape(2, 4, 6)


class Fussy:
    """Gives the first pixel, and raises for frames that begin with 13."""

    config: Mapping[str, Any] = {"limit": 13, "edges": np.array([1.0, 2.0]), "nothing": None}

    def __init__(self, name: str, parameters: Section, view: View) -> None:
        self.view = view
        self.gives = (real_field(f"{name}_first"), Field(name=ragged_name(name, "x"), dtype=np.dtype(np.float64), ragged=True))

    def process(self, data: Data, context: Context) -> Output:
        frames = np.asarray(data)
        first: NDArray[Any] = frames.reshape(len(frames), -1)[:, 0]
        if (first == 13).any():
            raise ArithmeticError("13")
        many = Ragged(np.repeat(first, 2), np.full(len(first), 2))
        return Output({self.gives[0].name: first, self.gives[1].name: many}, frames)


@pytest.fixture(autouse=True)
def fussy(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = FeatureKind(parameters=Section, named=lambda parameters: "fussy", make=Fussy)
    monkeypatch.setattr(FEATURES, "_entries", {**FEATURES._entries, "fussy": kind})


def test_names_of_children_carry_those_of_their_parents() -> None:
    inner = settings("ROIFunc", name="inner", ROI=[[0, 1], [0, 2]], writeArea=True)
    made = branch(settings("ROIFunc", inner, name="outer", ROI=[[1, 3], [2, 5]]), plain_view((4, 6)))
    found = all_values(made, FRAMES)
    np.testing.assert_array_equal(np.asarray(found["det/outer_inner_area"]), FRAMES[:, 1, 2:4])
    np.testing.assert_array_equal(np.asarray(found["det/outer_sum"]), FRAMES[:, 1:3, 2:5].sum(axis=(1, 2)))


def test_only_the_event_that_makes_a_feature_raise_has_no_value() -> None:
    frames = np.array([[[11.0]], [[13.0]], [[17.0]]], np.float32)
    trouble = Trouble()
    made = branch(settings("fussy", settings("fussy", name="child"), name="top"), plain_view((1, 1)))
    columns = {part.field.name: column_of(part, 4) for part in made.run(frames, context_of(3).at(np.array([0, 1, 2])), trouble)}
    assert columns["det/top_first"].filled()[[0, 2]].tolist() == [11, 17]
    assert columns["det/top_first"].mask.tolist() == [True, False, True, False]
    assert columns["det/top_child_first"].mask.tolist() == [True, False, True, False]
    ragged = columns["det/var_top/x"]
    assert ragged.lengths is not None
    assert (ragged.lengths.tolist(), ragged.values.tolist()) == ([2, 0, 2, 0], [11, 11, 17, 17])
    assert trouble.counts == {"det/top: ArithmeticError: 13": 1}


def test_what_a_feature_was_made_with_is_named_as_in_small_data() -> None:
    made = branch(settings("fussy", settings("ROIFunc", name="in", ROI=[[0, 1], [0, 1]]), name="top"), plain_view((4, 6)))
    config = made.config()
    assert config["det/top__top_limit"] == 13
    assert config["det/top__in_bound"].tolist() == [[0, 1], [0, 1]]
    assert "det/top__top_nothing" not in config


def test_two_features_of_one_name_are_refused_but_for_the_first() -> None:
    trouble = Trouble()
    found = branches([settings("fussy", name="a"), settings("fussy", name="a")], plain_view((2, 2)), trouble)
    assert len(found) == 1
    assert "det/a_first is given by another feature" in next(iter(trouble.counts))


def test_a_child_must_fit_what_its_parent_hands_on() -> None:
    lists = plain_view((4, 6)).of_lists("data", "row", "col", "tile")
    with pytest.raises(ConfigError, match="works on arrays"):
        branch(settings("ROIFunc"), lists)


def test_outputs_of_single_events_join_to_those_of_all() -> None:
    many = PixelList(np.array([2, 0, 1]), {"data": np.array([1.0, 2.0, 3.0])}, {"image": FRAMES[:1].repeat(3, axis=0)})
    parts = [Output({"r": Ragged(np.arange(n), np.array([n]))}, one_event(many, n)) for n in range(3)]
    whole = joined(parts)
    ragged, data = whole.values["r"], whole.handed_on()
    assert isinstance(ragged, Ragged)
    assert isinstance(data, PixelList)
    assert (ragged.values.tolist(), ragged.lengths.tolist()) == ([0, 0, 1], [0, 1, 2])
    np.testing.assert_array_equal(data.columns["data"], many.columns["data"])
    np.testing.assert_array_equal(data.whole["image"], many.whole["image"])
