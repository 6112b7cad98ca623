"""Where formulas find their names: the fields read so far, the accessors, the configuration of the same source."""

import math
from collections.abc import Mapping
from typing import Any

from monitor.errors import DamagedData
from monitor.xtc.expression import Formula
from monitor.xtc.layout import REST, Derive, Derived, Struct

Record = dict[str, Any]
"""A decoded payload: numbers, text, arrays (views of the payload), records and lists of them, accessors under "derived"."""

NO_VALUE = (KeyError, ArithmeticError, ValueError)
"""What a formula or an accessor raises when these bytes give it no value."""

DIMENSION_LIMIT = 1 << 31


class RecordScope:
    """Names of one structure: its fields, then its hidden fields, then its accessors, then ``config``."""

    __slots__ = ("config", "hidden", "record", "struct")

    def __init__(self, struct: Struct, record: Record, config: "RecordScope | None" = None) -> None:
        self.struct = struct
        self.record = record
        self.config = config
        self.hidden: dict[str, Any] = {}

    def name(self, name: str) -> Any:
        """Value of a field or accessor; raises ``KeyError`` if there is none."""
        for values in (self.record, self.hidden, self.record.get("derived", {})):
            if name in values:
                return values[name]
        if name == "config" and self.config is not None:
            return self.config
        for rule in self.struct.derived:
            if rule.name == name and not rule.arguments:
                return self.accessor(rule)
        raise KeyError(name)

    def call(self, name: str, arguments: list[Any]) -> Any:
        """Value of an accessor that takes arguments."""
        rule = self.struct.functions[name]
        if rule.formula is None:
            return self._function(rule)(self._whole_record(), *arguments)
        return rule.formula(_Arguments(self, dict(zip(rule.arguments, arguments, strict=True))))

    def accessor(self, rule: Derived) -> Any:
        """Value of an accessor; raises one of ``NO_VALUE`` if it has none."""
        if rule.formula is not None:
            value = rule.formula(self)
            return int(value) if isinstance(value, bool) else value
        return self._function(rule)(self._whole_record())

    def _whole_record(self) -> Record:
        """The record, with that of the configuration beside its fields."""
        return self.record if self.config is None else {**self.record, "config": self.config.record}

    def _function(self, rule: Derived) -> Derive:
        assert callable(rule.rule)
        return rule.rule

    def dimensions(self, items: tuple[int | str | Formula, ...], remaining: int, per: int) -> tuple[int, ...]:
        """Numbers of a shape, each checked to be a believable length.

        Raises
        ------
        DamagedData
            If a formula has no value or gives something that cannot be a length.
        """
        shape = []
        for item in items:
            try:
                value = item(self) if callable(item) else remaining // per if item == REST else item
            except NO_VALUE as error:
                raise DamagedData(f"{self.struct.name}: a length depends on {error}, which is not known") from error
            if not isinstance(value, int) or not 0 <= value < DIMENSION_LIMIT:
                raise DamagedData(f"{self.struct.name}: {value!r} cannot be a length")
            shape.append(value)
        if math.prod(max(n, 1) for n in shape) >= DIMENSION_LIMIT:
            raise DamagedData(f"{self.struct.name}: {shape} cannot be a shape")
        return tuple(shape)


class _Arguments:
    """A scope with the arguments of a call in front."""

    __slots__ = ("_outer", "_values")

    def __init__(self, outer: RecordScope, values: Mapping[str, Any]) -> None:
        self._outer = outer
        self._values = values

    def name(self, name: str) -> Any:
        return self._values[name] if name in self._values else self._outer.name(name)

    def call(self, name: str, arguments: list[Any]) -> Any:
        return self._outer.call(name, arguments)
