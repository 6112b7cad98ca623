"""Which sources come, how often, and which have stopped; the worst first."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from dashboards.snapshot import FieldInfo
from dashboards.table import Table

PRESENCE = "damage/"
"""Small-data files call presence so: 1 = present and undamaged."""

RECENT = 240
"""Events that tell how a source is now; more for one that is seldom read out."""

PATIENCE = 10
"""A source that has been away for so many times its usual distance is missing."""

SIGMAS = 4.0
"""Fewer than usual is told when it is so many standard deviations of a Bernoulli count away."""

LEAST_DROP = 0.1
"""And by at least this part of the usual share, because losses come in bunches."""

MUCH_DAMAGE = 0.01
SPARKS = "▁▂▃▄▅▆▇█"


class Word(IntEnum):
    """How a source is; the worst first."""

    MISSING = 0
    FEWER = 1
    DAMAGED = 2
    FINE = 3
    NEVER = 4


TEXTS = {
    Word.MISSING: "missing",
    Word.FEWER: "fewer than before",
    Word.DAMAGED: "damaged",
    Word.FINE: "good",
    Word.NEVER: "never seen",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """One source.

    Attributes
    ----------
    name
        Alias, or the name of the data acquisition.
    word
        The judgement.
    share, recent
        Share of the events that have it: of all that are kept, and of the newest.
    behind
        Events since it was last seen; ``None`` = never.
    seen
        Unix time at which it was last seen; NaN = never, or not known.
    damage
        Kind of damage to number of payloads in this run.
    course
        Share in ``PARTS`` equal parts of the kept events, oldest first.
    """

    name: str
    word: Word
    share: float
    recent: float
    behind: int | None
    seen: float
    damage: Mapping[str, int]
    course: tuple[float, ...]


PARTS = 24


def sources(rows: Table, fields: Mapping[str, FieldInfo], damage: Mapping[str, int]) -> list[Health]:
    """Every source of the run, the worst first.

    Parameters
    ----------
    rows
        Of one run.
    fields
        Of the service; presence fields with the same description are one source under two names.
    damage
        The reader's counts, ``source: kind`` to number.
    """
    found: dict[str, tuple[str, NDArray[np.bool_]]] = {}
    for name, info in fields.items():
        if name.startswith(PRESENCE):
            source = info.description.removeprefix("1 = ").removesuffix(" present and undamaged")
            # An alias is entered beside the name that follows from the source; whoever comes later in the alphabet is as good.
            found[source or name] = name.removeprefix(PRESENCE), rows.column(name) > 0
    if not found:
        found = {name: (name, there) for name, there in _groups(rows, fields).items()}
    healths = [_health(name, there, rows, _of(damage, source)) for source, (name, there) in found.items()]
    return sorted(healths, key=lambda health: (health.word, health.name.lower()))


def _groups(rows: Table, fields: Mapping[str, FieldInfo]) -> dict[str, NDArray[np.bool_]]:
    """Presence by the first step of the fields' paths, where nobody tells it."""
    first: dict[str, str] = {}
    for name in fields:
        if "/" in name:
            first.setdefault(name.partition("/")[0], name)
    return {group: np.isfinite(rows.column(name)) for group, name in first.items()}


def _of(damage: Mapping[str, int], source: str) -> dict[str, int]:
    """What the reader counts of one source, by kind."""
    start = source + ": "
    return {text.removeprefix(start): n for text, n in damage.items() if text.startswith(start) and isinstance(n, int)}


def _health(name: str, there: NDArray[np.bool_], rows: Table, damage: Mapping[str, int]) -> Health:
    places = np.flatnonzero(there)
    if not len(places):
        return Health(
            name=name, word=Word.NEVER, share=0.0, recent=0.0, behind=None, seen=math.nan, damage=damage, course=(0.0,) * PARTS
        )
    share = len(places) / len(there)
    behind = int(rows.seq[-1] - rows.seq[places[-1]])
    window = min(len(there), max(RECENT, math.ceil(PATIENCE / share)))
    recent = float(there[-window:].mean())
    return Health(
        name=name,
        word=_word(there, window, behind, sum(damage.values()) / len(there)),
        share=share,
        recent=recent,
        behind=behind,
        seen=float(rows.time[places[-1]]),
        damage=damage,
        course=tuple(float(part.mean()) if len(part) else math.nan for part in np.array_split(there, PARTS)),
    )


def _word(there: NDArray[np.bool_], window: int, behind: int, damaged: float) -> Word:
    """The judgement: the newest ``window`` events against all before them."""
    before, now = there[:-window], there[-window:]
    usual = float(before.mean()) if len(before) else float(now.mean())
    if usual > 0 and behind > PATIENCE / usual and behind > PATIENCE:
        return Word.MISSING
    spread = math.sqrt(max(usual * (1 - usual), 1 / window) / window)
    if len(before) >= window and float(now.mean()) < usual - max(SIGMAS * spread, LEAST_DROP * usual):
        return Word.FEWER
    return Word.DAMAGED if damaged > MUCH_DAMAGE else Word.FINE


def spark(values: NDArray[np.float64] | tuple[float, ...], low: float | None = None, high: float | None = None) -> str:
    """A little curve of letters; a gap where there is no value."""
    numbers = np.asarray(values, np.float64)
    good = numbers[np.isfinite(numbers)]
    if not len(good):
        return ""
    low = float(good.min()) if low is None else low
    span = (float(good.max()) if high is None else high) - low
    scaled = np.zeros(len(numbers)) if span <= 0 else np.nan_to_num((numbers - low) / span)
    steps = np.clip((scaled * len(SPARKS)).astype(int), 0, len(SPARKS) - 1)
    return "".join(SPARKS[step] if np.isfinite(number) else " " for number, step in zip(numbers, steps, strict=True))
