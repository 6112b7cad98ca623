"""The user's functions at work: what they read is joined by event, what they give is checked, and where they raise is told."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.model.column import Column
from monitor.model.field import Field
from monitor.settings import Settings
from workers.features.data import Output, Ragged, Values, joined
from workers.features.tree import Filled, column_of
from workers.frames import Frames
from workers.trouble import Trouble
from workers.user import UserFeature
from workers.user_file import RAISED, features_of, said

TOLD = 200
"""Longest text under which trouble is counted."""


@dataclass(frozen=True, slots=True, eq=False)
class _Input:
    """One thing that a function reads: which events of the batch have it, and how to get it for some of them."""

    present: NDArray[np.bool_]
    take: Callable[[NDArray[np.int64]], NDArray[Any] | Ragged]


class _Unfit(ValueError):
    """A function returned something else than it declares."""


class UserFeatures:
    """Every function of every file that the settings name, in the order of the files and of their lines.

    Raises
    ------
    ConfigError
        If a file cannot be loaded, two functions give one field, or one reads a detector that there is not.
    """

    def __init__(self, settings: Settings) -> None:
        self._features = [(user.path, feature) for user in settings.user for feature in features_of(user, settings)]
        self.gives = _names(self._features)
        self.detectors = frozenset(name for _, feature in self._features for name in feature.reads if "/" not in name)
        """Names that may be detectors whose frames somebody wants."""
        areas = [detector.name for detector in settings.detector if not detector.field]
        if areas:
            _check_detectors(self._features, areas)

    def columns(
        self, columns: Mapping[str, Column], frames: Mapping[str, Frames], count: int, trouble: Trouble
    ) -> Iterator[Column]:
        """Fields of all functions; each is asked for when those before it were added to ``columns``.

        Parameters
        ----------
        columns
            Columns of the batch so far.
        frames
            Corrected frames of those of ``detectors`` that the batch has.
        count
            Events of the batch.
        """
        for path, feature in self._features:
            who = f"{Path(path).name}, {feature.name}"
            twice = [field.path for field in feature.gives if field.path in columns]
            if twice:
                trouble.note(f"{who}: the run has a field {twice[0]} already; use another name", count)
                continue
            inputs = [_input(name, columns, frames, count) for name in feature.reads]
            missing = [name for name, given in zip(feature.reads, inputs, strict=True) if given is None]
            if missing:
                trouble.note(f"{who}: these events have no {missing[0]}", count)
                continue
            given = [part for part in inputs if part is not None]
            events = np.flatnonzero(np.logical_and.reduce([part.present for part in given]))
            if len(events):
                output, have = _attempt(path, feature, given, events, trouble)
                if output is not None:
                    yield from (column_of(Filled(f, output.values[f.name], have), count) for f in feature.gives)


def _input(name: str, columns: Mapping[str, Column], frames: Mapping[str, Frames], count: int) -> _Input | None:
    """What a name stands for in this batch: a field, else the frames of a detector; None if it is neither."""
    column = columns.get(name)
    if column is not None:
        return _Input(column.mask, lambda events: _values(column, events))
    seen = frames.get(name)
    if seen is None:
        return None
    present = np.zeros(count, bool)
    present[seen.events] = True
    return _Input(present, lambda events: _readonly(seen.values, np.searchsorted(seen.events, events), len(seen.values)))


def _values(column: Column, events: NDArray[np.int64]) -> NDArray[Any] | Ragged:
    if column.lengths is None:
        return _readonly(column.values, events, len(column))
    stops = np.concatenate([[0], np.cumsum(column.lengths)])
    parts = [column.values[stops[event] : stops[event + 1]] for event in events]
    elements = np.concatenate([column.values[:0], *parts])
    return Ragged(elements, column.lengths[events])


def _readonly(values: NDArray[Any], at: NDArray[np.int64], count: int) -> NDArray[Any]:
    """Some of the values, not to be written to: others read the same memory."""
    chosen = values[:] if len(at) == count else values[at]
    chosen.flags.writeable = False
    return chosen


def _attempt(
    path: str, feature: UserFeature, inputs: Sequence[_Input], events: NDArray[np.int64], trouble: Trouble
) -> tuple[Output | None, NDArray[np.int64]]:
    """What a function gives, and for which events: all of them, or those for which alone it neither raises nor misfits."""
    try:
        given = feature.function(*(part.take(events) for part in inputs))
        return Output(_checked(feature.gives, given, len(events))), events
    except RAISED as error:
        if len(events) == 1 or isinstance(error, _Unfit):
            what = f"{error} (line {feature.line})" if isinstance(error, _Unfit) else said(error, path)
            trouble.note(f"{Path(path).name}, {feature.name}: {what}"[:TOLD], len(events))
            return None, events[:0]
    single = [_attempt(path, feature, inputs, events[i : i + 1], trouble)[0] for i in range(len(events))]
    good = [output for output in single if output is not None]
    have = events[[output is not None for output in single]]
    return (joined(good) if good else None), have


def _checked(gives: tuple[Field, ...], given: Any, count: int) -> dict[str, Values]:
    """What a function returned, as its fields; ``_Unfit`` if it is not what it declares."""
    if gives[0].ragged:
        return _lists(gives, given, count)
    field = gives[0]
    values = _array(given)
    if values.shape != (count, *field.shape):
        raise _Unfit(f"{field.name} has the shape {values.shape} for {count} events, and {(count, *field.shape)} was declared")
    return {field.name: _cast(values, field)}


def _lists(gives: tuple[Field, ...], given: Any, count: int) -> dict[str, Values]:
    if not isinstance(given, Ragged):
        try:
            parts = [_array(part) for part in given]
        except TypeError as error:
            raise _Unfit("a ragged result is a Ragged, or a list with one array per event") from error
        shaped = [part.reshape(len(part) if part.ndim else 1, -1) if part.size else np.empty((0, len(gives))) for part in parts]
        if {part.shape[1] for part in shaped} - {len(gives)}:
            raise _Unfit(f"{gives[0].group} has {len(gives)} columns, and an event has {[part.shape[1] for part in shaped]}")
        given = Ragged(np.concatenate(shaped or [np.empty((0, len(gives)))]), np.array([len(part) for part in shaped], np.int64))
    values, lengths = _array(given.values), _array(given.lengths)
    table = values.reshape(len(values), -1) if values.ndim and values.size else np.empty((0, len(gives)))
    if lengths.shape != (count,) or lengths.dtype.kind not in "iu" or (lengths < 0).any() or lengths.sum() != len(table):
        raise _Unfit(f"the lengths of {gives[0].group} do not share {len(table)} elements among {count} events")
    if table.shape[1] != len(gives):
        raise _Unfit(f"{gives[0].group} has {table.shape[1]} columns, and {len(gives)} were declared")
    lengths = lengths.astype(np.int64)
    return {field.name: Ragged(_cast(table[:, i], field), lengths) for i, field in enumerate(gives)}


def _array(given: Any) -> NDArray[Any]:
    """Numbers, without the mask of a masked array (its bad elements are NaN)."""
    try:
        values = given.filled(np.nan) if isinstance(given, np.ma.MaskedArray) and given.dtype.kind == "f" else np.asarray(given)
    except ValueError as error:
        raise _Unfit(f"the result is no array: {error}") from error
    if values.dtype.kind not in "biuf":
        raise _Unfit(f"the result is {'None' if given is None else values.dtype}, and numbers were declared")
    return values


def _cast(values: NDArray[Any], field: Field) -> NDArray[Any]:
    with np.errstate(invalid="ignore", over="ignore"):
        # A result may be a view of what others read.
        cast: NDArray[Any] = np.array(values, field.dtype)
    if field.dtype.kind in "iu" and not np.array_equal(cast, values):
        raise _Unfit(f"{field.name} has values that {field.dtype} cannot hold; round them, or declare another type")
    return cast


def _names(features: Sequence[tuple[str, UserFeature]]) -> frozenset[str]:
    """Every field that the functions give; ``ConfigError`` if two give the same one."""
    found: dict[str, str] = {}
    for path, feature in features:
        for field in feature.gives:
            if field.path in found:
                raise ConfigError(f"{feature.name} and {found[field.path]} both give {field.path}", file=path, key="user")
            found[field.path] = feature.name
    return frozenset(found)


def _check_detectors(features: Sequence[tuple[str, UserFeature]], areas: Sequence[str]) -> None:
    known = {*areas, "event_time", "fiducials", "pipeline_version", *_names(features)}
    for path, feature in features:
        for name in feature.reads:
            if "/" not in name and name not in known:
                close = get_close_matches(name, areas, n=1, cutoff=0.4)
                why = f"{feature.name} (line {feature.line}) reads {name!r}, and the settings have no such detector"
                raise ConfigError(why, file=path, key="user", nearest=close[0] if close else "")
