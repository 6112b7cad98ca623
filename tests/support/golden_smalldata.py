"""Cases of golden/smalldata: parameters and expected outputs, as the files' ``meta`` describes them (README beside them)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.conftest import golden_root


@dataclass(frozen=True)
class Case:
    """One call of one original function."""

    label: str
    func: str
    params: Mapping[str, Any]
    inputs: tuple[str, ...]
    notes: str
    stored: Any

    def given(self, position: int = 0) -> NDArray[Any]:
        """An input; ``name[i]`` is one element of a stored array."""
        name, _, index = self.inputs[position].partition("[")
        array = np.asarray(self.stored[f"in/{name}"])
        return np.asarray(array[int(index.rstrip("]"))]) if index else array

    def expected(self) -> dict[str, NDArray[Any]]:
        """Outputs of the only event by key."""
        for before in (f"case/{self.label}/evt0/", f"case/{self.label}/"):
            found = {key.removeprefix(before): self.stored[key] for key in self.stored.files if key.startswith(before)}
            if found:
                return found
        raise AssertionError(f"the case {self.label} has no output")


def cases_in(path: Path, *functions: str) -> Iterator[Case]:
    """Cases of these functions; all of them if none is named."""
    stored = np.load(path)
    for label, case in json.loads(str(stored["meta"]))["cases"].items():
        if not functions or case["func"] in functions:
            params = {key: plain(value) for key, value in case["params"].items()} if isinstance(case["params"], dict) else {}
            inputs = tuple((case["inputs"] or "").split(","))
            yield Case(label, case["func"], params, inputs, case["notes"] or "", stored)


def plain(value: Any) -> Any:
    """A parameter as a settings file would have it."""
    if isinstance(value, dict) and "__array__" in value:
        return value["__array__"]
    if isinstance(value, dict) and "__slice__" in value:
        return value["__slice__"][:2]
    return value


def parametrise(metafunc: pytest.Metafunc, file: str, **arguments: tuple[str, ...]) -> None:
    """Give each of these arguments of a test, if it has it, every case of its functions in the file."""
    for name, functions in arguments.items():
        if name in metafunc.fixturenames:
            found = list(cases_in(golden_root(metafunc.config) / "smalldata" / f"{file}.npz", *functions))
            metafunc.parametrize(name, found, ids=[case.label for case in found])
