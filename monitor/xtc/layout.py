"""The words in which payload layouts are written: structures of fields, bit fields, formulas.

Everything in these files is packed and little-endian: a field begins where the one before it ends. The order and the names are
those of the facility's own data description; padding is a hidden field. A new payload type reads like this, and gets its line in
``monitor.xtc.types``:

>>> ELEMENT = Struct(
...     "Camera.ElementV1",
...     word("flags", "u4", overflow=(0, 1), lane=(6, 2)),
...     Field("exposure", "f8", unit="s", doc="time that the shutter was open"),
...     Field("name", "S1", (16,), doc="name of the camera"),
...     Field("frame", "u2", ("config.height", "config.numPixels // config.height"), unit="counts", doc="raw pixels"),
...     derived=(Derived("isBright", "1 if exposure > 0.5 else 0"),),
...     config=("Camera.ElementConfigV1", "Camera.ElementConfigV2"),
... )
>>> ELEMENT.dtype is None, ELEMENT.head.itemsize
(True, 28)
"""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from monitor.xtc.expression import Formula, formula

REST = "rest"
"""A shape item: as many elements as the payload still holds."""

Derive = Callable[..., Any]
"""Computes an accessor from the decoded record and its arguments; a ``KeyError`` or ``ArithmeticError`` says: no value."""


@dataclass(frozen=True, slots=True)
class Bits:
    """Part of an integer: ``width`` bits from bit ``first`` (0 = least significant)."""

    name: str
    first: int
    width: int
    doc: str = ""
    enum: Mapping[int, str] | None = None
    raw: bool = False

    def value(self, word: int) -> int:
        """The sub-field of an integer."""
        return (word >> self.first) & self.mask

    @property
    def mask(self) -> int:
        """As many ones as the sub-field is wide."""
        return (1 << self.width) - 1


@dataclass(frozen=True, slots=True)
class Field:
    """One named place in a structure.

    Attributes
    ----------
    type
        ``i``/``u``/``f`` and bytes, ``S1`` for text, or an embedded structure.
    shape
        Numbers or formulas; empty for a scalar. The last item of an ``S1`` shape is the length of the text.
    bits
        Sub-fields of the integer; they appear beside the other fields of the structure.
    unit
        Physical unit, where the description gives one.
    hidden
        No public meaning: padding, reserved, or only of interest through its bits.
    raw
        Stored form that needs the conversion given by the accessor of (nearly) the same name.
    """

    name: str
    type: "str | Struct"
    shape: tuple[int | str, ...] = ()
    bits: tuple[Bits, ...] = ()
    doc: str = ""
    unit: str = ""
    enum: Mapping[int, str] | None = None
    hidden: bool = False
    raw: bool = False
    formulas: tuple[int | str | Formula, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        items = tuple(item if isinstance(item, int) or item == REST else formula(item) for item in self.shape)
        object.__setattr__(self, "formulas", items)

    @property
    def dtype(self) -> np.dtype[Any] | None:
        """Packed dtype of one element (a whole text for ``S1``), or None if its size varies."""
        if isinstance(self.type, Struct):
            return self.type.dtype
        if self.type == "S1":
            length = self.shape[-1] if self.shape else 1
            return np.dtype(f"S{length}") if isinstance(length, int) else None
        return np.dtype("<" + self.type)


@dataclass(frozen=True, slots=True)
class Derived:
    """An accessor that computes: a formula over fields and configuration, or a function of the record.

    One with ``arguments`` does not appear in records; other formulas and ``monitor.xtc.quantity.accessor`` call it.
    """

    name: str
    rule: str | Derive
    arguments: tuple[str, ...] = ()
    doc: str = ""
    formula: Formula | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "formula", formula(self.rule) if isinstance(self.rule, str) else None)


class Struct:
    """A layout: fields one behind the other.

    Parameters
    ----------
    name
        Name in the facility's data description, ``Bld.BldDataEBeamV7``.
    fields
        In file order.
    derived
        Accessors that compute.
    config
        Names of the configuration structures (same source, seen earlier) that can size this one, oldest first.
    align
        A writer rounds the size of a structure of varying size up to a multiple of this.
    """

    def __init__(
        self,
        name: str,
        *fields: Field,
        derived: tuple[Derived, ...] = (),
        config: tuple[str, ...] = (),
        align: int = 4,
    ) -> None:
        self.name = name
        self.fields = fields
        self.derived = derived
        self.config = config
        self.align = align

    def __repr__(self) -> str:
        return f"Struct({self.name})"

    @cached_property
    def head(self) -> np.dtype[Any]:
        """Packed dtype of the fields before the first one whose size varies, hidden fields included."""
        return np.dtype(list(itertools.takewhile(bool, map(_entry, self.fields))))

    @cached_property
    def dtype(self) -> np.dtype[Any] | None:
        """Packed dtype of the whole structure, hidden fields included; None if its size varies."""
        return self.head if len(self.head.names or ()) == len(self.fields) else None

    @cached_property
    def smallest(self) -> int:
        """Bytes the structure has at least; what bounds how many of them a payload can hold."""
        if self.dtype is not None:
            return self.dtype.itemsize
        total = 0
        for item in self.fields:
            known = [n for n in item.shape if isinstance(n, int)]
            if len(known) == len(item.shape):
                per = item.type.smallest if isinstance(item.type, Struct) else np.dtype(item.type).itemsize
                total += int(np.prod(known, dtype=np.int64)) * per
        return total

    def padded(self, size: int) -> int:
        """Bytes that ``size`` bytes of this structure take up: one of varying size is rounded up to its alignment."""
        return size if self.dtype is not None else -(-size // self.align) * self.align

    @cached_property
    def functions(self) -> dict[str, Derived]:
        """Accessors with arguments, by name."""
        return {rule.name: rule for rule in self.derived if rule.arguments}

    def field(self, name: str) -> Field:
        """The field of this name.

        Raises
        ------
        KeyError
            If there is none.
        """
        for item in self.fields:
            if item.name == name:
                return item
        raise KeyError(f"{self.name} has no field {name!r}")


def _entry(item: Field) -> tuple[str, np.dtype[Any], tuple[int, ...]] | None:
    """Name, dtype and shape of a field of fixed size; None if its size varies."""
    kind, shape = item.dtype, item.shape[:-1] if item.type == "S1" else item.shape
    fixed = tuple(n for n in shape if isinstance(n, int))
    return None if kind is None or len(fixed) < len(shape) else (item.name, kind, fixed)


def fields_of(base: Struct, count: int | None = None) -> tuple[Field, ...]:
    """The first ``count`` fields of an older version (all of them by default), for a newer one that adds to it."""
    return base.fields[:count]


def word(name: str, kind: str, **parts: tuple[int, int]) -> Field:
    """A register: an integer of no interest in itself, and its parts as ``name=(first bit, width)``."""
    return Field(name, kind, bits=tuple(Bits(part, *place) for part, place in parts.items()), hidden=True)
