"""Says in words what a merge met on its way: damage by source and kind, what was left out, types nobody knows."""

from collections import Counter
from collections.abc import Mapping

from monitor.model.damage import Damage
from monitor.reader.intake import NO_SOURCE
from monitor.reader.merge import Merge
from monitor.xtc.header import ANY, CONTAINER, EPICS, type_id, version
from monitor.xtc.names import source_text, type_name
from monitor.xtc.types import TYPES

KINDS = {
    Damage.CAMERA_DROPPED: "dropped",
    Damage.DROPPED_CONTRIBUTION: "dropped",
    Damage.UNINITIALIZED: "uninitialized",
    Damage.OUT_OF_ORDER: "out of order",
    Damage.OUT_OF_SYNCH: "out of synch",
    Damage.USER_DEFINED: "user damage",
    Damage.INCOMPLETE_CONTRIBUTION: "incomplete",
    Damage.CONTAINS_INCOMPLETE: "contains incomplete",
}

FLAWS = ("file ends inside", "file gone", "corrupt datagram", "corrupt container", "unknown type")
"""Words in the counts of a source that mean more than damage, which any beam time has."""


class Report:
    """Counts over several runs, one merge each."""

    def __init__(self) -> None:
        self._earlier: Counter[str] = Counter()

    def add(self, merge: Merge) -> None:
        """Keep the counts of a merge that is done."""
        self._earlier += counts_of(merge)

    def counts(self, merge: Merge) -> Counter[str]:
        """Counts so far, the merge at work included."""
        return self._earlier + counts_of(merge)


def counts_of(merge: Merge) -> Counter[str]:
    """Text to number for one merge; only what occurred."""
    counts = Counter(merge.left_out)
    for source, n in merge.tally.corrupt.items():
        counts["corrupt container" if source == NO_SOURCE else f"{source_text(*source)}: corrupt container"] += n
    for (level, logical, physical, damage), n in merge.tally.damage.items():
        counts[f"{source_text(level, logical, physical)}: {damage_text(damage)}"] += n
    for damage, n in merge.tally.whole.items():
        counts[f"whole event: {damage_text(damage)}"] += n
    for (level, physical, contains), n in merge.damaged_configs.items():
        name = source_text(level, level << 24, physical)
        counts[f"{name}: damaged configuration {type_name(type_id(contains))} not taken"] += n
    for contains, n in merge.tally.sources.types().items():
        key = type_id(contains), version(contains)
        if key not in TYPES and key[0] not in (ANY, CONTAINER, EPICS):
            counts[f"unknown type {key[0]} version {key[1]}"] += n
    return +counts


def flaws(counts: Mapping[str, int]) -> dict[str, int]:
    """Those counts that say that recorded bytes could not be used: ends cut off, impossible extents, types nobody knows."""
    return {text: n for text, n in counts.items() if any(mark in text for mark in FLAWS)}


def damage_text(damage: int) -> str:
    """Kinds of damage in a mask, in words."""
    names = [name for bit, name in KINDS.items() if damage & bit]
    return ", ".join(dict.fromkeys(names)) or f"damage 0x{damage:x}"
