"""Shape and accessor formulas of the layouts, as a tiny closed language: no names but fields, no calls but known ones.

The formulas are written in Python's own syntax (``"config.numAsicsStored(quad)//2"``), parsed once at import and turned into
closures; nothing is ever handed to ``eval``. Their values come from bytes: the caller checks a result
before it becomes a size.
"""

import ast
import operator
from collections.abc import Callable
from typing import Any, Protocol

Number = Any
"""What a formula gives: an int, a float, or a list of these."""


class Scope(Protocol):
    """Where a formula finds its names."""

    def name(self, name: str) -> Any:
        """The field, accessor or embedded structure of this name; raises ``KeyError`` if there is none."""

    def call(self, name: str, arguments: list[Any]) -> Any:
        """The accessor ``name`` that takes arguments; raises ``KeyError`` if there is none."""


Formula = Callable[[Scope], Any]

SHIFT_LIMIT = 64
"""No formula shifts further; a larger count from damaged bytes must not build a huge number."""

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Gt: operator.gt,
    ast.LtE: operator.le,
}


def formula(text: str) -> Formula:
    """Closure that computes ``text`` in a scope.

    Examples
    --------
    >>> class Fields(dict):
    ...     name = dict.__getitem__
    >>> formula("(width + binX - 1) // binX if binX else 0")(Fields(width=10, binX=4))
    3

    Raises
    ------
    ValueError
        If the text uses anything beyond the language.
    """
    return _build(ast.parse(text.strip(), mode="eval").body, text)


def _build(node: ast.expr, text: str) -> Formula:
    match node:
        case ast.Constant(value=int() | float() as constant):
            return lambda scope: constant
        case ast.Name(id=name):
            return lambda scope: scope.name(name)
        case ast.Attribute(value=inner, attr=name):
            return _attribute(_build(inner, text), name)
        case ast.BinOp(left=left, op=ast.LShift(), right=right):
            return _shift(_build(left, text), _build(right, text))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _binary(_BINARY[type(op)], _build(left, text), _build(right, text))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARE:
            return _binary(_COMPARE[type(op)], _build(left, text), _build(right, text))
        case ast.IfExp(test=test, body=body, orelse=other):
            return _choice(_build(test, text), _build(body, text), _build(other, text))
        case ast.BoolOp(op=ast.And(), values=values):
            return _all([_build(value, text) for value in values])
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _not(_build(operand, text))
        case ast.Call(func=ast.Name(id="popcount"), args=[argument], keywords=[]):
            return _popcount(_build(argument, text))
        case ast.Call(func=function, args=arguments, keywords=[]):
            return _call(function, [_build(argument, text) for argument in arguments], text)
    raise ValueError(f"formula {text!r} uses {type(node).__name__}, which the language of the layouts does not have")


def _binary(op: Callable[[Any, Any], Any], left: Formula, right: Formula) -> Formula:
    return lambda scope: op(left(scope), right(scope))


def _shift(left: Formula, right: Formula) -> Formula:
    return lambda scope: left(scope) << min(right(scope), SHIFT_LIMIT)


def _choice(test: Formula, body: Formula, other: Formula) -> Formula:
    return lambda scope: body(scope) if test(scope) else other(scope)


def _all(parts: list[Formula]) -> Formula:
    return lambda scope: all(part(scope) for part in parts)


def _not(part: Formula) -> Formula:
    return lambda scope: not part(scope)


def _popcount(part: Formula) -> Formula:
    return lambda scope: int(part(scope)).bit_count()


def _attribute(inner: Formula, name: str) -> Formula:
    def value(scope: Scope) -> Any:
        owner = inner(scope)
        return owner[name] if isinstance(owner, dict) else owner.name(name)

    return value


def _call(function: ast.expr, arguments: list[Formula], text: str) -> Formula:
    match function:
        case ast.Name(id=name):
            return lambda scope: scope.call(name, [argument(scope) for argument in arguments])
        case ast.Attribute(value=inner, attr=name):
            owner = _build(inner, text)
            return lambda scope: owner(scope).call(name, [argument(scope) for argument in arguments])
    raise ValueError(f"formula {text!r} calls something that has no name")
