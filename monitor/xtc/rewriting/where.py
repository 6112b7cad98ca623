"""The condition that selects events, as people write it: ``EBeam.ebeamCharge > 0.1 and evr(90)``.

The language of ``monitor.formula``, computed on whole arrays. A value that an event does not have is not-a-number, and every
comparison with it is false.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.formula import Compute, build, parse, truth

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

HOW = "write it like 'EBeam.ebeamCharge > 0.1 and evr(90)'"
OPTION = "--where"


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
        self._compute = build(parse(text, file=OPTION, how=HOW), self._value)

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
        return np.broadcast_to(truth(found), (count,)).copy()

    def _value(self, node: ast.expr) -> Compute[Values]:
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
