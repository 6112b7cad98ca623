"""What each hutch calls its monitors in small-data files, and which EPICS variables it records (``hutches.toml``)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("hutches.toml")
LETTERS = 3
"""An experiment's name begins with so many letters of its hutch."""


@dataclass(frozen=True, slots=True)
class Hutch:
    """Names of one hutch; empty for one that is not in the table.

    Attributes
    ----------
    monitors
        Name in the file by the data acquisition's name or the alias.
    epics
        Patterns of the variables that are recorded as ``epics/<alias>``.
    """

    monitors: Mapping[str, str] = field(default_factory=dict)
    epics: tuple[str, ...] = ()


@cache
def hutches() -> Mapping[str, Hutch]:
    """Every hutch of the table."""
    table = tomllib.loads(TABLE.read_text())
    return {name: Hutch(entry["monitors"], tuple(entry["epics"])) for name, entry in table.items()}


def hutch_of(experiment: str) -> Hutch:
    """The hutch in which an experiment is."""
    return hutches().get(experiment[:LETTERS].lower(), Hutch())
