"""A number per event out of the fields of its row: ``log(ipm2/sum) where lightStatus/laser == 1``."""

import ast
import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from dashboards.table import Table
from monitor.errors import ConfigError
from monitor.formula import FUNCTIONS, PAIRED, Compute, build, parse, truth

HOW = "write it like 'log(ipm2/sum) where lightStatus/laser == 1'"
OWN = ("seq", "run", "step", "time")
"""What every row has besides its fields; a field of the same name goes before."""

_WHERE = re.compile(r"\swhere\s")
_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")

Columns = Mapping[str, NDArray[np.float64]]


class Expression:
    """A formula over fields, with an optional condition behind the word ``where``.

    A field is written by its name, although that may look like a quotient: the longest known name that fits is taken. Any
    name can be written in quotes.

    Parameters
    ----------
    text
        The formula.
    names
        Known fields.

    Raises
    ------
    ConfigError
        If it is not in the language, or names a field that is not known.

    Examples
    --------
    >>> ratio = Expression("a/b / b where a/b > 1", ("a/b", "b"))
    >>> ratio.fields
    ('a/b', 'b')
    """

    def __init__(self, text: str, names: Iterable[str]) -> None:
        self.text = text.strip()
        self._names = (*names, *OWN)
        self._fields: dict[str, None] = {}
        if self.text in self._names:
            # The commonest formula of all needs no parser, and a name may hold any character.
            self._fields[self.text] = None
            self._compute, self._condition = _column(self.text), None
            return
        formula, *condition = _WHERE.split(self.text, maxsplit=1)
        self._compute = self._built(formula)
        self._condition = self._built(condition[0]) if condition else None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields it needs, in order of first mention."""
        return tuple(self._fields)

    def of(self, rows: Table) -> NDArray[np.float64]:
        """Its value for each row, shape (events,); NaN where a field is absent or the condition does not hold."""
        columns = {name: _values(rows, name) for name in self._fields}
        with np.errstate(all="ignore"):
            found = np.broadcast_to(np.asarray(self._compute(columns), np.float64), (len(rows),))
            if self._condition is None:
                return found
            return np.where(truth(self._condition(columns)), found, np.nan)

    def holds(self, rows: Table) -> NDArray[np.bool_]:
        """Whether it is true, for each row, shape (events,)."""
        return truth(self.of(rows))

    def _built(self, text: str) -> Compute[Columns]:
        places: list[str] = []
        return build(parse(self._with_places(text, places), how=HOW), lambda node: self._value(node, places))

    def _with_places(self, text: str, places: list[str]) -> str:
        """The text with each name of a field replaced by one that Python can read."""

        def place(found: re.Match[str]) -> str:
            places.append(found[0].strip("'\"") if found[0][0] in "'\"" else found[0])
            return f" _{len(places) - 1}_ "

        return _pattern(self._names).sub(place, text)

    def _value(self, node: ast.expr, places: Sequence[str]) -> Compute[Columns]:
        """A field."""
        if not isinstance(node, ast.Name):
            self._refuse(node, places)
        found = re.fullmatch(r"_(\d+)_", node.id)
        name = places[int(found[1])] if found and int(found[1]) < len(places) else node.id
        if name not in self._names:
            # A person who writes an unknown name with a slash does not mean a quotient.
            written = re.search(rf"(?<![\w/]){re.escape(name)}(?:/\w+)*", self.text)
            name = written[0] if written else name
            close = get_close_matches(name, self._names, n=1, cutoff=0.4)
            raise ConfigError(f"there is no field {name!r} in this run", nearest=close[0] if close else "")
        self._fields[name] = None
        return _column(name)

    def _refuse(self, node: ast.AST, places: Sequence[str]) -> NoReturn:
        text = re.sub(r"_(\d+)_", lambda found: places[int(found[1])] if int(found[1]) < len(places) else "_", ast.unparse(node))
        raise ConfigError(f"{text!r} is not in the language of expressions; {HOW}")


@functools.lru_cache(maxsize=256)
def expression(text: str, names: tuple[str, ...]) -> Expression:
    """The same as ``Expression``, remembered: pages ask for the same few many times a second."""
    return Expression(text, names)


@functools.lru_cache(maxsize=16)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """Finds known names, the longest first, and quoted ones; not inside of longer words."""
    functions = {*FUNCTIONS, *PAIRED, "and", "or", "not"}
    known = sorted((name for name in names if name not in functions), key=len, reverse=True)
    return re.compile("|".join([_TEXT.pattern, rf"(?<![\w.])(?:{'|'.join(map(re.escape, known))})(?![\w\[])"]))


def _column(name: str) -> Compute[Columns]:
    return lambda columns: columns[name]


def _values(rows: Table, name: str) -> NDArray[np.float64]:
    """A field, or what every row has."""
    if name in rows.columns or name not in OWN:
        return rows.column(name)
    own: NDArray[np.float64] = np.asarray(getattr(rows, name), np.float64)
    return own
