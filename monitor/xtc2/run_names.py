"""What a run state carries of XTC2: blocks of names, and the newest values of transitions.

Its ``configs`` are told apart by ``ConfigKey.contains``: ``Kind.NAMES`` is a block of names, ``Kind.SHAPES_DATA`` a Shapes and a
Data that go with one. ``level`` is the stream and ``physical`` the names id.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from monitor.model.run_state import ConfigKey, RunState
from monitor.xtc2.decode import Contribution, decode
from monitor.xtc2.fields import EnumValue
from monitor.xtc2.header import XTC_SIZE, Kind
from monitor.xtc2.names import Identity, Names, NamesTable, parse
from monitor.xtc2.walk import INDEX

XTC2 = "xtc2"
"""``RunState.format`` of such a run."""

SCAN = "scan"


def tables_of(state: RunState) -> Mapping[int, NamesTable]:
    """Blocks of names by stream.

    Raises
    ------
    DamagedData
        If a block cannot be read; a reader hands on only those that can.
    """
    blocks: dict[int, dict[int, Names]] = {}
    for key, payload in state.configs.items():
        if key.contains == Kind.NAMES:
            blocks.setdefault(key.level, {})[key.physical] = parse(key.physical, payload)
    return {stream: NamesTable(found) for stream, found in blocks.items()}


def values_of(state: RunState) -> Mapping[Identity, Contribution]:
    """Newest values of Configure, BeginRun and BeginStep by detector, segment and algorithm; later ones win."""
    tables, found = tables_of(state), dict[Identity, Contribution]()
    for key, payload in state.configs.items():
        if key.contains != Kind.SHAPES_DATA or key.level not in tables:
            continue
        entry = _entry(key, payload)
        for identity, one in decode(np.frombuffer(payload, np.uint8), entry[None], tables[key.level]).data.items():
            known = found.get(identity)
            found[identity] = one if known is None else _updated(known, one)
    return found


def scanned(state: RunState) -> Mapping[str, float]:
    """Numbers of the scanned variables."""
    kinds = {names.identity: names.det_type for table in tables_of(state).values() for names in table.blocks.values()}
    return {
        name: float(value)
        for identity, found in values_of(state).items()
        if kinds[identity] == SCAN
        for name, value in found.values.items()
        if isinstance(value, np.number)
    }


def _updated(known: Contribution, later: Contribution) -> Contribution:
    """Both together; an enumeration that comes without its dictionary keeps that of Configure."""
    values = dict(known.values)
    for name, value in later.values.items():
        before = known.values.get(name)
        if isinstance(value, EnumValue) and not value.names and isinstance(before, EnumValue):
            value = EnumValue(value.value, before.names)
        values[name] = value
    return Contribution(known.damage, known.data_damage | later.data_damage, values, {**known.fields, **later.fields})


def _entry(key: ConfigKey, payload: bytes) -> Any:
    """Where a Shapes and the Data behind it lie, as an entry of dtype ``INDEX``."""
    entry = np.zeros((), INDEX)
    size = min(int.from_bytes(payload[8:12], "little"), len(payload)) - XTC_SIZE
    entry["kind"], entry["names"] = Kind.SHAPES_DATA, key.physical
    entry["shapes"], entry["shapes_size"] = XTC_SIZE, max(0, size)
    entry["data"] = 2 * XTC_SIZE + max(0, size)
    entry["data_size"] = max(0, len(payload) - 2 * XTC_SIZE - max(0, size))
    return entry[()]
