"""What holds for a stretch of an XTC2 run, worked out once: blocks of names, segments, configurations, scanned variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from monitor.model.run_state import RunState
from monitor.xtc2.decode import Contribution
from monitor.xtc2.header import Kind
from monitor.xtc2.names import Identity, NamesTable
from monitor.xtc2.run_names import scanned, tables_of, values_of

NOT_DETECTORS = frozenset({"runinfo", "chunkinfo", "smdinfo", "epics", "epicsinfo", "scan", "triginfo"})
"""Detector names whose values are followed by the reader, or say nothing about the event."""

CONFIG = "config"


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What holds for a stretch of a run.

    Attributes
    ----------
    tables
        Blocks of names by stream.
    segments
        Segments of each detector and algorithm, ascending.
    detectors
        Names of the detectors that have data, the same for every batch.
    scan
        Numbers of the scanned variables.
    values
        Newest values of transitions by detector, segment and algorithm.
    configs
        Bytes of the configuration of each detector, by which a change is seen.
    """

    tables: Mapping[int, NamesTable]
    segments: Mapping[tuple[str, str], tuple[int, ...]]
    detectors: tuple[str, ...]
    scan: Mapping[str, float]
    values: Mapping[Identity, Contribution]
    configs: Mapping[str, tuple[bytes, ...]]

    def config(self, name: str, segment: int) -> Mapping[str, Any]:
        """Values of the configuration of a segment; none if it has none."""
        found = self.values.get((name, segment, CONFIG))
        return {} if found is None else found.values


def view_of(state: RunState) -> View:
    """What a run state says about its detectors."""
    tables = tables_of(state)
    blocks = [names for table in tables.values() for names in table.blocks.values() if names.det_name not in NOT_DETECTORS]
    segments: dict[tuple[str, str], set[int]] = {}
    for names in blocks:
        segments.setdefault((names.det_name, names.algorithm), set()).add(names.segment)
    with_data = sorted({names.det_name for names in blocks if names.algorithm != CONFIG})
    configs: dict[str, tuple[bytes, ...]] = {}
    for key, payload in state.configs.items():
        known = tables.get(key.level)
        if key.contains == Kind.SHAPES_DATA and known is not None and key.physical in known.blocks:
            name = known.blocks[key.physical].det_name
            configs[name] = (*configs.get(name, ()), payload)
    return View(
        tables,
        {key: tuple(sorted(found)) for key, found in segments.items()},
        tuple(with_data),
        scanned(state),
        values_of(state),
        configs,
    )
