"""What a small-data file has to hold for a recorded run, derived from the dumps beside it (golden/xtc/README.md) alone."""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

EBEAM = {
    "ebeamCharge": "charge",
    "ebeamL3Energy": "L3_energy",
    "ebeamLTUPosX": "LTU_pos_x",
    "ebeamLTUPosY": "LTU_pos_y",
    "ebeamLTUAngX": "LTU_ang_x",
    "ebeamLTUAngY": "LTU_ang_y",
    "ebeamPkCurrBC2": "pk_curr_bc2",
    "ebeamUndPosX": "und_pos_x",
    "ebeamUndPosY": "und_pos_y",
    "ebeamUndAngX": "und_ang_x",
    "ebeamUndAngY": "und_ang_y",
    "ebeamXTCAVAmpl": "XTCAV_ampl",
    "ebeamXTCAVPhase": "XTCAV_phase",
    "ebeamDumpCharge": "dump_charge",
    "ebeamPhotonEnergy": "photon_energy",
    "ebeamLTU250": "LTU_250",
    "ebeamLTU450": "LTU_450",
    "ebeamEnergyBC2": "energy_bc2",
    "ebeamPkCurrBC1": "pk_curr_bc1",
    "ebeamEnergyBC1": "energy_bc1",
}
EBEAM_ORDER_OF_BITS = ["ebeamCharge", "ebeamL3Energy", "ebeamLTUPosX", "ebeamLTUPosY", "ebeamLTUAngX", "ebeamLTUAngY"]
PHASE_CAVITY = {"fitTime1": "fit_time_1", "fitTime2": "fit_time_2", "charge1": "charge1", "charge2": "charge2"}
IPM = {"sum": "sum", "xpos": "xpos", "ypos": "ypos", "channel": "channels"}
BEAM_MONITOR = {"TotalIntensity": "sum", "X_Position": "xpos", "Y_Position": "ypos", "peakA": "peaks"}


def recording(golden: Path, name: str, scratch: Path) -> Path:
    """A recorded file, unpacked if need be."""
    path = golden / "xtc" / f"{name}.xtc"
    if path.exists():
        return path
    unpacked = scratch / path.name
    unpacked.write_bytes(gzip.decompress(path.with_suffix(".xtc.gz").read_bytes()))
    return unpacked


def dumped_events(golden: Path, names: list[str]) -> tuple[list[tuple[int, list[Any]]], Mapping[str, str]]:
    """Event time and payload lines of each event in time order, and the aliases of the run."""
    events: list[tuple[int, list[Any]]] = []
    aliases: dict[tuple[int, int], str] = {}
    texts: dict[tuple[int, int], str] = {}
    for name in names:
        for line in (golden / "xtc" / f"{name}.xtc.jsonl").read_text().splitlines():
            entry = json.loads(line)
            if entry["k"] == "dgram":
                current: list[Any] = []
                if entry["service_name"] == "L1Accept":
                    events.append((entry["seconds"] << 32 | entry["nanoseconds"], current))
            elif entry["k"] == "xtc":
                current.append(entry)
                texts[entry["src_log"] >> 24, entry["src_phy"]] = entry["src"]
                if entry["type_name"] == "AliasConfig":
                    for alias in entry["data"]["srcAlias"]:
                        aliases[alias["src"]["log"] >> 24, alias["src"]["phy"]] = alias["aliasName"]
    named = {texts[word]: alias for word, alias in aliases.items() if word in texts}
    return sorted(events, key=lambda pair: pair[0]), named


def expected_fields(entry: Any, aliases: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """Fields that a payload line stands for; None = no value."""
    kind, data = entry["type_name"], entry["data"]
    source = aliases.get(entry["src"], entry["src"].replace("-", "_").replace("|", "_"))
    if kind == "EBeamBld":
        order = [name for name in data if name.startswith("ebeam")]
        assert order[: len(EBEAM_ORDER_OF_BITS)] == EBEAM_ORDER_OF_BITS
        for bit, name in enumerate(order):
            yield f"ebeam/{EBEAM[name]}", None if data["damageMask"] >> bit & 1 else data[name]
    elif kind == "FEEGasDetEnergy":
        yield from ((f"gas_detector/{name}", value) for name, value in data.items() if name.startswith("f_"))
    elif kind == "PhaseCavity":
        yield from ((f"phase_cav/{PHASE_CAVITY[name]}", data[name]) for name in PHASE_CAVITY)
    elif kind in ("IpmFex", "BeamMonitorBldData"):
        names = IPM if kind == "IpmFex" else BEAM_MONITOR
        yield from ((f"{source}/{name}", data[key]) for key, name in names.items())
    elif kind in ("UsdUsbData", "EncoderData"):
        derived = data["derived"]
        counts = next(derived[key] for key in ("encoder_count", "values", "value") if key in derived)
        yield f"{source}/encoder_count", counts
        yield f"{source}/timestamp", data["timestamp"]
    elif kind in ("IpimbData", "DiodeFex", "UsdUsbFexData", "GMD"):
        yield from (
            (f"{source}/{name}", value)
            for name, value in data.items()
            if not name.startswith(("_", "derived")) and not isinstance(value, str)
        )


def is_value(actual: Any, expected: Any) -> bool:
    """Whether a value is the dumped one; arrays are dumped with their first elements and a checksum."""
    if isinstance(expected, dict):
        array = np.asarray(actual, expected["dtype"])
        return list(array.shape) == expected["shape"] and f"{zlib.crc32(array.tobytes()):08x}" == expected["crc32"]
    if isinstance(expected, list):
        return np.array_equal(np.asarray(actual), np.asarray(expected))
    return bool(np.isclose(actual, float(expected), rtol=1e-8, atol=0, equal_nan=True))


def runs_in(golden: Path, *, below_stream: int = 80) -> list[list[str]]:
    """Names of the finished recordings in a golden folder, grouped by run; runs with camera-recorder streams are left out.

    Names end in ``.xtc`` in the folder, or in ``.xtc.gz``; each has its dump beside it.
    """
    runs: dict[str, list[str]] = {}
    for dump in sorted((golden / "xtc").glob("*.xtc.jsonl")):
        name = dump.name.removesuffix(".xtc.jsonl")
        runs.setdefault(name.rsplit("-s", 1)[0], []).append(name)
    return [names for names in runs.values() if all(int(name.rsplit("-s", 1)[1][:2]) < below_stream for name in names)]
