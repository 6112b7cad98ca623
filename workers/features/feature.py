"""What a feature is: validated parameters, declared fields, and a function of many frames at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from monitor.errors import ConfigError
from monitor.model.field import Field
from monitor.plugins import Registry
from monitor.settings import Feature as FeatureSettings
from monitor.settings import Section


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """What a feature may know of its detector when it is set up.

    Attributes
    ----------
    name
        Name in the fields: ``cspad``.
    shape
        Shape of one frame: (rows, columns) or (panels, rows, columns).
    unit
        Unit of a corrected pixel.
    good
        Shape ``shape``; False = bad in every event.
    x, y
        Pixel centres, micrometre, shape ``shape``. With a geometry file as it has them: x down the assembled image and y to its
        right, from the file's origin. Without one x to the right and y up, from the middle of the image.
    index
        Assembled image: for each of its pixels the number of the frame's pixel, -1 = none; int32, shape (rows, columns).
    z
        Height of the pixels along the beam, micrometre, shape ``shape``; None = all the same.
    area
        Area relative to a plain pixel, float32, shape ``shape``; None = not known.
    """

    name: str
    shape: tuple[int, ...]
    unit: str
    good: NDArray[np.bool_]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    index: NDArray[np.int32]
    z: NDArray[np.float64] | None = None
    area: NDArray[np.float32] | None = None


class Feature(Protocol):
    """A feature that is set up for one detector."""

    @property
    def gives(self) -> tuple[Field, ...]:
        """Fields it fills, with their full names."""
        ...

    def process(self, frames: NDArray[np.float32]) -> Mapping[str, NDArray[Any]]:
        """Values by field name, each with a leading event axis.

        Parameters
        ----------
        frames
            Corrected frames, shape (events, \\*shape); NaN = bad or absent. Not to be changed.
        """
        ...


@dataclass(frozen=True, slots=True)
class FeatureKind:
    """What one file of this folder declares.

    Attributes
    ----------
    parameters
        Model of the parameters; unknown ones are refused.
    named
        Name that the fields carry if the settings give none, from the parameters.
    make
        Sets a feature up for one detector. May raise ``ValueError`` with a text for the person who wrote the settings.
    """

    parameters: type[Section]
    named: Callable[[Any], str]
    make: Callable[[str, Any, View], Feature]


FEATURES: Registry[FeatureKind] = Registry("feature")


def feature_from(settings: FeatureSettings, view: View) -> Feature:
    """Feature of one detector as the settings want it.

    Raises
    ------
    ConfigError
        Naming detector, feature and parameter, and the nearest valid word for an unknown one.
    """
    key = f"detector.{view.name}.feature.{settings.name or settings.kind}"
    kind = FEATURES.get(settings.kind, key=key)
    parameters = parameters_from(kind.parameters, settings.model_extra or {}, key)
    name = f"{view.name}/{settings.name or kind.named(parameters)}"
    try:
        return kind.make(name, parameters, view)
    except ValueError as error:
        raise ConfigError(str(error), key=key) from error


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
        raise ConfigError(first["msg"], key=place) from error
