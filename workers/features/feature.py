"""What a feature is: validated parameters, declared fields, and a function of many events at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal, Protocol

import numpy as np
from pydantic import ValidationError

from monitor.errors import ConfigError
from monitor.model.field import Field
from monitor.plugins import Registry
from monitor.settings import Feature as FeatureSettings
from monitor.settings import Section
from workers.features.data import Context, Data, Output
from workers.features.view import View

Takes = Literal["arrays", "lists", "both"]


class Feature(Protocol):
    """A feature that is set up for one input."""

    @property
    def gives(self) -> tuple[Field, ...]:
        """Fields it fills, with their full names."""
        ...

    @property
    def view(self) -> View | None:
        """What its children see; None if it has nothing for children."""
        ...

    @property
    def config(self) -> Mapping[str, Any]:
        """What is worth keeping once per run, by name: parameters in use, bin edges, masks (numbers, texts, arrays)."""
        ...

    def process(self, data: Data, context: Context) -> Output:
        """Values of some events.

        Parameters
        ----------
        data
            What the view announced, with a leading event axis; float arrays are NaN where a pixel is bad or absent. Not to be
            changed.
        context
            What else is known of these events.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureKind:
    """What one file of this folder declares.

    Attributes
    ----------
    parameters
        Model of the parameters; unknown ones are refused. A text below each tells what it is.
    named
        Name that the fields carry if the settings give none, from the parameters.
    make
        Sets a feature up for one input. May raise ``ValueError`` with a text for the person who wrote the settings.
    takes
        Dense arrays, lists of pixels (from a feature that makes them), or both.
    results
        Name and meaning of each result, as ``xtcmon features`` prints them.
    example
        Parameters of an example, as they stand in the settings file.
    example_shape
        Shape of the input that the example is for; empty = any frame of a few panels.
    split
        Makes several features of one in the settings (a list of rectangles); None = it stays one.
    warm
        Runs each of its kernels once with the types it meets in service, so that they are compiled; None = it has none.
    """

    parameters: type[Section]
    named: Callable[[Any], str]
    make: Callable[[str, Any, View], Feature]
    takes: Takes = "arrays"
    results: Mapping[str, str] = field(default_factory=dict)
    example: str = ""
    example_shape: tuple[int, ...] = ()
    split: Callable[[FeatureSettings], tuple[FeatureSettings, ...]] | None = None
    warm: Callable[[], None] | None = None


FEATURES: Registry[FeatureKind] = Registry("feature")


def ragged_name(name: str, leaf: str) -> str:
    """Full name of a result of any length: all of one feature share a group.

    >>> ragged_name("jungfrau/droplet_sparse", "row")
    'jungfrau/var_droplet_sparse/row'
    """
    detector, _, rest = name.partition("/")
    return f"{detector}/var_{rest}/{leaf}"


def feature_from(settings: FeatureSettings, view: View, parent: str = "") -> Feature:
    """Feature as the settings want it.

    Parameters
    ----------
    settings
        Kind, name and parameters.
    view
        Its input.
    parent
        Full name of the feature whose output it works on; empty = the detector itself.

    Raises
    ------
    ConfigError
        Naming detector, feature and parameter, and the nearest valid word for an unknown one.
    """
    key = key_of(settings, parent or view.name)
    kind = FEATURES.get(settings.kind, key=key)
    parameters = parameters_from(kind.parameters, settings.model_extra or {}, key)
    if (kind.takes == "lists" and not view.lists) or (kind.takes == "arrays" and view.lists):
        raise ConfigError(
            f"{settings.kind} works on {kind.takes}, and its input is {'lists' if view.lists else 'arrays'}", key=key
        )
    try:
        return kind.make(full_name(settings, parameters, view, parent), parameters, view)
    except ValueError as error:
        raise ConfigError(str(error), key=key) from error


def split(wanted: Iterable[FeatureSettings], key: str) -> Iterator[FeatureSettings]:
    """Features that are switched on, one by one: some kinds make several of one.

    Raises
    ------
    ConfigError
        If a kind is not known.
    """
    for settings in wanted:
        if settings.enabled:
            divide = FEATURES.get(settings.kind, key=key).split
            yield from (settings,) if divide is None else divide(settings)


def full_name(settings: FeatureSettings, parameters: Section, view: View, parent: str) -> str:
    """``<det>/<name>``, or ``<det>/<parent>_<name>``."""
    name = settings.name or FEATURES.get(settings.kind).named(parameters)
    return f"{parent}_{name}" if parent else f"{view.name}/{name}"


def key_of(settings: FeatureSettings, parent: str) -> str:
    """Where a feature stands in the settings, for error texts."""
    return f"detector.{parent.replace('/', '.')}.feature.{settings.name or settings.kind}"


def check_feature(settings: FeatureSettings, parent: str) -> None:
    """Whether kind and parameters of a feature and of its children are known.

    Raises
    ------
    ConfigError
        Naming feature and parameter, and the nearest valid word for an unknown one.
    """
    key = key_of(settings, parent)
    parameters_from(FEATURES.get(settings.kind, key=key).parameters, settings.model_extra or {}, key)
    for child in settings.feature:
        check_feature(child, f"{parent}.{settings.name or settings.kind}")


def parameters_from(model: type[Section], given: Mapping[str, Any], key: str) -> Section:
    """Checked parameters; ``ConfigError`` if one is unknown or cannot be used."""
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join((key, *map(str, first["loc"])))
        if first["type"] == "extra_forbidden":
            close = get_close_matches(str(first["loc"][0]), model.model_fields, n=1, cutoff=0.4)
            raise ConfigError("there is no such parameter", key=place, nearest=close[0] if close else "") from error
        raise ConfigError(first["msg"].removeprefix("Value error, "), key=place) from error


def real_field(name: str, unit: str = "", description: str = "", shape: tuple[int, ...] = ()) -> Field:
    """A float64 field."""
    return Field(name=name, dtype=np.dtype(np.float64), shape=shape, unit=unit, description=description)
