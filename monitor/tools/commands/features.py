"""``xtcmon features``: what can be extracted from a detector, with parameters, results and an example."""

import json
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Column, Table

from monitor.errors import ConfigError
from monitor.tools.process import declared
from monitor.tools.screen import out


def command(
    name: Annotated[str, typer.Argument(help="one feature; all in short if left out", show_default=False)] = "",
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object, feature by name")] = False,
) -> int:
    """Every feature with its parameters, results, units and an example.

    Example: xtcmon features azimuthalBinning
    """
    known: Mapping[str, Mapping[str, Any]] = declared("features")()
    if name and name not in known:
        close = get_close_matches(name, known, n=1, cutoff=0.4)
        raise ConfigError(f"there is no feature {name!r}; there are {', '.join(known)}", nearest=close[0] if close else "")
    chosen = {name: known[name]} if name else known
    if as_json:
        print(json.dumps(chosen))
    elif name:
        _one(name, known[name])
    else:
        _all(known)
    return 0


def _all(known: Mapping[str, Mapping[str, Any]]) -> None:
    """One line each."""
    table = Table(
        Column("feature", no_wrap=True, min_width=max(map(len, known))),
        "works on",
        "what it does",
        Column("parameters", overflow="fold"),
        box=None,
    )
    for name, about in known.items():
        parameters = ", ".join(parameter["name"] for parameter in about["parameters"])
        table.add_row(name, about["takes"], escape(about["about"]), escape(parameters))
    out.print(table)
    out.print("\nxtcmon features NAME tells the parameters of one, its results and an example.")


def _one(name: str, about: Mapping[str, Any]) -> None:
    """All there is to know of one."""
    out.print(f"[bold]{name}[/bold]  {escape(about['about'])}\n\nworks on {_TAKES[about['takes']]}\n")
    parameters = Table(Column("parameter", overflow="fold"), "type", "default", "what it is", box=None)
    for parameter in about["parameters"]:
        default = "required" if parameter["required"] else _toml(parameter["default"])
        parameters.add_row(parameter["name"], escape(parameter["type"]), escape(default), escape(parameter["text"]))
    out.print(parameters)
    results = Table("result", "what it is", box=None)
    for key, text in about["results"].items():
        results.add_row(key, escape(text))
    if about["results"]:
        out.print("\n", results, sep="")
    if about["example"]:
        out.print("\n[bold]example[/bold]")
        out.print("[[detector.feature]]\n" + about["example"], markup=False)
    if about["fields"]:
        fields = Table(Column("field of the example", overflow="fold"), "type", "shape of an event", "unit", box=None)
        for field in about["fields"]:
            shape = "any number of elements" if field["ragged"] else str(tuple(field["shape"]))
            fields.add_row(field["name"], field["dtype"], shape, escape(field["unit"]))
        out.print("\n", fields, sep="")


_TAKES = {
    "arrays": "arrays: frames, or what another feature makes of them",
    "lists": "lists of pixels, photons or droplets from the feature that makes them",
    "both": "arrays and lists of pixels, photons or droplets",
}


def _toml(value: Any) -> str:
    """A default as it would stand in a settings file; nothing where there is none."""
    return "" if value is None else json.dumps(value)
