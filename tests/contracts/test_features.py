"""What every feature promises, asked of each one that is found in the folder."""

from typing import Any, get_args

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic.fields import FieldInfo

from monitor.errors import ConfigError
from monitor.settings import Feature as FeatureSettings
from workers.features.feature import FEATURES, Feature, View, feature_from
from workers.pipeline import Pipeline

assert Pipeline, "importing the pipeline fills the registry"

SHAPE = (2, 6, 8)
FRAMES = np.random.default_rng(1).normal(5.0, 2.0, (3, *SHAPE)).astype(np.float32)
INPUTS = {
    "ordinary": FRAMES,
    "single": FRAMES[:1],
    "empty": FRAMES[:0],
    "all masked": np.full_like(FRAMES, np.nan),
    "zero": np.zeros_like(FRAMES),
    "huge": np.full_like(FRAMES, 3e38),
}


def some(info: FieldInfo) -> Any:
    """A value for a parameter that has to be given."""
    kinds = get_args(info.annotation) or (info.annotation,)
    if kinds[0] in (int, float):
        return tuple(kind(100) for kind in kinds) if len(kinds) > 1 else kinds[0](100)
    return (100.0, 100.0)


Y, X = np.mgrid[0 : SHAPE[0] * SHAPE[1], 0 : SHAPE[2]].astype(np.float64) * 100.0
VIEW = View(
    name="cam",
    shape=SHAPE,
    unit="keV",
    good=np.ones(SHAPE, bool),
    x=X.reshape(SHAPE),
    y=Y.reshape(SHAPE),
    index=np.arange(np.prod(SHAPE), dtype=np.int32).reshape(-1, SHAPE[2]),
)


def feature(kind: str) -> Feature:
    required = {name: some(info) for name, info in FEATURES.get(kind).parameters.model_fields.items() if info.is_required()}
    return feature_from(FeatureSettings(kind=kind, name="x", **required), VIEW)


KINDS = [name for name, _ in FEATURES.items()]


@pytest.mark.parametrize("content", INPUTS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.filterwarnings("ignore:overflow encountered")
def test_it_gives_what_it_declares_for_any_frames(kind: str, content: str) -> None:
    made = feature(kind)
    frames = INPUTS[content]
    before = frames.copy()
    values = made.process(frames)
    assert set(values) == {field.name for field in made.gives}
    for field in made.gives:
        given: NDArray[Any] = values[field.name]
        assert given.shape == (len(frames), *field.shape), field.name
        assert np.can_cast(given.dtype, field.dtype, "same_kind"), field.name
        assert field.name.startswith("cam/x")
    np.testing.assert_array_equal(frames, before)


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_stands_for_itself(kind: str) -> None:
    made = feature(kind)
    together = made.process(FRAMES)
    for event in range(len(FRAMES)):
        alone = made.process(FRAMES[event : event + 1])
        for name, values in together.items():
            np.testing.assert_array_equal(alone[name][0], values[event], err_msg=name)


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_parameter_is_refused_by_name(kind: str) -> None:
    given = {name: some(info) for name, info in FEATURES.get(kind).parameters.model_fields.items() if info.is_required()}
    with pytest.raises(ConfigError, match="no_such_word"):
        feature_from(FeatureSettings(kind=kind, name="x", no_such_word=1, **given), VIEW)
