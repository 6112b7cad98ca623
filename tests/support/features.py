"""Features set up by a few words, and run without a service."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

import workers.pipeline  # noqa: F401  # fills the registry of features
from monitor.settings import Feature as FeatureSettings
from workers.features.data import Data, Ragged, Values, context_of
from workers.features.feature import Feature
from workers.features.tree import Branch, grown
from workers.features.view import View
from workers.trouble import Trouble


def plain_view(shape: tuple[int, ...], **more: Any) -> View:
    """A detector ``det`` without bad pixels; its image has the panels one below the other."""
    image = np.arange(int(np.prod(shape)), dtype=np.int32).reshape(-1, shape[-1])
    known: dict[str, Any] = {"name": "det", "shape": shape, "unit": "ADU", "good": np.ones(shape, bool), "index": image}
    return View(**(known | more))


def settings(kind: str, *children: FeatureSettings, **parameters: Any) -> FeatureSettings:
    """A feature of the settings file, with children."""
    return FeatureSettings(kind=kind, feature=children, **parameters)


def branch(wanted: FeatureSettings, view: View) -> Branch:
    """The feature with its children, set up; ``ConfigError`` as in a settings file."""
    return grown(wanted, view)


def values_of(feature: Feature, data: Data) -> dict[str, NDArray[Any]]:
    """Dense values of one feature alone, by full field name."""
    output = feature.process(data, context_of(len(data)))
    return {name: values for name, values in output.values.items() if not isinstance(values, Ragged)}


def all_values(made: Branch, data: Data) -> dict[str, Values]:
    """Values of a feature and of all below it, by full field name; fails if one of them raises."""
    trouble = Trouble()
    found = {part.field.name: part.values for part in made.run(data, context_of(len(data)), trouble)}
    assert not trouble.counts, trouble.counts
    return found
