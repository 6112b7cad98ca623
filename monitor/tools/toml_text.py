"""Settings as TOML for a person: what differs from the defaults, or all of it with what each key is."""

from collections.abc import Mapping
from typing import Any, get_args

import tomlkit
from pydantic import BaseModel
from tomlkit.items import Table

from monitor.settings import Settings


def toml_text(data: Mapping[str, Any]) -> str:
    """The mapping as TOML; keys without a value are left out, because TOML has no word for nothing."""
    return tomlkit.dumps(_without_nothing(data))


def default_text() -> str:
    """Every section with its defaults and the texts of its keys; lists of sections are shown empty, as comments."""
    document = tomlkit.document()
    document.add(tomlkit.comment("Every setting with its default. Keys that stand after # have no default."))
    sections: list[tuple[str, BaseModel]] = []
    for name, info in Settings.model_fields.items():
        value = getattr(Settings(), name)
        if isinstance(value, BaseModel):
            sections.append((name, value))
        elif (model := _section_in(info.annotation)) is not None:
            document.add(tomlkit.nl())
            document.add(tomlkit.comment(f"[[{name}]]  {' '.join((model.__doc__ or '').split())}"))
            for key, inner in model.model_fields.items():
                document.add(tomlkit.comment(f"  {key}: {_words(inner.description)}"))
        else:
            _explained(document, name, value, info.description)
    for name, section in sections:
        table = tomlkit.table()
        for key, info in type(section).model_fields.items():
            _explained(table, key, getattr(section, key), info.description)
        document.add(name, table)
    return tomlkit.dumps(document)


def _explained(place: tomlkit.TOMLDocument | Table, key: str, value: Any, text: str | None) -> None:
    """A key with its text above it."""
    if text:
        place.add(tomlkit.comment(_words(text)))
    if value is None:
        place.add(tomlkit.comment(f"{key} ="))
    else:
        place.add(key, list(value) if isinstance(value, tuple) else value)


def _words(text: str | None) -> str:
    return " ".join((text or "").split())


def _section_in(annotation: Any) -> type[BaseModel] | None:
    """The section that a list is of; None for anything else."""
    inner = get_args(annotation)[:1]
    return inner[0] if inner and isinstance(inner[0], type) and issubclass(inner[0], BaseModel) else None


def _without_nothing(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nothing(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [_without_nothing(inner) for inner in value]
    return value
