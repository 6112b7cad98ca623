"""Features on the output of features: set up once, run for many events, and contained where one raises."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.model.column import Column
from monitor.model.field import Field
from monitor.settings import Feature as FeatureSettings
from monitor.settings import Section
from workers.features.data import Context, Data, Output, Ragged, Values, joined, one_event
from workers.features.feature import FEATURES, Feature, feature_from, full_name, key_of, parameters_from, split
from workers.features.view import View
from workers.trouble import Trouble


@dataclass(frozen=True, slots=True, eq=False)
class Filled:
    """Values of one field for some events of a batch.

    Attributes
    ----------
    events
        Position in the batch of each event that has a value.
    """

    field: Field
    values: Values
    events: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """A feature that is set up, and its children.

    Attributes
    ----------
    name
        Full name: ``cspad/ROI_0``.
    parameters
        As they are in use.
    """

    name: str
    feature: Feature
    parameters: Section
    children: tuple["Branch", ...]

    def config(self, root: str = "") -> dict[str, NDArray[Any]]:
        """Parameters and derived arrays of this feature and of all below it, by path below ``UserDataCfg`` (small-data names)."""
        detector, _, own = self.name.partition("/")
        top = root or own
        known = {**self.parameters.model_dump(), **self.feature.config}
        found = {f"{detector}/{top}__{_below(own, top)}_{key}": array for key, array in _arrays(known)}
        for child in self.children:
            found |= child.config(top)
        return found

    def walk(self) -> Iterator["Branch"]:
        """This branch and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()

    def names(self) -> list[str]:
        """Names of the fields of this feature and of all below it."""
        return [field.name for part in self.walk() for field in part.feature.gives]

    def run(self, data: Data, context: Context, trouble: Trouble) -> Iterator[Filled]:
        """Values of this feature and of all below it; where it raises, the event has none and that is counted."""
        output, positions = self._attempt(data, context, trouble)
        if output is None:
            return
        here = context if len(positions) == len(context.events) else context.at(positions)
        fields = {field.name: field for field in self.feature.gives}
        for name, values in output.values.items():
            yield Filled(fields[name], values, here.events)
        data_here = output.handed_on() if self.children else None
        if data_here is not None:
            for child in self.children:
                yield from child.run(data_here, here, trouble)

    def _attempt(self, data: Data, context: Context, trouble: Trouble) -> tuple[Output | None, NDArray[np.int64]]:
        """Output, and which of the events it is of: all of them, or those for which alone the feature does not raise."""
        count = len(context.events)
        every = np.arange(count)
        try:
            return self.feature.process(data, context), every
        except Exception as error:
            if count == 1:
                trouble.note(f"{self.name}: {type(error).__name__}: {error}")
                return None, every[:0]
        single = [
            self._attempt(one_event(data, event), context.at(every[event : event + 1]), trouble)[0] for event in range(count)
        ]
        good = [output for output in single if output is not None]
        positions = np.array([event for event, output in enumerate(single) if output is not None], np.int64)
        return (joined(good) if good else None), positions


def branches(wanted: Sequence[FeatureSettings], view: View, trouble: Trouble) -> tuple[Branch, ...]:
    """Features that can be set up; the others are counted by name. No two give the same field."""
    found: list[Branch] = []
    for settings in split(wanted, f"detector.{view.name}"):
        try:
            branch = grown(settings, view)
        except ConfigError as error:
            trouble.note(f"feature is off: {error}")
            continue
        if twice := given_twice(branch, found):
            trouble.note(f"feature is off: {twice} is given by another feature; use another name")
            continue
        found.append(branch)
    return tuple(found)


def given_twice(branch: Branch, others: Iterable[Branch]) -> str:
    """The first field of a feature or of those below it that one of the others gives too, or it itself; empty = none."""
    taken = {name for other in others for name in other.names()}
    mine = branch.names()
    return min((name for name in mine if name in taken or mine.count(name) > 1), default="")


def grown(settings: FeatureSettings, view: View, parent: str = "") -> Branch:
    """A feature and its children, set up.

    Raises
    ------
    ConfigError
        If one of them cannot be.
    """
    feature = feature_from(settings, view, parent)
    parameters = parameters_from(FEATURES.get(settings.kind).parameters, settings.model_extra or {}, settings.kind)
    name = full_name(settings, parameters, view, parent)
    wanted = tuple(split(settings.feature, key_of(settings, parent or view.name)))
    if wanted and feature.view is None:
        raise ConfigError(
            f"{settings.kind} gives nothing that another feature could work on", key=key_of(settings, parent or view.name)
        )
    children = tuple(grown(child, feature.view, name) for child in wanted if feature.view is not None)
    return Branch(name, feature, parameters, children)


def _below(name: str, top: str) -> str:
    return name if name == top else name.removeprefix(f"{top}_")


def _arrays(values: Mapping[str, Any]) -> Iterator[tuple[str, NDArray[Any]]]:
    """What can be kept in a file: numbers, texts, and arrays of them."""
    for key, value in values.items():
        array = np.asarray(value.encode() if isinstance(value, str) else value) if _plain(value) else None
        if array is not None and array.dtype.kind in "biufS":
            yield key, array.astype(np.uint8) if array.dtype.kind == "b" else array


def _plain(value: Any) -> bool:
    """Whether numpy makes a regular array of it."""
    if isinstance(value, list | tuple):
        return bool(value) and all(map(_plain, value)) and len({np.shape(part) for part in value}) == 1
    return isinstance(value, str | int | float | np.ndarray | np.generic)


def column_of(filled: Filled, count: int) -> Column:
    """Values of some events as a column of all ``count`` events of the batch."""
    field, values, events = filled.field, filled.values, filled.events
    if isinstance(values, Ragged):
        lengths = np.zeros(count, np.int64)
        lengths[events] = values.lengths
        present = np.zeros(count, bool)
        present[events] = True
        return Column(field, values.values.astype(field.dtype, copy=False), None if len(events) == count else present, lengths)
    if len(events) == count:
        return Column(field, values.astype(field.dtype, copy=False))
    spread = np.zeros((count, *field.shape), field.dtype)
    spread[events] = values
    present = np.zeros(count, bool)
    present[events] = True
    return Column(field, spread, present)
