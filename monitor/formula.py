"""Arithmetic and conditions as people write them, over whole arrays: the part that all our little languages share.

Python's own syntax, parsed into a closed language; nothing is ever handed to ``eval``. What a name means is for each
language to say. An absent value is not-a-number: it stays so in arithmetic, and every comparison with it is false.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError

S = TypeVar("S")
Compute = Callable[[S], Any]
"""Computes a part of a formula from what the language finds its values in."""

ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: np.divide,
    ast.Mod: np.mod,
    ast.Pow: lambda left, right: np.power(np.asarray(left, np.float64), right),
}
COMPARISON: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: lambda left, right: (left != right) & ~np.isnan(left) & ~np.isnan(right),
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
}
FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {
    "abs": np.abs,
    "sqrt": np.sqrt,
    "exp": np.exp,
    "log": np.log,
    "log10": np.log10,
    "sin": np.sin,
    "cos": np.cos,
    "round": np.round,
    "there": np.isfinite,
}
"""``log`` is the natural one; ``there`` is true where an event has the value."""

PAIRED: Mapping[str, Callable[[Any, Any], Any]] = {"min": np.minimum, "max": np.maximum, "atan2": np.arctan2}

LONGEST = 10_000
DEEPEST = 100


def parse(text: str, *, file: str = "", how: str = "") -> ast.expr:
    """The syntax tree of one formula, of bounded length and depth.

    Parameters
    ----------
    text
        What a person wrote.
    file
        Where it stands, for errors.
    how
        An example of how to write it, for errors.

    Raises
    ------
    ConfigError
        If it is not an expression, is too long, or is nested too deeply.
    """
    if len(text) > LONGEST:
        raise ConfigError(f"it has more than {LONGEST} characters", file=file)
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise ConfigError(f"{text!r} cannot be read ({error}); {how}", file=file) from error
    except (RecursionError, MemoryError) as error:
        raise ConfigError("it is nested too deeply", file=file) from error
    _check_depth(tree, file)
    return tree


def build(node: ast.expr, value: Callable[[ast.expr], Compute[S]]) -> Compute[S]:
    """Closure that computes a tree; what is neither number, operator nor known function is for ``value`` to build or refuse."""
    match node:
        case ast.Constant(value=bool() | int() | float() as constant):
            number = _number(constant)
            return lambda values: number
        case ast.BoolOp(op=op, values=parts):
            return _join(np.logical_and if isinstance(op, ast.And) else np.logical_or, [build(part, value) for part in parts])
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = build(operand, value)
            return lambda values: ~truth(inner(values))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _single(_negative, build(operand, value))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
            return _pair(_of_numbers(ARITHMETIC[type(op)]), build(left, value), build(right, value))
        case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in COMPARISON for op in ops):
            sides = [build(part, value) for part in (left, *others)]
            pairs = [_pair(COMPARISON[type(op)], a, b) for op, a, b in zip(ops, sides, sides[1:], strict=False)]
            return _join(np.logical_and, pairs)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            return _single(FUNCTIONS[name], build(argument, value))
        case ast.Call(func=ast.Name(id=name), args=[one, other], keywords=[]) if name in PAIRED:
            return _pair(PAIRED[name], build(one, value), build(other, value))
    return value(node)


def truth(value: Any) -> NDArray[np.bool_]:
    """Numbers as truth: neither zero nor absent."""
    array = np.asarray(value)
    return array if array.dtype == np.bool_ else (array != 0) & ~np.isnan(array)


def _check_depth(tree: ast.expr, file: str) -> None:
    """Refuse what would need much of the stack each time it is computed."""
    level: list[ast.AST] = [tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
    raise ConfigError("it is nested too deeply", file=file)


def _number(constant: float) -> float:
    try:
        return float(constant)
    except OverflowError:
        return float("inf")


def _negative(value: Any) -> Any:
    return -np.asarray(value, np.float64)


def _of_numbers(op: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Truth in arithmetic counts as 0 or 1."""
    return lambda left, right: op(_as_number(left), _as_number(right))


def _as_number(value: Any) -> Any:
    return value.astype(np.float64) if isinstance(value, np.ndarray | np.bool_) and value.dtype == np.bool_ else value


def _join(op: Any, parts: list[Compute[S]]) -> Compute[S]:
    def compute(values: S) -> Any:
        result = truth(parts[0](values))
        for part in parts[1:]:
            result = op(result, truth(part(values)))
        return result

    return compute


def _single(op: Callable[[Any], Any], inner: Compute[S]) -> Compute[S]:
    return lambda values: op(inner(values))


def _pair(op: Callable[[Any, Any], Any], left: Compute[S], right: Compute[S]) -> Compute[S]:
    return lambda values: op(left(values), right(values))
