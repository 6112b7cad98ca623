"""What features there are, for a person to read and for a program: ``xtcmon features`` prints it."""

import re
import sys
import tomllib
from collections.abc import Mapping
from inspect import getdoc
from typing import Any

import numpy as np
from pydantic.fields import FieldInfo

from monitor.errors import ConfigError
from monitor.plugins import load_folder
from monitor.settings import Feature as FeatureSettings
from workers.features.feature import FEATURES, FeatureKind, feature_from
from workers.features.view import View

load_folder("workers.features")

ANY_FRAME = (2, 24, 32)
"""Shape of the input of an example that does not ask for another: a frame of a few panels."""
PIXEL_UM = 100.0


def described() -> dict[str, dict[str, Any]]:
    """Every feature by name: what it is for, ``takes``, ``parameters``, ``results``, ``fields`` and ``units``, ``example``.

    Plain values throughout (texts, numbers, lists and mappings of them), as JSON has them.
    """
    return {name: _described(name, kind) for name, kind in FEATURES.items()}


def _described(name: str, kind: FeatureKind) -> dict[str, Any]:
    return {
        "about": _about(kind),
        "takes": kind.takes,
        "parameters": [_parameter(key, info) for key, info in kind.parameters.model_fields.items()],
        "results": dict(kind.results),
        "fields": _fields(name, kind),
        "example": kind.example.strip(),
    }


def _about(kind: FeatureKind) -> str:
    """First sentence of the file that declares it."""
    module = sys.modules.get(kind.make.__module__)
    text = getdoc(module) if module is not None else None
    return " ".join((text or "").split("\n\n")[0].split()).replace("``", "")


def _parameter(name: str, info: FieldInfo) -> dict[str, Any]:
    required = info.is_required()
    return {
        "name": name,
        "type": _type_text(info.annotation),
        "required": required,
        "default": None if required else _plain(info.get_default(call_default_factory=True)),
        "text": " ".join((info.description or "").split()),
    }


def _type_text(annotation: Any) -> str:
    """A type as it is written in a settings file's documentation."""
    text = annotation.__name__ if isinstance(annotation, type) and not hasattr(annotation, "__args__") else str(annotation)
    text = re.sub(r"Annotated\[([^\[\],]+(?:\[[^\]]*\])?),[^\]]*\]", r"\1", text)
    return re.sub(r"\b(?:\w+\.)+(\w+)", r"\1", text).replace("Literal", "one of ")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def example_view(kind: FeatureKind) -> View:
    """An input of the sort that the example of a feature is for: pixels of 100 micrometre, all good, unit ADU."""
    shape = kind.example_shape or ANY_FRAME
    row, column = np.divmod(np.arange(int(np.prod(shape)), dtype=np.float64), shape[-1])
    index = np.arange(int(np.prod(shape)), dtype=np.int32).reshape(-1, shape[-1])
    view = View(
        name="det",
        shape=shape,
        unit="ADU",
        good=np.ones(shape, bool),
        index=index,
        x=(column * PIXEL_UM).reshape(shape),
        y=(row * PIXEL_UM).reshape(shape),
    )
    return view.of_lists("data", "row", "col", "tile") if kind.takes == "lists" else view


def _fields(name: str, kind: FeatureKind) -> list[dict[str, Any]]:
    """Fields of the example; empty if it needs more than an ordinary frame."""
    try:
        settings = FeatureSettings.model_validate(tomllib.loads(kind.example) | {"kind": name})
        made = feature_from(settings, example_view(kind))
    except (ConfigError, tomllib.TOMLDecodeError):
        return []
    return [
        {"name": f.name, "dtype": str(f.dtype), "shape": list(f.shape), "unit": f.unit, "ragged": f.ragged} for f in made.gives
    ]
