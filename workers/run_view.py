"""The run as detectors see it: decoded configuration, names of sources, settings; made once per run state."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from monitor.errors import DamagedData
from monitor.model.run_state import ConfigKey, RunState
from monitor.settings import Settings
from monitor.xtc.compression import decompress
from monitor.xtc.decode import decode
from monitor.xtc.header import Level, is_compressed, type_id, version
from monitor.xtc.names import source_text
from monitor.xtc.types import TYPES, PayloadType
from workers.hutch import Hutch, hutch_of
from workers.trouble import Trouble

ALIAS_CONFIG = 69
PARTITION_CONFIG = 79

Records = Mapping[tuple[int, int], Any]
"""Decoded configuration of one source by type id and version."""


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """One source of payloads.

    Attributes
    ----------
    text
        DAQ name: ``XppSb2Ipm-1|Ipimb-0``, ``EBeam``.
    alias
        Name the run gives it; empty if none.
    level, physical
        Its identity.
    usual
        Name that its hutch has for it, if the settings want that; empty if none.
    """

    text: str
    alias: str
    level: int
    physical: int
    usual: str = ""

    @property
    def name(self) -> str:
        """Name in field paths: the hutch's, else the alias, else the DAQ name with ``-`` and ``|`` replaced by ``_``."""
        if self.usual:
            return self.usual
        return safe_name(self.alias) if self.alias else daq_name(self.text)


def daq_name(text: str) -> str:
    """DAQ name as an HDF5 group: ``XppSb2Ipm_1_Ipimb_0``."""
    return safe_name(text.replace("-", "_").replace("|", "_"))


def safe_name(text: str) -> str:
    """A name that is one path element in a file: no slash, never empty, never a lone dot.

    Examples
    --------
    >>> safe_name("fs2/ramp")
    'fs2_ramp'
    """
    name = text.replace("/", "_").strip()
    return name if name.strip(".") else f"_{name}"


class RunView:
    """What holds for all events of a stretch, decoded when first asked for.

    Parameters
    ----------
    state
        What holds.
    settings
        The whole set-up.
    previous
        An earlier view; its decoded records are used again for payloads that are still the same.
    """

    def __init__(self, state: RunState, settings: Settings, previous: "RunView | None" = None) -> None:
        self.state = state
        self.settings = settings
        self.trouble = Trouble()
        self._decoded: dict[ConfigKey, tuple[bytes, Any]] = previous._decoded if previous else {}

    @cached_property
    def configs(self) -> Mapping[tuple[int, int], Records]:
        """Decoded configuration by source (level, physical), then by type id and version."""
        found: dict[tuple[int, int], dict[tuple[int, int], Any]] = {}
        for key, payload in self.state.configs.items():
            kind = TYPES.get((type_id(key.contains), version(key.contains)))
            if kind is None or not kind.is_config:
                continue
            try:
                record = self._record(key, kind, payload)
            except DamagedData:
                self.trouble.note(f"undecodable {source_text(key.level, 0, key.physical)} {kind.name}")
                continue
            found.setdefault((key.level, key.physical), {})[kind.type_id, kind.version] = record
        return found

    def _record(self, key: ConfigKey, kind: PayloadType, payload: bytes) -> Any:
        known = self._decoded.get(key)
        if known is not None and known[0] == payload:
            return known[1]
        raw = np.frombuffer(payload, np.uint8)
        record = decode(kind, decompress(raw) if is_compressed(key.contains) else raw)
        self._decoded[key] = (payload, record)
        return record

    def all_of(self, wanted: int) -> list[Any]:
        """Records of one configuration type over all sources, in the order of level, physical word and version."""
        return [
            record
            for _, records in sorted(self.configs.items())
            for (number, _), record in sorted(records.items())
            if number == wanted
        ]

    @cached_property
    def aliases(self) -> Mapping[tuple[int, int], str]:
        """Alias by source (level, physical)."""
        return {
            (entry["src"]["log"] >> 24, entry["src"]["phy"]): entry["aliasName"]
            for record in self.all_of(ALIAS_CONFIG)
            for entry in record["srcAlias"]
        }

    def source(self, level: int, physical: int) -> Source:
        """The source of this identity."""
        text = source_text(level, 0, physical)
        alias = self.aliases.get((level, physical), "")
        known = self.hutch.monitors
        return Source(text, alias, level, physical, known.get(alias) or known.get(text, ""))

    @cached_property
    def hutch(self) -> Hutch:
        """Names of the experiment's hutch; empty unless the settings want them."""
        return hutch_of(self.state.experiment) if self.settings.names.hutch else Hutch()

    @cached_property
    def taking_part(self) -> tuple[Source, ...]:
        """Detectors that the partition of the run lists."""
        words = {
            (entry["src"]["log"] >> 24, entry["src"]["phy"])
            for record in self.all_of(PARTITION_CONFIG)
            for entry in record["sources"]
        }
        return tuple(sorted(self.source(*word) for word in words if word[0] in (Level.SOURCE, Level.REPORTER)))
