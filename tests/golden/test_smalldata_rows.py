"""The pipeline over whole recorded runs: every scalar and raw pixel is the one in the dump beside it (golden/xtc/README.md)."""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.settings import Settings, parse
from tests.support.plain_run import stretches
from workers.pipeline import Pipeline, Result

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
FRAMES = {"Frame", "CspadElement", "JungfrauElement", "EpixElement"}
SINGLE_STREAM_RUNS = [
    "cxi12345-r0012-s00-c00",
    "cxi12345-r0013-s00-c00",
    "xpp59218-r0077-s00-c00",
    "xpp59218-r0078-s00-c00",
    "xppn4116-r0137-s00-c00",
    "xpptut15-r0240-s00-c00",
    "xpptut15-r0241-s00-c00",
    "xpptut15-r0310-s00-c00",
]
TWO_STREAMS = ["e81-r0098-s00-c00", "e81-r0098-s01-c00"]


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
        yield from ((f"{source}/{name}", value) for name, value in data.items() if not name.startswith(("_", "derived")))


def is_value(actual: Any, expected: Any) -> bool:
    """Whether a value is the dumped one; arrays are dumped with their first elements and a checksum."""
    if isinstance(expected, dict):
        array = np.asarray(actual, expected["dtype"])
        return list(array.shape) == expected["shape"] and f"{zlib.crc32(array.tobytes()):08x}" == expected["crc32"]
    if isinstance(expected, list):
        return np.array_equal(np.asarray(actual), np.asarray(expected))
    return bool(np.isclose(actual, float(expected), rtol=1e-8, atol=0, equal_nan=True))


def run(paths: list[Path], settings: Settings) -> list[Result]:
    pipeline = Pipeline(settings, 3)
    return [pipeline.process(*stretch) for stretch in stretches(paths)]


def value_of(results: list[Result], event: int, name: str) -> Any:
    """Value of a field for an event; None if it has none."""
    result = next(r for r in results if r.rows.first <= event < r.rows.stop)
    column = result.rows.columns.get(name)
    at = event - result.rows.first
    return None if column is None or not column.mask[at] else column.values[at]


@pytest.mark.parametrize("names", [TWO_STREAMS, *([name] for name in SINGLE_STREAM_RUNS)], ids=lambda names: names[0])
def test_every_scalar_is_the_one_in_the_dump(golden_dir: Path, tmp_path: Path, names: list[str]) -> None:
    results = run([recording(golden_dir, name, tmp_path) for name in names], Settings())
    events, aliases = dumped_events(golden_dir, names)
    assert sum(result.rows.count for result in results) == len(events)
    checked = 0
    for event, (time, entries) in enumerate(events):
        assert value_of(results, event, "event_time") == time
        assert value_of(results, event, "pipeline_version") == 3
        for entry in entries:
            if entry["depth"] == 0 or entry.get("data") is None or entry["damage"] & ~0xFF004000:
                continue
            for name, expected in expected_fields(entry, aliases):
                actual = value_of(results, event, name)
                if expected is None:
                    assert actual is None, (event, name)
                else:
                    assert actual is not None, (event, name)
                    assert is_value(actual, expected), (event, name, actual, expected)
                checked += 1
    assert checked > 10


@pytest.mark.parametrize("names", [TWO_STREAMS, ["cxi12345-r0012-s00-c00"]], ids=lambda names: names[0])
def test_event_codes_and_light_follow_the_codes_of_this_shot(golden_dir: Path, tmp_path: Path, names: list[str]) -> None:
    results = run([recording(golden_dir, name, tmp_path) for name in names], Settings())
    events, _ = dumped_events(golden_dir, names)
    configured = {name for result in results for name in result.rows.columns if name.startswith("evr/code_")}
    assert configured
    for event, (_, entries) in enumerate(events):
        fiducials = int(value_of(results, event, "fiducials"))
        fifo = [e["data"]["fifoEvents"] for e in entries if e["type_name"] == "EvrData"]
        codes = {code["eventCode"] for code in fifo[0] if code["timestampHigh"] == fiducials}
        for name in configured:
            assert value_of(results, event, name) == int(int(name.removeprefix("evr/code_")) in codes), (event, name)
        assert value_of(results, event, "lightStatus/xray") == (0 if 162 in codes else 1)
        assert value_of(results, event, "lightStatus/laser") == (0 if 91 in codes else 1)


def test_the_scan_variable_has_its_value_in_every_step(golden_dir: Path, tmp_path: Path) -> None:
    results = run([recording(golden_dir, name, tmp_path) for name in TWO_STREAMS], Settings())
    dump = (golden_dir / "xtc" / f"{TWO_STREAMS[0]}.xtc.jsonl").read_text().splitlines()
    controls = [
        entry["data"]["pvControls"]
        for entry in map(json.loads, dump)
        if entry.get("type_name") == "RunControlConfig" and entry["data"]["pvControls"]
    ]
    assert len(results) == len(controls)
    for step, (result, control) in enumerate(zip(results, controls, strict=True)):
        columns = result.rows.columns
        assert set(columns["scan/varStep"].values.tolist()) == {step}
        assert set(columns["scan/var0"].values.tolist()) == {control[0]["value"]}
        assert set(columns[f"scan/{control[0]['name']}"].values.tolist()) == {control[0]["value"]}


FRAME_RUNS = [name for name in SINGLE_STREAM_RUNS if name[:4] in ("cxi1", "xpp5", "xppn")]


@pytest.mark.parametrize("name", [*FRAME_RUNS, "xpptut15-r0240-s00-c00", "cxi12345-r0020-s00-c00"])
def test_raw_frames_are_the_recorded_pixels(golden_dir: Path, tmp_path: Path, name: str) -> None:
    events, _ = dumped_events(golden_dir, [name])
    sources = {e["src"] for _, entries in events for e in entries if e["type_name"] in FRAMES}
    whole = {"kind": "ROIFunc", "name": "all", "writeArea": True, "calcPars": False}
    detectors = [
        {"name": f"d{i}", "source": source, "constants": "none", "sums": [], "feature": [whole]}
        for i, source in enumerate(sorted(sources))
    ]
    results = run([recording(golden_dir, name, tmp_path)], parse({"detector": detectors}))
    checked = 0
    for event, (_, entries) in enumerate(events):
        for entry in entries:
            if entry["type_name"] not in FRAMES or entry.get("data") is None:
                continue
            frame = value_of(results, event, f"d{sorted(sources).index(entry['src'])}/all_area")
            if frame is None:
                assert entry["compressed"], "only the run with compressed frames changes their size"
                continue
            assert_frame(frame, entry)
            checked += 1
    assert checked


def assert_frame(frame: NDArray[np.float32], entry: Any) -> None:
    """Compare a frame with the checksums of its pixels."""
    data = entry["data"]
    if entry["type_name"] == "CspadElement":
        for quad in data["quads"]:
            sections = [8 * quad["quad"] + i for i in range(8) if quad["derived"]["sectionMask"] >> i & 1]
            assert is_value(frame[sections].astype("<i2"), quad["data"])
        absent = set(range(32)) - {
            8 * quad["quad"] + i for quad in data["quads"] for i in range(8) if quad["derived"]["sectionMask"] >> i & 1
        }
        assert np.isnan(frame[sorted(absent)]).all()
        return
    if entry["type_name"] == "Frame":
        pixels = data["derived"]["data8"] if data["depth"] <= 8 else data["derived"]["data16"]
        assert is_value(frame.astype(pixels["dtype"]), pixels)
        return
    pixels = data["frame"]
    assert is_value(frame.reshape(pixels["shape"]).astype(pixels["dtype"]), pixels)
