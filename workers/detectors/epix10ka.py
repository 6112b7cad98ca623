"""Epix10ka: panels of 352 x 384 pixels, alone, by four (quad) and by sixteen (2M), with seven gain modes.

A word: bits 0-13 ADC, bit 14 switched to low gain. The mode of a pixel follows from its configuration bits, the ``trbit`` of its
ASIC and bit 14 (facility's Epix10ka calibration). Environment: second environmental row of each panel of an array, as
smalldata_tools reads it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData
from monitor.xtc.types import PayloadType
from workers.detectors.area import AREAS, AreaFamily, GainCode, Layout
from workers.detectors.environment import Reading, as_is, environment
from workers.detectors.sized import sized_layout
from workers.detectors.thermistor import thermistor_temperature
from workers.payloads import Payloads
from workers.run_view import RunView, Source

SINGLE, ARRAY = 75, 118
CONFIGS = frozenset({112, 117, 120})
PITCH = 100.0

GAIN = GainCode(adc_bits=0x3FFF, shift=14, plane_of_code=(0, 1, 0, 1), planes=2, ranges=7)
"""Bit 14 tells a pixel that has switched to low gain; bit 15 means nothing."""

PIXEL_BITS, TRBIT, SWITCHED = 0b1100, 0b10000, 0b100000
MODES = ((28, 28), (28, 12), (12, 8), (60, 16), (60, 0), (60, 48), (60, 32))
"""Bits to look at and their value: fixed high, medium, low; auto high-low and medium-low before, and after switching."""
UNDEFINED = -1
COMMON_MODE_RANGES = (0, 1, 3, 4)
"""Fixed high and medium, and the automatic modes before they switch."""

ROW = "environmentalRows"
ADC_16, ADC_12 = 65535, 4095


def wants(source: Source, run: RunView) -> bool:
    """Whether the source is configured as an Epix10ka."""
    return any(number in CONFIGS for number, _ in run.configs.get((source.level, source.physical), {}))


def layout(source: Source, kind: PayloadType, run: RunView, payloads: Payloads) -> Layout:
    """Frames of shape (rows, columns) for one panel, (panels, rows, columns) for an array."""
    plain = sized_layout(source, kind, run, payloads, field="frame", pitch=PITCH)
    records = run.configs[source.level, source.physical]
    number = max(key for key in records if key[0] in CONFIGS)
    config = records[number]
    maps = [gain_map(element) for element in config.get("elemCfg", [config])]
    modes = np.stack(maps, axis=1) if len(plain.shape) == 3 else maps[0]
    if modes.shape[1:] != plain.shape:
        raise DamagedData(f"{source.text} has gain bits for {modes.shape[1:]} pixels and frames of {plain.shape}")
    return replace(plain, gain_map=np.ascontiguousarray(modes), common_mode_good=COMMON_MODE_RANGES)


def control_bits(element: Mapping[str, Any]) -> NDArray[np.uint8]:
    """Configuration bits of each pixel of a panel, shape (rows, columns): bits 2 and 3 its own, bit 4 the trbit of its ASIC.

    Parameters
    ----------
    element
        Record of one panel: ``asicPixelConfigArray`` of shape (rows, columns), and ``asics`` with their ``trbit``.
    """
    bits: NDArray[np.uint8] = (np.asarray(element["asicPixelConfigArray"]) & PIXEL_BITS).astype(np.uint8)
    return with_trbits(bits, [asic["trbit"] for asic in element["asics"]])


def with_trbits(bits: NDArray[np.uint8], trbits: Sequence[int]) -> NDArray[np.uint8]:
    """The bits of a panel, shape (rows, columns), with bit 4 set in ASICs that have their trbit; changed in place."""
    row, column = bits.shape[0] // 2, bits.shape[1] // 2
    upper, lower, left, right = slice(0, row), slice(row, None), slice(0, column), slice(column, None)
    places = ((lower, right), (upper, right), (upper, left), (lower, left))
    for trbit, place in zip(trbits, places, strict=False):
        if trbit:
            bits[place] |= TRBIT
    return bits


def gain_map(element: Mapping[str, Any]) -> NDArray[np.int8]:
    """Mode 0-6 of each pixel before and after switching, shape (2, rows, columns); -1 = none of them."""
    return modes_of(control_bits(element))


def modes_of(bits: NDArray[np.uint8]) -> NDArray[np.int8]:
    """The same of configuration bits, shape (rows, columns)."""
    modes = np.full((GAIN.planes, *bits.shape), UNDEFINED, np.int8)
    for plane, all_bits in enumerate((bits, bits | SWITCHED)):
        for mode, (looked_at, value) in enumerate(MODES):
            modes[plane][all_bits & looked_at == value] = mode
    return modes


def word_of_row(place: int) -> Any:
    """Picks one word of the second environmental row of each panel, shape (events, panels); its upper half means nothing."""
    return lambda rows: (rows[..., 1, place] & 0xFFFF).astype(np.float64)


def scaled(name: str, place: int, factor: float, shift: float = 0.0, unit: str = "") -> Reading:
    """Reading of a sensor with a straight line."""
    word = word_of_row(place)
    return Reading(name=name, path=ROW, unit=unit, take=lambda rows: word(rows) * factor + shift)


def thermistor(name: str, place: int) -> Reading:
    """Reading of a thermistor."""
    word = word_of_row(place)
    return Reading(name=name, path=ROW, unit="degC", take=lambda rows: thermistor_temperature(word(rows)))


DIE_FACTOR, DIE_SHIFT = 2.048 / ADC_12 * (130 / (0.882 - 1.951)), 0.882 / 0.0082 + 100

SENSORS = (
    thermistor("temp1", 26),
    thermistor("temp2", 27),
    scaled("temp3", 17, 175 / ADC_16, -45.0, "degC"),
    scaled("humidity", 16, 100 / ADC_16, unit="%"),
    scaled("AnalogI", 31, 1024 / ADC_12 / 0.2),
    scaled("DigitalI", 28, 1024 / ADC_12 / 0.2),
    scaled("AnalogV", 32, 1024 / ADC_12 * 100),
    scaled("DigitalV", 29, 1024 / ADC_12 * 100),
    scaled("AnalogTemp", 33, DIE_FACTOR, DIE_SHIFT, "degC"),
    scaled("DigitalTemp", 30, DIE_FACTOR, DIE_SHIFT, "degC"),
)

AREAS.add(
    "epix10ka",
    AreaFamily(
        types=frozenset({SINGLE, ARRAY}),
        layout=layout,
        unit="keV",
        gain=GAIN,
        wants=wants,
        environment=environment(*SENSORS, *as_is("frameNumber", "temperatures")),
    ),
)
