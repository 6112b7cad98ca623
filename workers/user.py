"""What a user's own file imports: decorators that say which field a function gives, and what it reads.

A function gets one array per thing it reads, each with a leading event axis: the values of a field, or the frames of a detector.
It is called for those events that have all of them.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from monitor.model.field import Field
from workers.features.data import Ragged
from workers.features.feature import ragged_name

__all__ = ["Ragged", "UserFeature", "array", "declared_in", "ragged", "scalar"]

F = TypeVar("F", bound=Callable[..., Any])

MARK = "_xtcmon_user_feature"


@dataclass(frozen=True, slots=True, eq=False)
class UserFeature:
    """One function of a user's file.

    Attributes
    ----------
    function
        As it was written.
    reads
        Names of fields (``ipm2/sum``) and of detectors (``cspad``: their frames), one per parameter.
    gives
        One field; of a ragged result one per column.
    line
        Where the function begins in its file.
    """

    function: Callable[..., Any]
    reads: tuple[str, ...]
    gives: tuple[Field, ...]
    line: int

    @property
    def name(self) -> str:
        """What the function is called in its file."""
        return self.function.__name__


def scalar(
    name: str, reads: str | Sequence[str], *, dtype: Any = "f8", unit: str = "", description: str = ""
) -> Callable[[F], F]:
    """A function that gives one number per event.

    Parameters
    ----------
    name
        Path of the field: ``spot/ratio``.
    reads
        What the function gets, in the order of its parameters.
    dtype, unit, description
        As ``array``.

    Examples
    --------
    >>> @scalar("sums/double", reads="ipm2/sum", unit="V")
    ... def double(values):
    ...     return 2 * values
    >>> double(3)
    6
    """
    return array(name, reads, (), dtype=dtype, unit=unit, description=description)


def array(
    name: str, reads: str | Sequence[str], shape: Sequence[int], *, dtype: Any = "f8", unit: str = "", description: str = ""
) -> Callable[[F], F]:
    """A function that gives an array of the same shape for every event.

    Parameters
    ----------
    shape
        Of one event; the function returns ``(events, *shape)``.
    dtype
        Of an element: a number or a truth value.
    unit
        ``"1"`` for a pure number, empty where it is not known.
    description
        One line for a person.
    """
    field = Field(name=_path(name), dtype=_number(dtype), shape=_shape(shape), unit=unit, description=description)
    return _marker(reads, (field,))


def ragged(
    name: str,
    reads: str | Sequence[str],
    columns: Mapping[str, Any] | Sequence[str] = ("value",),
    *,
    unit: str = "",
    description: str = "",
) -> Callable[[F], F]:
    """A function that gives any number of elements per event: peaks, hits, droplets.

    It returns ``Ragged(values, lengths)``, or a list with one array per event: shape ``(elements,)`` where there is one column,
    ``(elements, columns)`` where there are more.

    Parameters
    ----------
    name
        ``cspad/peaks`` gives ``cspad/var_peaks/<column>``.
    columns
        What is known of each element; a mapping to the dtype, or names of float64 columns.
    """
    if "/" not in name.strip("/"):
        raise ValueError(f"{name!r} needs a group and a name, as in cspad/peaks")
    kinds = dict(columns) if isinstance(columns, Mapping) else dict.fromkeys(columns, "f8")
    if not kinds:
        raise ValueError("a ragged result has at least one column")
    fields = tuple(
        Field(name=ragged_name(_path(name), key), dtype=_number(kind), unit=unit, description=description, ragged=True)
        for key, kind in kinds.items()
    )
    return _marker(reads, fields)


def declared_in(module: object) -> Iterator[UserFeature]:
    """The functions of a file that carry a decorator, in the order of their lines."""
    found = (getattr(value, MARK, None) for value in vars(module).values())
    return iter(sorted({feature for feature in found if isinstance(feature, UserFeature)}, key=lambda feature: feature.line))


def _marker(reads: str | Sequence[str], gives: tuple[Field, ...]) -> Callable[[F], F]:
    names = (reads,) if isinstance(reads, str) else tuple(reads)
    if not names or not all(isinstance(name, str) and name for name in names):
        raise ValueError("say what the function reads: names of fields or detectors")

    def mark(function: F) -> F:
        try:
            inspect.signature(function).bind(*names)
        except TypeError as error:
            raise ValueError(f"{function.__name__} cannot take the {len(names)} arrays that it reads: {error}") from error
        setattr(function, MARK, UserFeature(function, names, gives, inspect.unwrap(function).__code__.co_firstlineno))
        return function

    return mark


def _path(name: str) -> str:
    steps = name.split("/")
    if not all(steps) or any(step in (".", "..") or step.startswith("var_") or "\0" in step for step in steps):
        raise ValueError(f"{name!r} is no path of a field; write for example spot/ratio")
    return name


def _number(dtype: Any) -> np.dtype[Any]:
    found: np.dtype[Any] = np.dtype(dtype)
    if found.kind == "b":
        return np.dtype(np.uint8)
    if found.kind not in "iuf" or found.itemsize > 8:
        raise ValueError(f"{found} cannot be the type of a field; use whole or real numbers of at most 8 bytes")
    return found


def _shape(shape: Sequence[int]) -> tuple[int, ...]:
    if not all(isinstance(size, int) and size > 0 for size in shape):
        raise ValueError(f"{shape!r} is no shape of one event")
    return tuple(int(size) for size in shape)
