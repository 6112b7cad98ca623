"""What payloads mean in physical units: waveforms in volts and seconds, positions; and accessors that take arguments.

Source: the accessors of the facility's data descriptions, and psana's detector classes where those compute on whole arrays.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData
from monitor.xtc.decode import Configs, config_scope
from monitor.xtc.derive import NANOSECONDS
from monitor.xtc.scope import NO_VALUE, Record, RecordScope
from monitor.xtc.types import BY_STRUCT, PayloadType

Compute = Callable[[Record, Record], Any]
"""Makes the values out of the record of a payload and the record of the configuration it needs (empty if none)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A measured quantity.

    Attributes
    ----------
    values
        Array, or a number of 0 dimensions, float64 unless they are counts.
    unit
        As elsewhere in the table; "1" for a number whose unit the configuration leaves to the user.
    doc
        What it is.
    """

    values: NDArray[Any]
    unit: str
    doc: str


@dataclass(frozen=True, slots=True)
class Rule:
    """How a quantity is made out of the payloads of some structures.

    Attributes
    ----------
    name
        Of the quantity.
    structs
        Structures of the table that have it.
    unit, doc
        As in ``Quantity``.
    compute
        Makes the values.
    config
        Structures of configuration of the same source of which one is needed, besides what sizes the payload.
    """

    name: str
    structs: tuple[str, ...]
    unit: str
    doc: str
    compute: Compute
    config: tuple[str, ...] = ()


def quantities(kind: PayloadType, record: Record, configs: Configs = {}) -> dict[str, Quantity]:  # noqa: B006  # never written
    """The quantities of one payload, by name; those whose configuration is missing are left out.

    Parameters
    ----------
    kind
        From ``monitor.xtc.types.TYPES``.
    record
        What ``decode`` gave for the payload.
    configs
        Decoded configuration of the same source.
    """
    found = {}
    for rule in RULES:
        if kind.struct.name not in rule.structs:
            continue
        config = _config(rule.config or kind.config, configs)
        if config is None and (rule.config or kind.config):
            continue
        with np.errstate(all="ignore"):
            try:
                values = np.asarray(rule.compute(record, config or {}))
            except (*NO_VALUE, IndexError):
                continue
        found[rule.name] = Quantity(values=values, unit=rule.unit, doc=rule.doc)
    return found


def accessor(kind: PayloadType, record: Record, name: str, *arguments: int, configs: Configs = {}) -> Any:  # noqa: B006  # never written
    """Value of an accessor that takes arguments: ``numAsicsStored(quad)``, ``potIsTuned(i)``, ``nonlinearCorrected(i)``.

    Raises
    ------
    KeyError
        If the structure has no such accessor, with the names of those it has.
    TypeError
        If it takes another number of arguments.
    DamagedData
        If the configuration is missing, or there is no value for these arguments.
    """
    rule = kind.struct.functions.get(name)
    if rule is None:
        raise KeyError(f"{kind.struct.name} has no accessor {name!r} with arguments; it has {sorted(kind.struct.functions)}")
    if len(arguments) != len(rule.arguments):
        raise TypeError(f"{kind.struct.name}.{name} takes {', '.join(rule.arguments)}")
    try:
        return RecordScope(kind.struct, record, config_scope(kind, configs)).call(name, list(arguments))
    except NO_VALUE as error:
        raise DamagedData(f"{kind.struct.name}.{name}{arguments} has no value: {error}") from error


def _config(names: tuple[str, ...], configs: Configs) -> Record | None:
    """Record of the newest of these configurations that there is."""
    for name in reversed(names):
        kind = BY_STRUCT[name]
        if (kind.type_id, kind.version) in configs:
            return configs[kind.type_id, kind.version]
    return None


def _volts(record: Record, config: Record) -> NDArray[np.float64]:
    """Shape (channels, segments, samples)."""
    channels = zip(record["data"], config["vert"], strict=False)
    return np.stack([data["waveforms"] * (vert["fullScale"] / 65536) - vert["offset"] for data, vert in channels])


def _times(record: Record, config: Record) -> NDArray[np.float64]:
    """Shape (channels, segments, samples), from the nominal trigger delay."""
    shape = (len(record["data"]), *record["data"][0]["waveforms"].shape)
    # Where there are no segments nothing bounds the number of samples that the configuration claims.
    if 0 in shape:
        return np.empty(shape)
    steps = np.arange(shape[-1]) * config["horiz"]["sampInterval"]
    return np.stack([[stamp["pos"] + steps for stamp in data["timestamp"]] for data in record["data"]])


def _usb_positions(record: Record, config: Record) -> NDArray[np.float64]:
    """Shape (4,)."""
    positions: NDArray[np.float64] = (record["derived"]["encoder_count"].astype(np.float64) + config["offset"]) * config["scale"]
    return positions


def _encoder_counts(record: Record, config: Record) -> Any:
    derived = record["derived"]
    return derived["value"] if "value" in derived else derived["values"]


def _encoder_time(record: Record, config: Record) -> float:
    return float(record["timestamp"]) / float(config["ticks_per_sec"])


def _pixels(part: str) -> Compute:
    """Columns or rows of the camera that a projection of the time tool speaks of."""

    def value(record: Record, config: Record) -> NDArray[np.int64]:
        side = "column" if config["project_axis"] == 0 else "row"
        first = config[f"{PARTS[part]}_roi_lo"][side]
        return np.arange(first, first + len(record[f"projected_{part}"]))

    return value


def _wavelengths(record: Record, config: Record) -> NDArray[np.float64]:
    """One per pixel of the spectrum."""
    pixels = np.arange(len(record["data"]), dtype=np.float64)
    return np.asarray(np.polynomial.polynomial.polyval(pixels, config["waveLenCalib"]), np.float64)


def _spectrum(flip: int) -> Compute:
    """Counts corrected for the detector's non-linearity, one per pixel."""

    def value(record: Record, config: Record) -> NDArray[np.float64]:
        counts = (record["data"] ^ np.uint16(flip)).astype(np.float64)
        corrected: NDArray[np.float64] = counts / np.polynomial.polynomial.polyval(counts, config["nonlinCorrect"])
        return corrected

    return value


def _field(name: str, *more: str) -> Compute:
    """Fields of the payload as they are, side by side if there are several."""
    return lambda record, config: np.array([record[one] for one in (name, *more)]) if more else record[name]


def _cycle_length(record: Record, config: Record) -> float:
    duration: Mapping[str, int] = record["duration"]
    return duration["seconds"] + duration["nanoseconds"] / NANOSECONDS


PARTS = {"signal": "sig", "sideband": "sb", "reference": "ref"}
ACQIRIS = ("Acqiris.DataDescV1",)
TIME_TOOL = ("TimeTool.DataV1", "TimeTool.DataV2", "TimeTool.DataV3")
ENCODER = ("Encoder.DataV1", "Encoder.DataV2")
ENCODER_CONFIG = ("Encoder.ConfigV1", "Encoder.ConfigV2")
OCEAN_OLD, OCEAN_NEW = ("OceanOptics.DataV1",), ("OceanOptics.DataV2", "OceanOptics.DataV3")
CONTROL = ("ControlData.ConfigV1", "ControlData.ConfigV2", "ControlData.ConfigV3", "ControlData.ConfigV4")

RULES: tuple[Rule, ...] = (
    Rule("waveforms", ACQIRIS, "V", "samples of each channel and segment", _volts),
    Rule("times", ACQIRIS, "s", "when each sample was taken, from the nominal trigger delay", _times),
    Rule("positions", ("UsdUsb.DataV1",), "1", "(count + offset) * scale", _usb_positions, ("UsdUsb.FexConfigV1",)),
    Rule("positions", ("UsdUsb.FexDataV1",), "1", "as computed by the recorder", _field("encoder_values")),
    Rule("counts", ENCODER, "counts", "signed counts", _encoder_counts),
    Rule("time", ENCODER, "s", "when the count was taken, by the encoder's clock", _encoder_time, ENCODER_CONFIG),
    Rule("position", ("Lusi.IpmFexV1",), "1", "x and y of the beam, scaled by the configuration", _field("xpos", "ypos")),
    Rule("channels", ("Lusi.IpmFexV1",), "1", "signals of the four diodes", _field("channel")),
    *(Rule(f"{part}_pixels", TIME_TOOL[part == "reference" :], "pixel", f"where the {part} is", _pixels(part)) for part in PARTS),
    *(Rule(part, TIME_TOOL[part == "reference" :], "counts", f"projected {part}", _field(f"projected_{part}")) for part in PARTS),
    Rule("edge", TIME_TOOL, "pixel", "position of the edge", _field("position_pixel")),
    Rule("edge_time", TIME_TOOL, "ps", "position of the edge by the calibration polynomial", _field("position_time")),
    Rule("edge_width", TIME_TOOL, "pixel", "full width at half maximum of the edge", _field("position_fwhm")),
    Rule("spectrum", OCEAN_OLD, "counts", "corrected for non-linearity", _spectrum(0x2000)),
    Rule("spectrum", OCEAN_NEW, "counts", "corrected for non-linearity", _spectrum(0)),
    Rule("wavelengths", (*OCEAN_OLD, *OCEAN_NEW), "nm", "of each pixel", _wavelengths),
    Rule("duration", CONTROL, "s", "length of the calib cycle, where a duration ends it", _cycle_length),
)
"""All quantities; an addition is one line, and a function if it computes."""
