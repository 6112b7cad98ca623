"""Values of the expressions that stand in configuration files: literals and what plainly makes literals; nothing is executed."""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST = 100_000
"""Elements of a list or text, and steps of one reading; a configuration has a few hundred."""
LARGEST_EXPONENT = 64


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is not plain: its text in the file, and where that is."""

    text: str
    line: int


class NotPlain(ValueError):
    """An expression that is more than literals."""


_OPERATORS: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_COMPARISONS: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
    ast.Is: lambda a, b: a is b,
    ast.IsNot: lambda a, b: a is not b,
}
_UNARY: Mapping[type[ast.AST], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}


def calculated(kind: ast.operator, left: Any, right: Any) -> Any:
    """Result of an operator on two plain values, within bounds.

    Raises
    ------
    NotPlain
        If it cannot be had, or would be too large.
    """
    if type(kind) not in _OPERATORS or isinstance(left, Unknown) or isinstance(right, Unknown):
        raise NotPlain
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    if isinstance(kind, ast.Pow) and (not numbers or abs(right) > LARGEST_EXPONENT or abs(left) > LONGEST):
        raise NotPlain
    if isinstance(kind, ast.Mult) and not numbers and _length(left) * _length(right) > LONGEST:
        raise NotPlain
    if isinstance(kind, ast.Mod) and not numbers:
        raise NotPlain
    try:
        return checked(_OPERATORS[type(kind)](left, right))
    except (TypeError, ArithmeticError) as error:
        raise NotPlain from error


def compared(kinds: list[ast.cmpop], values: list[Any]) -> bool:
    """Result of a chain of comparisons of plain values."""
    if any(isinstance(value, Unknown) for value in values):
        raise NotPlain
    try:
        return all(_COMPARISONS[type(k)](a, b) for k, a, b in zip(kinds, values[:-1], values[1:], strict=True))
    except (TypeError, KeyError) as error:
        raise NotPlain from error


def negated(kind: ast.unaryop, value: Any) -> Any:
    """Result of a sign or ``not``."""
    if type(kind) not in _UNARY or isinstance(value, Unknown):
        raise NotPlain
    try:
        return _UNARY[type(kind)](value)
    except TypeError as error:
        raise NotPlain from error


def checked(value: Any) -> Any:
    """The value, unless it is larger than anything in a configuration."""
    if isinstance(value, int) and abs(value) >= 1 << LARGEST_EXPONENT:
        raise NotPlain
    if isinstance(value, list | tuple | str | dict) and len(value) > LONGEST:
        raise NotPlain
    return value


def _length(value: Any) -> int:
    return abs(value) if isinstance(value, int) else len(value) if isinstance(value, list | tuple | str) else 1


def _spaced(*numbers: float) -> list[float]:
    """As numpy's ``arange``."""
    first, stop, step = (0, numbers[0], 1) if len(numbers) == 1 else (*numbers, 1)[:3]
    count = math.ceil((stop - first) / step)
    if count > LONGEST:
        raise NotPlain
    return [first + i * step for i in range(count)]


def _divided(first: float, stop: float, count: int = 50) -> list[float]:
    """As numpy's ``linspace``."""
    if not 2 <= count <= LONGEST:
        raise NotPlain
    return [first + i * (stop - first) / (count - 1) for i in range(count)]


def _range(*numbers: int) -> list[int]:
    found = range(*numbers)
    if len(found) > LONGEST:
        raise NotPlain
    return list(found)


def _file(path: str, *_: Any) -> str:
    """A file that is loaded: our settings take its name."""
    if not isinstance(path, str):
        raise NotPlain
    return path


def _same(value: Any) -> Any:
    return value


def _part(*bounds: Any) -> list[Any]:
    """A slice as its bounds: our settings write ``[a, b]``."""
    return list((None, *bounds) if len(bounds) == 1 else bounds[:2])


CALLS: Mapping[str, Callable[..., Any]] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "len": len,
    "abs": abs,
    "min": min,
    "max": max,
    "round": round,
    "list": list,
    "tuple": tuple,
    "dict": dict,
    "range": _range,
    "slice": _part,
    "array": _same,
    "asarray": _same,
    "arange": _spaced,
    "linspace": _divided,
    "load": _file,
    "loadtxt": _file,
}
"""Functions that give plain values, by the last part of their name (``np.arange``)."""


def called(name: str, arguments: list[Any], named: Mapping[str, Any]) -> Any:
    """Result of one of ``CALLS``.

    Raises
    ------
    NotPlain
        If it is none of them, or cannot take the arguments.
    """
    values = [*arguments, *named.values()]
    if name not in CALLS or any(isinstance(value, Unknown) for value in values):
        raise NotPlain
    try:
        return checked(CALLS[name](*arguments, **named) if name == "dict" else CALLS[name](*arguments))
    except (TypeError, ValueError, ArithmeticError) as error:
        raise NotPlain from error
