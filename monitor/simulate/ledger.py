"""What a run holds, counted while it is written: the other side of what a scan of the files must find."""

from collections import Counter

import numpy as np

from monitor.simulate.contribution import Contribution, Group, parts_of
from monitor.xtc.header import type_id, version
from monitor.xtc.names import source_text, type_name


class Ledger:
    """Payloads per source and type, and datagrams, of the merged run (transitions count once)."""

    def __init__(self) -> None:
        self._payloads: Counter[tuple[str, str]] = Counter()
        self.datagrams: Counter[str] = Counter()

    def add(self, service: str, count: int, groups: list[Group]) -> None:
        """Count datagrams of one kind and what is in them; nothing inside an incomplete segment counts."""
        self.datagrams[service] += count
        for group in groups:
            hidden = group.incomplete if group.incomplete is not None else np.zeros(count, bool)
            for part in parts_of([group]):
                self._count(part, hidden)

    def payloads(self) -> dict[str, dict[str, int]]:
        """Map source -> type with version ("EBeamBld_V1"; version 0 has no suffix) -> number."""
        table: dict[str, dict[str, int]] = {}
        for (source, kind), count in sorted(self._payloads.items()):
            table.setdefault(source, {})[kind] = count
        return table

    def _count(self, part: Contribution, hidden: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]") -> None:
        there = (part.which >= 0) & ~hidden
        missing = int((there & part.absent).sum())
        source = source_text(part.source.level, part.source.logical, part.source.physical)
        if missing:
            self._payloads[source, "Any"] += missing
        found = int(there.sum()) - missing
        if found:
            self._payloads[source, kind_text(part.contains)] += found * part.holds


def kind_text(contains: int) -> str:
    """Type and version as the facility's scanner prints them."""
    suffix = f"_V{version(contains)}" if version(contains) else ""
    return type_name(type_id(contains)) + suffix
