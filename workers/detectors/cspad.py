"""CsPad: four quads of eight sections (2x1) of 185 x 388 pixels; sections may be missing and quads come in any order.

Arrangement: the rough one of the facility's XtcExplorer, right to a few pixels; see ``SECTION_CORNERS``.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData
from monitor.model.column import Column
from monitor.model.field import Field
from monitor.xtc.types import PayloadType
from workers.corrections.level import readonly
from workers.detectors.area import ABSENT, AREAS, AreaFamily, Arrangement, Canvas, Layout
from workers.detectors.environment import values_at
from workers.detectors.family import Read
from workers.detectors.gain_mask import LOW_GAIN_FACTOR, section_bits
from workers.kernel import kernel
from workers.payloads import Payloads
from workers.run_view import RunView, Source

QUADS, SECTIONS, ROWS, COLUMNS = 4, 8, 185, 388
SHAPE = (QUADS * SECTIONS, ROWS, COLUMNS)
SECTION_BYTES = ROWS * COLUMNS * 2
ELEMENT_HEAD, ELEMENT_TAIL = 32, 4
TEMPERATURE_AT, TEMPERATURES = 20, np.dtype(("<u2", (4,)))
ALL_SECTIONS, FIRST_TWO_SECTIONS = 0xFF, 0x03
CONFIG = 29
PITCH = 109.92

ASIC_COLUMNS, ASIC_GAP = 194, 3
QUAD_SIDE, IMAGE_SIDE = 850, 1800
QUAD_CORNERS = ((78, 5), (2, 835), (834, 907), (912, 80))
SECTION_CORNERS = (
    ((440, 434), (441, 647), (432, 14), (643, 14), (9, 228), (10, 15), (30, 442), (243, 440)),
    ((441, 435), (441, 647), (431, 17), (644, 16), (12, 228), (12, 14), (31, 440), (243, 441)),
    ((441, 435), (441, 647), (432, 16), (645, 14), (13, 230), (11, 18), (32, 442), (244, 441)),
    ((441, 435), (441, 647), (434, 12), (647, 13), (12, 224), (11, 12), (31, 439), (243, 440)),
)
"""Row and column of each section's corner in its quad (XtcExplorer's bundled constants)."""


def layout(source: Source, kind: PayloadType, run: RunView, payloads: Payloads) -> Layout:
    """Frames of shape (32, 185, 388): panel 8 q + s is section s of quad q."""
    config = newest_config(run, source)
    quads, sections = recorded_sections(kind, config)
    return Layout(
        shape=SHAPE,
        like=np.empty(0, "<i2"),
        panels=lambda payloads: sections_in(payloads, quads, sections),
        arrangement=arrangement,
        pixel_factor=gain_factor(config),
    )


def newest_config(run: RunView, source: Source) -> dict[str, Any]:
    """Configuration record of the highest version.

    Raises
    ------
    DamagedData
        If none was recorded.
    """
    records = run.configs.get((source.level, source.physical), {})
    found = [(version, record) for (number, version), record in records.items() if number == CONFIG]
    if not found:
        raise DamagedData(f"{source.text} has no CsPad configuration")
    newest: dict[str, Any] = max(found, key=lambda pair: pair[0])[1]
    return newest


def recorded_sections(kind: PayloadType, config: Mapping[str, Any]) -> tuple[int, NDArray[np.int64]]:
    """Elements of a payload, and the sections in the element of each quad as bits, shape (4,).

    Raises
    ------
    DamagedData
        If the configuration is too old to tell.
    """
    if kind.version == 1:
        masks = [FIRST_TWO_SECTIONS if config["asicMask"] & 0xF == 1 else ALL_SECTIONS] * QUADS
    elif "roiMasks" in config:
        masks = [config["roiMasks"] >> 8 * quad & 0xFF for quad in range(QUADS)]
    else:
        raise DamagedData("the CsPad configuration does not tell which sections were recorded")
    return int(config["quadMask"]).bit_count(), np.array(masks, np.int64)


def gain_factor(config: Mapping[str, Any], low: float = LOW_GAIN_FACTOR) -> NDArray[np.float32] | None:
    """What makes low-gain pixels as bright as the others, shape (32, 185, 388); None if all have high gain.

    A quad that is not in the configuration counts as high gain.
    """
    factor = np.ones((QUADS, SECTIONS, ROWS, COLUMNS), np.float32)
    for quad, registers in enumerate(config["quads"]):
        if config["quadMask"] >> quad & 1:
            factor[quad] = np.where(section_bits(registers["gm"]["gainMap"], SECTIONS), 1, low)
    return None if (factor == 1).all() else factor.reshape(SHAPE)


def open_environment(source: Source, kind: PayloadType, run: RunView, detector: str) -> Read:
    """Reader of ``sb_temp``: the four raw temperature readings of each quad, NaN for a quad that is absent."""
    quads, masks = recorded_sections(kind, newest_config(run, source))
    field = Field(name=f"{detector}_env/sb_temp", dtype=np.dtype("f8"), shape=(QUADS, TEMPERATURES.shape[0]), unit="counts")

    def read(payloads: Payloads) -> Iterable[Column]:
        panels = sections_in(payloads, quads, masks)
        values = np.full((payloads.count, *field.shape), np.nan)
        for quad in np.flatnonzero(masks):
            first = panels[:, SECTIONS * quad + int(masks[quad] & -masks[quad]).bit_length() - 1]
            at = np.where(first >= 0, first - ELEMENT_HEAD + TEMPERATURE_AT, ABSENT)
            raw, present = values_at(payloads, at, TEMPERATURES)
            values[:, quad] = raw if present is None else np.where(present[:, None], raw, np.nan)
        yield Column(field, values, payloads.present)

    return read


def sections_in(payloads: Payloads, quads: int, masks: NDArray[np.int64]) -> NDArray[np.int64]:
    """Offsets of the sections in each payload, shape (payloads, 32); -1 = absent.

    Parameters
    ----------
    payloads
        CsPad elements.
    quads
        Elements in a payload.
    masks
        Sections in the element of each quad, as bits, shape (4,).
    """
    offsets = np.full((len(payloads), SHAPE[0]), -1, np.int64)
    for place, buffer in enumerate(payloads.buffers):
        mine = np.flatnonzero(payloads.entries["place"] == place)
        if len(mine):
            part = np.full((len(mine), SHAPE[0]), -1, np.int64)
            entries = payloads.entries[mine]
            starts, sizes = np.ascontiguousarray(entries["offset"]), np.ascontiguousarray(entries["size"])
            _sections(readonly(buffer), starts, sizes, quads, masks, part)
            offsets[mine] = part
    return offsets


@kernel
def _sections(
    buffer: NDArray[np.uint8],
    starts: NDArray[np.int64],
    sizes: NDArray[np.int64],
    quads: int,
    masks: NDArray[np.int64],
    offsets: NDArray[np.int64],
) -> None:
    for event in range(len(starts)):
        at, stop = starts[event], min(starts[event] + sizes[event], len(buffer))
        for _ in range(quads):
            if at < 0 or at + ELEMENT_HEAD > stop:
                break
            quad = buffer[at + 7] & 3
            at += ELEMENT_HEAD
            for section in range(SECTIONS):
                if masks[quad] >> section & 1:
                    if at + SECTION_BYTES > stop:
                        break
                    offsets[event, SECTIONS * quad + section] = at
                    at += SECTION_BYTES
            at += ELEMENT_TAIL


def arrangement() -> Arrangement:
    """The rough image of 1800 x 1800 pixels."""
    rows, columns = np.empty((2, *SHAPE), np.int32)
    r, c = np.indices((ROWS, COLUMNS), np.int32)
    wide = np.where(c < ASIC_COLUMNS, c, c + ASIC_GAP)
    last = COLUMNS + ASIC_GAP - 1
    turned = {0: (last - wide, r), 1: (last - wide, r), 4: (wide, ROWS - 1 - r), 5: (wide, ROWS - 1 - r)}
    for quad in range(QUADS):
        for section in range(SECTIONS):
            i, j = turned.get(section, (r, wide))
            i, j = i + SECTION_CORNERS[quad][section][0], j + SECTION_CORNERS[quad][section][1]
            for _ in range((QUADS - quad) % QUADS):
                i, j = QUAD_SIDE - 1 - j, i
            panel = SECTIONS * quad + section
            rows[panel], columns[panel] = i + QUAD_CORNERS[quad][0], j + QUAD_CORNERS[quad][1]
    canvases = tuple(
        Canvas(SECTIONS * quad, SECTIONS * (quad + 1), corner, QUAD_SIDE) for quad, corner in enumerate(QUAD_CORNERS)
    )
    return Arrangement(rows, columns, (IMAGE_SIDE, IMAGE_SIDE), PITCH, True, canvases)


AREAS.add("cspad", AreaFamily(types=frozenset({28}), layout=layout, environment=open_environment))
