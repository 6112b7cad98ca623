"""What every feature promises, asked of each one that is found in the folder."""

import tomllib
from typing import Any

import numpy as np
import pytest

from monitor.errors import ConfigError
from monitor.model.field import Field
from monitor.settings import Feature as FeatureSettings
from tests.support.features import plain_view
from workers.features.data import Data, PixelList, Ragged, Values, context_of, one_event
from workers.features.feature import FEATURES, Feature, feature_from
from workers.features.view import View

SHAPE = (2, 24, 32)
FRAMES = np.random.default_rng(1).normal(5.0, 2.0, (3, *SHAPE)).astype(np.float32)
Y, X = np.mgrid[0 : SHAPE[0] * SHAPE[1], 0 : SHAPE[2]].astype(np.float64) * 100.0
VIEW = plain_view(SHAPE, x=X.reshape(SHAPE), y=Y.reshape(SHAPE))
KINDS = [name for name, _ in FEATURES.items()]


def example(kind: str) -> FeatureSettings:
    """The feature as its own example has it."""
    return FeatureSettings.model_validate(tomllib.loads(FEATURES.get(kind).example) | {"kind": kind, "name": "x"})


def view_for(kind: str) -> View:
    """An input of the sort the feature takes and of a shape that its example fits."""
    takes, shape = FEATURES.get(kind).takes, FEATURES.get(kind).example_shape
    view = VIEW if shape in ((), SHAPE) else plain_view(shape)
    return view.of_lists("data", "row", "col", "tile") if takes == "lists" else view


def lists(shape: tuple[int, ...], *lengths: int) -> PixelList:
    rng, total = np.random.default_rng(2), sum(lengths)
    columns = {"data": rng.uniform(50.0, 400.0, total), "row": rng.uniform(0, shape[-2] - 1, total)}
    columns |= {"col": rng.uniform(0, shape[-1] - 1, total), "tile": rng.integers(0, shape[0], total).astype(float)}
    return PixelList(np.array(lengths, np.int64), columns, {})


def inputs(kind: str) -> dict[str, Data]:
    view = view_for(kind)
    if view.lists:
        return {"ordinary": lists(view.shape, 5, 0, 9), "single": lists(view.shape, 1), "empty": lists(view.shape)}
    frames = FRAMES if view.shape == SHAPE else np.random.default_rng(1).normal(5.0, 2.0, (3, *view.shape)).astype(np.float32)
    return {
        "ordinary": frames,
        "single": frames[:1],
        "empty": frames[:0],
        "all masked": np.full_like(frames, np.nan),
        "some masked": np.where(frames > 7, np.float32(np.nan), frames),
        "zero": np.zeros_like(frames),
        "huge": np.full_like(frames, 3e38),
    }


def count_of(values: Values) -> int:
    return len(values.lengths) if isinstance(values, Ragged) else len(values)


def assert_declared(field: Field, values: Values) -> None:
    assert field.name.startswith("cam/") or field.name.startswith("det/"), field.name
    elements = values.values if isinstance(values, Ragged) else values
    assert field.ragged == isinstance(values, Ragged), field.name
    assert elements.shape[1:] == field.shape, field.name
    assert np.can_cast(elements.dtype, field.dtype, "same_kind"), field.name
    if isinstance(values, Ragged):
        assert values.lengths.sum() == len(elements), field.name


@pytest.mark.parametrize("content", ["ordinary", "single", "empty", "all masked", "some masked", "zero", "huge"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.filterwarnings("ignore:overflow encountered")
def test_it_gives_what_it_declares_for_any_input(kind: str, content: str) -> None:
    data = inputs(kind).get(content)
    if data is None:
        pytest.skip("lists are never masked, zero or huge")
    made = feature_from(example(kind), view_for(kind))
    before = data.copy() if isinstance(data, np.ndarray) else {name: column.copy() for name, column in data.columns.items()}
    output = made.process(data, context_of(len(data)))
    assert set(output.values) == {field.name for field in made.gives}
    for field in made.gives:
        assert count_of(output.values[field.name]) == len(data), field.name
        assert_declared(field, output.values[field.name])
    if isinstance(data, np.ndarray):
        np.testing.assert_array_equal(data, before)
    else:
        np.testing.assert_equal(dict(data.columns), before)


@pytest.mark.parametrize("kind", KINDS)
def test_what_it_hands_on_is_what_its_view_announces(kind: str) -> None:
    made = feature_from(example(kind), view_for(kind))
    data = inputs(kind)["ordinary"]
    handed = made.process(data, context_of(len(data))).handed_on()
    if made.view is None:
        assert handed is None
    elif made.view.lists:
        assert isinstance(handed, PixelList)
        assert set(made.view.lists) <= set(handed.columns)
        assert len(handed) == len(data)
    else:
        assert isinstance(handed, np.ndarray)
        assert handed.shape == (len(data), *made.view.shape)
        assert made.view.good.shape == made.view.shape


def one(values: Values, event: int) -> Any:
    if isinstance(values, Ragged):
        stop = int(values.lengths[: event + 1].sum())
        return values.values[stop - int(values.lengths[event]) : stop]
    return values[event]


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_stands_for_itself(kind: str) -> None:
    made: Feature = feature_from(example(kind), view_for(kind))
    data = inputs(kind)["ordinary"]
    together = made.process(data, context_of(len(data))).values
    for event in range(len(data)):
        alone = made.process(one_event(data, event), context_of(1)).values
        for name, values in together.items():
            np.testing.assert_array_equal(one(alone[name], 0), one(values, event), err_msg=name)


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_parameter_is_refused_by_name(kind: str) -> None:
    wrong = FeatureSettings.model_validate(example(kind).model_dump() | {"no_such_word": 1})
    with pytest.raises(ConfigError, match="no_such_word"):
        feature_from(wrong, view_for(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_it_tells_what_it_is(kind: str) -> None:
    known = FEATURES.get(kind)
    assert known.example, "an example for people who write settings"
    assert known.results or not feature_from(example(kind), view_for(kind)).gives
    for name, info in known.parameters.model_fields.items():
        assert info.description, f"{kind}.{name} has no text below it"
