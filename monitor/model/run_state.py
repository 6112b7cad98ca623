"""What holds for many events: configuration payloads, names, step. Travels ahead of the batches that need it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class ConfigKey:
    """Identity of a configuration payload: its source (level and physical word) and its type word.

    ``contains`` is the XTC type word without the compression bit: version << 16 | type id. In an XTC2 run ``level`` is the
    stream, ``physical`` the names id, and ``contains`` says whether it is a block of names (4) or a payload that goes with one
    (1); ``monitor.xtc2.run_names`` reads them.
    """

    level: int
    physical: int
    contains: int


@dataclass(frozen=True, slots=True)
class PvName:
    """One scalar numeric EPICS variable: its PV name, and its alias if the run gives one (else the PV name).

    ``key`` is its identity in the recording, physical word << 16 | PV number; -1 where that is not known (it does not travel).
    """

    pv: str
    alias: str
    key: int = field(default=-1, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """State in force for a stretch of events; a new version is made whenever anything here changes.

    Attributes
    ----------
    version
        Counts up over the life of the service.
    experiment, run
        Name (``e81``, ``xpptut15``) and run number.
    step
        Calib-cycle index from 0; -1 before the first.
    format
        ``"xtc"`` or ``"xtc2"``.
    configs
        Newest undamaged configuration payload per key, as recorded (not decoded, not padded away).
    pvs
        Names of the scalar numeric PVs, in the order of ``Batch.epics_start``.
    """

    version: int
    experiment: str
    run: int
    step: int
    format: str
    configs: Mapping[ConfigKey, bytes]
    pvs: tuple[PvName, ...]
