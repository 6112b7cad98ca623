"""The condition that selects events, as people write it: ``EBeam.ebeamCharge > 0.1 and evr(90)``.

Python's own syntax, parsed into a closed language and computed on whole arrays; nothing is ever handed to ``eval``. A value
that an event does not have is not-a-number, and every comparison with it is false.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError

Path = tuple[str | int, ...]
"""Names of fields, and positions in arrays."""


@dataclass(frozen=True, slots=True)
class FieldOf:
    """A number in a payload: ``EBeam.ebeamCharge``, ``source("XppSb2Ipm-1|Ipimb-0").channel[0]``."""

    source: str
    path: Path

    def __str__(self) -> str:
        return self.source + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path)


@dataclass(frozen=True, slots=True)
class EventCode:
    """Whether the event has this event code: ``evr(90)``."""

    code: int


@dataclass(frozen=True, slots=True)
class Pv:
    """An EPICS variable by its name or alias: ``pv("XPP:LAS:MMN:01.RBV")``."""

    name: str


Need = FieldOf | EventCode | Pv
Values = Mapping[Need, NDArray[np.float64]]
Compute = Callable[[Values], Any]

ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: np.divide,
    ast.Mod: np.mod,
}
COMPARISON: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: lambda left, right: (left != right) & ~np.isnan(left) & ~np.isnan(right),
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
}
HOW = "write it like 'EBeam.ebeamCharge > 0.1 and evr(90)'"
OPTION = "--where"
LONGEST = 10_000


class Where:
    """A condition on events.

    Parameters
    ----------
    text
        The condition.

    Raises
    ------
    ConfigError
        If the text is not in the language.

    Examples
    --------
    >>> where = Where("EBeam.ebeamCharge > 0.1 and not evr(162)")
    >>> charge, dropped = where.needs
    >>> where.holds({charge: np.array([0.2, 0.2, np.nan]), dropped: np.array([0.0, 1.0, 0.0])}, 3)
    array([ True, False, False])
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._needs: dict[Need, None] = {}
        try:
            tree = ast.parse(text.strip(), mode="eval") if len(text) <= LONGEST else None
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise ConfigError(f"{text!r} cannot be read ({error}); {HOW}", file=OPTION) from error
        if tree is None:
            raise ConfigError(f"it has more than {LONGEST} characters", file=OPTION)
        try:
            self._compute = self._build(tree.body)
        except RecursionError as error:
            raise ConfigError("it is nested too deeply", file=OPTION) from error

    @property
    def needs(self) -> tuple[Need, ...]:
        """What it asks of each event, in order of first mention."""
        return tuple(self._needs)

    def holds(self, values: Values, count: int) -> NDArray[np.bool_]:
        """Whether it is true, for each event.

        Parameters
        ----------
        values
            For each of ``needs`` an array, float64, shape (events,); NaN = the event does not have it. Event codes are 1 or 0.
        count
            How many events.
        """
        with np.errstate(all="ignore"):
            found = self._compute(values)
        return np.broadcast_to(_truth(found), (count,)).copy()

    def _build(self, node: ast.expr) -> Compute:
        match node:
            case ast.Constant(value=bool() | int() | float() as constant):
                number = float(constant)
                return lambda values: number
            case ast.BoolOp(op=op, values=parts):
                return _join(np.logical_and if isinstance(op, ast.And) else np.logical_or, [self._build(part) for part in parts])
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self._build(operand)
                return lambda values: ~_truth(inner(values))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                inner = self._build(operand)
                return lambda values: -inner(values)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
                return _pair(ARITHMETIC[type(op)], self._build(left), self._build(right))
            case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in COMPARISON for op in ops):
                parts_ = [self._build(part) for part in (left, *others)]
                pairs = [_pair(COMPARISON[type(op)], a, b) for op, a, b in zip(ops, parts_, parts_[1:], strict=False)]
                return _join(np.logical_and, pairs)
            case ast.Call(func=ast.Name(id="abs"), args=[argument], keywords=[]):
                inner = self._build(argument)
                return lambda values: np.abs(inner(values))
        return self._value(node)

    def _value(self, node: ast.expr) -> Compute:
        """Something that the event must give."""
        match node:
            case ast.Call(func=ast.Name(id="evr"), args=[ast.Constant(value=int() as code)], keywords=[]):
                need: Need = EventCode(code)
            case ast.Call(func=ast.Name(id="pv"), args=[ast.Constant(value=str() as name)], keywords=[]):
                need = Pv(name)
            case ast.Attribute() | ast.Subscript():
                need = self._field(node)
            case _:
                self._refuse(node)
        self._needs[need] = None
        return lambda values: values[need]

    def _field(self, node: ast.expr) -> FieldOf:
        path: list[str | int] = []
        while True:
            match node:
                case ast.Attribute(value=inner, attr=name):
                    path.insert(0, name)
                case ast.Subscript(value=inner, slice=ast.Constant(value=int() as position)) if position >= 0:
                    path.insert(0, position)
                case (
                    ast.Name(id=source)
                    | ast.Call(func=ast.Name(id="source"), args=[ast.Constant(value=str() as source)], keywords=[])
                ) if path and isinstance(path[0], str):
                    return FieldOf(source, tuple(path))
                case _:
                    self._refuse(node)
            node = inner

    def _refuse(self, node: ast.AST) -> NoReturn:
        raise ConfigError(f"{ast.unparse(node)!r} is not in the language of conditions; {HOW}", file=OPTION)


def _truth(value: Any) -> NDArray[np.bool_]:
    """Numbers as truth: neither zero nor absent."""
    array = np.asarray(value)
    return array if array.dtype == np.bool_ else (array != 0) & ~np.isnan(array)


def _join(op: Any, parts: list[Compute]) -> Compute:
    def compute(values: Values) -> Any:
        result = _truth(parts[0](values))
        for part in parts[1:]:
            result = op(result, _truth(part(values)))
        return result

    return compute


def _pair(op: Callable[[Any, Any], Any], left: Compute, right: Compute) -> Compute:
    return lambda values: op(left(values), right(values))
