"""Golden small data: cases of the original functions, and the detector and frames that they were run on."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.settings import Feature as FeatureSettings
from tests.support.features import all_values, branch
from workers.features.data import Ragged, Values
from workers.features.feature import FEATURES
from workers.features.tree import Branch
from workers.features.view import View


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One call of an original function.

    Attributes
    ----------
    func
        Its name.
    settings
        The same in the words of a settings file.
    inputs, notes
        As the file has them.
    stored
        Everything in the file.
    """

    label: str
    func: str
    settings: FeatureSettings
    inputs: str
    notes: str
    stored: Mapping[str, NDArray[Any]]

    def expected(self, event: int | None = None) -> dict[str, NDArray[Any]]:
        """Outputs by key: of one event, or those of a function that has no events."""
        start = f"case/{self.label}/" + ("" if event is None else f"evt{event}/")
        return {key.removeprefix(start): value for key, value in self.stored.items() if key.startswith(start)}

    @property
    def events(self) -> int:
        return len({key.split("/")[2] for key in self.stored if key.startswith(f"case/{self.label}/evt")})


def cases(golden_dir: Path, name: str, *kinds: str) -> list[Case]:
    """The cases of a file whose function is one of ``kinds``; never none."""
    with np.load(golden_dir / "smalldata" / f"{name}.npz") as file:
        stored = dict(file)
    found = []
    for label, case in json.loads(str(stored["meta"]))["cases"].items():
        if case["func"] in kinds:
            wanted = case["params"] if isinstance(case["params"], list) else [case["func"], case["params"], []]
            found.append(Case(label, case["func"], _settings(wanted), case["inputs"], case["notes"], stored))
    assert found, f"{name} has no case of {kinds}"
    return found


def _settings(wanted: list[Any]) -> FeatureSettings:
    kind, parameters, rest = wanted
    given = {key: _plain(value) for key, value in parameters.items()}
    if isinstance(rest, str):
        given["nsat"] = float(rest.removeprefix("addNsat(").removesuffix(")"))
        rest = []
    return FeatureSettings(kind=kind, feature=tuple(map(_settings, rest)), **given)


def _plain(value: Any) -> Any:
    return value["__array__"] if isinstance(value, dict) and "__array__" in value else value


def compatible(settings: FeatureSettings) -> FeatureSettings:
    """With ``compat`` wherever a feature has it."""
    known = FEATURES.get(settings.kind).parameters.model_fields
    children = tuple(compatible(child) for child in settings.feature)
    return settings.model_copy(update={"feature": children} | ({"compat": True} if "compat" in known else {}))


def good_pixels(case: Case) -> NDArray[np.bool_]:
    """Good pixels of the detector as the original finds them; a mask of the user's takes the place of ``cmask``."""
    mask = np.asarray(case.stored["in/det_mask"]).astype(bool)
    if "without mask" in case.notes:
        return np.ones_like(mask)
    return mask if (case.settings.model_extra or {}).get("userMask") is not None else mask & (case.stored["in/det_cmask"] == 1)


def view_of(case: Case, good: NDArray[np.bool_]) -> View:
    """The detector of a file."""
    stored = case.stored
    known: dict[str, Any] = {axis: stored[f"in/det_{axis}"] for axis in "xyz" if f"in/det_{axis}" in stored}
    which = "det4" if "det4" in case.inputs else "det"
    if f"in/{which}_ix" in stored:
        row, column = (stored[f"in/{which}_{axis}"].astype(np.int32) for axis in ("ix", "iy"))
        index = np.full((row.max() + 1, column.max() + 1), -1, np.int32)
        index[row, column] = np.arange(row.size, dtype=np.int32).reshape(row.shape)
        known |= {"index": index, "image_place": row * np.int32(index.shape[1]) + column}
    return View(name="det", shape=good.shape, unit="ADU", good=good, **known)


def frames_of(case: Case, good: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Frames as our corrections leave them: bad pixels are NaN."""
    start = "in/nan_evt" if case.inputs == "nan_evt" else "in/evt"
    frames = np.stack([case.stored[f"{start}{event}"] for event in range(case.events)])
    return np.where(good, frames, np.float32(np.nan))


def our_values(case: Case, *, compat: bool = True) -> tuple[Branch, dict[str, Values]]:
    """The feature of a case with its children, and what they give, by the keys of the file."""
    good = good_pixels(case)
    made = branch(compatible(case.settings) if compat else case.settings, view_of(case, good))
    values = all_values(made, frames_of(case, good))
    return made, {name.removeprefix("det/"): value for name, value in values.items()}


def of_event(values: Values, event: int) -> NDArray[Any]:
    """What one event has."""
    if isinstance(values, Ragged):
        stop = int(values.lengths[: event + 1].sum())
        return values.values[stop - int(values.lengths[event]) : stop]
    return np.asarray(values[event])


def pairs(case: Case, values: Mapping[str, Values]) -> Iterator[tuple[str, NDArray[Any], NDArray[Any]]]:
    """Every output of every event: its key, ours, and the original's; fails if one is missing."""
    for event in range(case.events):
        for key, expected in case.expected(event).items():
            yield f"{case.label} event {event} {key}", of_event(values[key], event), expected
