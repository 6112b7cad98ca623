"""Small payloads of every area detector, written by the table, and the run that they would come from."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.run_state import ConfigKey, RunState
from monitor.settings import Settings
from monitor.xtc.decode import decode
from monitor.xtc.encode import encode
from monitor.xtc.header import Level
from monitor.xtc.layout import Struct
from monitor.xtc.names import detector_word
from monitor.xtc.types import BY_STRUCT, TYPES, PayloadType
from monitor.xtc.write import type_word
from workers.corrections.level import raw_panels
from workers.detectors.area import AREAS, Layout
from workers.payloads import ENTRY, Payloads, Word
from workers.run_view import RunView

LEVEL = int(Level.SOURCE)
PHYSICAL = detector_word("XppEndstation", 0, "Opal1000", 0)

SIZES: dict[str, Any] = {
    "width": 6,
    "height": 5,
    "depth": 12,
    "binX": 1,
    "binY": 2,
    "numSensors": 2,
    "numberOfModules": 3,
    "numberOfRowsPerModule": 2,
    "numberOfColumnsPerModule": 4,
    "numLinks": 4,
    "payloadSizePerLink": 16 + 2 * 16,
    "numberOfFrames": 2,
    "numberOfAsicsPerRow": 2,
    "numberOfAsicsPerColumn": 2,
    "numberOfRowsPerAsic": 3,
    "numberOfReadableRowsPerAsic": 3,
    "numberOfPixelsPerAsicRow": 4,
    "calibrationRowCountPerASIC": 2,
    "environmentalRowCountPerASIC": 1,
    "lastRowExclusions": 1,
    "asicMask": 0xF,
    "quadMask": 0b1011,
    "roiMasks": 0x02_00_81_C0,
    "frame_dim": {"rows": 3, "columns": 4},
    "aux_dim": {"rows": 1, "columns": 4},
    "env_dim": {"rows": 1, "columns": 2},
}
"""Sizes that configurations and heads tell; each structure takes what it has."""

QUADS_SENT = (3, 0, 1)
"""Order in which the quads of a CsPad come."""


def area_types() -> list[tuple[PayloadType, PayloadType | None]]:
    """Every type that an area family reads, with every configuration that can size it."""
    numbers = {number for _, family in AREAS.items() for number in family.types}
    kinds = [kind for (number, _), kind in sorted(TYPES.items()) if number in numbers]
    return [(kind, config) for kind in kinds for config in ([BY_STRUCT[name] for name in kind.config] or [None])]


def config_bytes(kind: PayloadType, more: Mapping[str, Any] = {}) -> bytes:
    """A small configuration."""
    return encode(kind, {**sizes_of(kind.struct), **more})


def sizes_of(struct: Struct) -> dict[str, Any]:
    """What a structure has of the sizes."""
    return {item.name: SIZES[item.name] for item in struct.fields if item.name in SIZES}


def run_with(*configs: tuple[PayloadType, bytes], physical: int = PHYSICAL) -> RunView:
    """A run in which one detector has these configurations."""
    state = RunState(
        version=1,
        experiment="xppx",
        run=1,
        step=0,
        format="xtc",
        configs={ConfigKey(LEVEL, physical, type_word(kind.type_id, kind.version)): data for kind, data in configs},
        pvs=(),
    )
    return RunView(state, Settings())


def word_of(kind: PayloadType, physical: int = PHYSICAL) -> Word:
    """What payloads of this type have in common."""
    return (LEVEL, physical, type_word(kind.type_id, kind.version))


def random_payload(kind: PayloadType, run: RunView, seed: int) -> NDArray[np.uint8]:
    """A payload with random pixels and sensible heads."""
    configs = run.configs.get((LEVEL, PHYSICAL), {})
    values = {**sizes_of(kind.struct), **_embedded(kind, configs)}
    data = np.frombuffer(encode(kind, values, configs), np.uint8).copy()
    fixed = _fixed_bytes(kind, data, configs)
    data[~fixed] = np.random.default_rng(seed).integers(0, 256, int((~fixed).sum()), dtype=np.uint8)
    return data


def _embedded(kind: PayloadType, configs: Mapping[tuple[int, int], Any]) -> dict[str, Any]:
    if kind.struct.name.startswith("CsPad.Data"):
        return {"quads": [{"quad": quad} for quad in QUADS_SENT]}
    if kind.struct.name == "Bld.BldDataPimV1":
        return {"frame": sizes_of(kind.struct.field("frame").type)}  # type: ignore[arg-type]  # a structure
    return {}


def _fixed_bytes(kind: PayloadType, data: NDArray[np.uint8], configs: Mapping[tuple[int, int], Any]) -> NDArray[np.bool_]:
    """Bytes that say what the payload is: those that are not zero in one without pixels."""
    fixed = data != 0
    for item in np.flatnonzero(fixed):
        fixed[item - item % 4 : item - item % 4 + 4] = True
    if kind.struct.name.startswith("CsPad.Data"):
        starts, at = [], 0
        for quad in decode(kind, data, configs)["quads"]:
            starts.append(at)
            at += 32 + quad["data"].nbytes + 4
        for start in starts:
            fixed[start + 4 : start + 8] = True
    return fixed


def payloads_of(parts: Sequence[NDArray[np.uint8]], places: Sequence[int] | None = None, count: int | None = None) -> Payloads:
    """Payloads of consecutive events, each in one of some buffers (all in one by default), with bytes between them."""
    places = places or [0] * len(parts)
    buffers: list[list[NDArray[np.uint8]]] = [[np.zeros(8, np.uint8)] for _ in range(max(places, default=0) + 1)]
    entries = np.zeros(len(parts), ENTRY)
    for event, (part, place) in enumerate(zip(parts, places, strict=True)):
        start = sum(len(piece) for piece in buffers[place])
        entries[event] = (event, place, start, len(part), 0)
        buffers[place] += [part, np.zeros(4, np.uint8)]
    return Payloads(entries, [np.concatenate(pieces) for pieces in buffers], count or len(parts))


def cut(payloads: Payloads, size: int) -> Payloads:
    """The same payloads, said to be only so long."""
    entries = payloads.entries.copy()
    entries["size"] = np.minimum(entries["size"], size)
    return Payloads(entries, payloads.buffers, payloads.count)


def raw_frames(layout: Layout, payloads: Payloads) -> NDArray[np.float32]:
    """Frames as recorded, shape (payloads, *shape); NaN = absent."""
    payloads = payloads if layout.unpack is None else layout.unpack(payloads)
    offsets = layout.panels(payloads)
    out = np.empty((len(payloads), layout.panel_count, layout.pixels), np.float32)
    for event, place in enumerate(payloads.entries["place"]):
        raw_panels(payloads.buffers[place], offsets[event : event + 1], layout.like, out[event : event + 1])
    return out.reshape(len(payloads), *layout.shape)
