"""The pipeline over whole recorded runs: every scalar and raw pixel is the one in the dump beside it (golden/xtc/README.md)."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.settings import Settings, parse
from tests.conftest import golden_root
from tests.support.dumped_rows import dumped_events, expected_fields, is_value, recording, runs_in
from tests.support.plain_run import stretches
from workers.pipeline import Pipeline, Result

PIXELS = {
    "AndorFrame": "data",
    "Andor3dFrame": "data",
    "CspadElement": "quads",
    "Cspad2x2Element": "data",
    "EpixElement": "frame",
    "Epix10kaArray": "frame",
    "FliFrame": "data",
    "Frame": "derived",
    "JungfrauElement": "frame",
    "PimaxFrame": "data",
    "PixisFrame": "data",
    "PrincetonFrame": "data",
    "SharedPIM": "frame",
    "TimepixData": "data",
    "UxiFrame": "frames",
    "VimbaFrame": "data",
    "ZylaFrame": "data",
    "pnCCDframe": "frame",
}
"""Payloads that are frames, and the field of the dump with their pixels."""
SCAN = ["e81-r0098-s00-c00", "e81-r0098-s01-c00"]
HUTCH_LIGHT = {
    "xpp": (-137, 91),
    "xcs": (-137, 89),
    "mfx": (-137, 204),
    "cxi": (-137, 184),
    "mec": (-137, -182),
    "sxr": (162, 91),
}
"""Code for X-rays and for the laser by hutch (facts of the original, section 12.1); 162 and 91 where a run does not know them."""

USER_DAMAGE = 0xFF004000


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every run of the golden folder, whatever it holds."""
    if "names" in metafunc.fixturenames:
        runs = runs_in(golden_root(metafunc.config))
        metafunc.parametrize("names", runs, ids=[names[0] for names in runs])


def run(paths: list[Path], settings: Settings) -> list[Result]:
    pipeline = Pipeline(settings, 3)
    return [pipeline.process(*stretch) for stretch in stretches(paths)]


def value_of(results: list[Result], event: int, name: str) -> Any:
    """Value of a field for an event; None if it has none."""
    result = next(r for r in results if r.rows.first <= event < r.rows.stop)
    column = result.rows.columns.get(name)
    at = event - result.rows.first
    return None if column is None or not column.mask[at] else column.values[at]


def usable(entry: Any) -> bool:
    """Whether a payload line holds values that may be used."""
    allowed = USER_DAMAGE if entry["type_name"] == "EBeamBld" else 0
    return entry.get("data") is not None and not entry["damage"] & ~allowed


def test_every_scalar_is_the_one_in_the_dump(golden_dir: Path, tmp_path: Path, names: list[str]) -> None:
    events, aliases = dumped_events(golden_dir, names)
    wanted = [
        (event, name, value)
        for event, (_, entries) in enumerate(events)
        for entry in filter(usable, entries)
        for name, value in expected_fields(entry, aliases)
    ]
    # A synthetic run may hold several types of one source that give the same field; which of them counts is nobody's promise.
    times_given = Counter((event, name) for event, name, _ in wanted)
    results = run([recording(golden_dir, name, tmp_path) for name in names], Settings())
    assert [value_of(results, event, "event_time") for event in range(len(events))] == [time for time, _ in events]
    for event, name, expected in wanted:
        if times_given[event, name] > 1:
            continue
        actual = value_of(results, event, name)
        if expected is None:
            assert actual is None, (event, name)
        else:
            assert actual is not None, (event, name)
            assert is_value(actual, expected), (event, name, actual, expected)


def light(code: int, codes: set[int]) -> int:
    """1 = on: a positive code must be absent, a negative one present."""
    return int(abs(code) in codes) if code < 0 else int(code not in codes)


def test_event_codes_and_light_follow_the_codes_of_this_shot(golden_dir: Path, tmp_path: Path, names: list[str]) -> None:
    events, _ = dumped_events(golden_dir, names)
    dumps = [json.loads(line) for line in (golden_dir / "xtc" / f"{names[0]}.xtc.jsonl").read_text().splitlines()]
    known = [
        e["data"]["eventcodes"] for e in dumps if e.get("type_name") == "EvrConfig" and "eventcodes" in (e.get("data") or {})
    ]
    configured = {entry["code"] for entries in known for entry in entries}
    if not configured:
        pytest.skip("no event codes configured in this run")
    hutch = HUTCH_LIGHT.get(names[0][:3], (162, 91))
    xray, laser = (usual if abs(usual) in configured else other for usual, other in zip(hutch, (162, 91), strict=True))
    results = run([recording(golden_dir, name, tmp_path) for name in names], Settings())
    for event, (_, entries) in enumerate(events):
        fiducials = int(value_of(results, event, "fiducials"))
        fifos = [e["data"]["fifoEvents"] for e in entries if e["type_name"] == "EvrData" and usable(e)]
        if len(fifos) != 1:
            continue
        codes = {code["eventCode"] for code in fifos[0] if code["timestampHigh"] == fiducials}
        for code in configured:
            assert value_of(results, event, f"evr/code_{code}") == int(code in codes), (event, code)
        assert value_of(results, event, "lightStatus/xray") == light(xray, codes)
        assert value_of(results, event, "lightStatus/laser") == light(laser, codes)


def test_the_scan_variable_has_its_value_in_every_step(golden_dir: Path, tmp_path: Path) -> None:
    results = run([recording(golden_dir, name, tmp_path) for name in SCAN], Settings())
    dump = (golden_dir / "xtc" / f"{SCAN[0]}.xtc.jsonl").read_text().splitlines()
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


def form(entry: Any) -> Any:
    """What must not change from frame to frame; the first frame of a detector decides it."""
    data = entry["data"]
    if entry["type_name"] == "SharedPIM":
        data = data["frame"]
    return (data["height"], data["width"], data.get("depth", 14) > 8) if "height" in data else None


def frames_in(golden_dir: Path, names: list[str]) -> list[tuple[int, Any]]:
    """Event and dump line of each frame that is the only one of its source in the event."""
    events, _ = dumped_events(golden_dir, names)
    frames = [(event, e) for event, (_, es) in enumerate(events) for e in es if e["type_name"] in PIXELS and usable(e)]
    per_source = Counter((event, entry["src"]) for event, entry in frames)
    return [(event, entry) for event, entry in frames if per_source[event, entry["src"]] == 1]


def whole_frames(sources: list[str]) -> Settings:
    """Settings that record raw frames of these sources under the names d0, d1, ..."""
    whole = {"kind": "ROIFunc", "name": "all", "writeArea": True, "calcPars": False}
    detectors = [
        {"name": f"d{i}", "source": source, "constants": "none", "sums": [], "feature": [whole]}
        for i, source in enumerate(sources)
    ]
    return parse({"detector": detectors})


def test_what_a_detector_tells_beside_its_pixels_is_recorded(golden_dir: Path, tmp_path: Path, names: list[str]) -> None:
    told = [(event, entry) for event, entry in frames_in(golden_dir, names) if told_by(entry)]
    if not told:
        pytest.skip("no frames with anything beside their pixels in this run")
    sources = sorted({entry["src"] for _, entry in told})
    results = run([recording(golden_dir, name, tmp_path) for name in names], whole_frames(sources))
    for event, entry in told:
        detector = f"d{sources.index(entry['src'])}_env"
        for name, expected in told_by(entry).items():
            actual = value_of(results, event, f"{detector}/{name}")
            assert actual is not None, (event, entry["src"], name)
            assert is_value(actual, expected), (event, entry["src"], name)


BESIDE = {
    "shotIdStart", "readoutTime", "temperature", "timestamp", "frameNumber", "temperatures", "acquisitionCount", "frameid",
    "frameCounter", "lostRows", "seq_count", "sb_temp",
}  # fmt: skip
"""Fields of payloads with frames that say something about the detector, at the top of the dump."""


INSIDE = {"moduleInfo": ("timestamp", "moduleID", "xCoord", "yCoord", "zCoord"), "frame": ("specialWord", "frameNumber")}
"""The same inside of records, of which there are several."""


def told_by(entry: Any) -> dict[str, Any]:
    """What a dump line says about the detector."""
    data = entry["data"]
    if entry["type_name"] == "CspadElement":
        quads = sorted(data["quads"], key=lambda quad: quad["quad"])
        complete = len(quads) == 4 and all(quad["derived"]["sectionMask"] for quad in quads)
        return {"sb_temp": [quad["sb_temp"]["first"] for quad in quads]} if complete else {}
    told = {name: data[name] for name in BESIDE if name in data}
    for name, fields in INSIDE.items():
        if isinstance(data.get(name), list):
            told |= {field: [record[field] for record in data[name]] for field in fields}
    return told


def test_raw_frames_are_the_recorded_pixels(golden_dir: Path, tmp_path: Path, names: list[str]) -> None:
    frames = frames_in(golden_dir, names)
    if not frames:
        pytest.skip("no frames in this run, or several of one source in an event")
    sources = sorted({entry["src"] for _, entry in frames})
    results = run([recording(golden_dir, name, tmp_path) for name in names], whole_frames(sources))
    forms: dict[str, Any] = {}
    for event, entry in frames:
        frame = value_of(results, event, f"d{sources.index(entry['src'])}/all_area")
        if forms.setdefault(entry["src"], form(entry)) != form(entry):
            assert frame is None, (event, entry["src"])
        else:
            assert frame is not None, (event, entry["src"])
            assert_frame(frame, entry)


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
    if entry["type_name"] in ("Frame", "SharedPIM"):
        head = data.get("frame", data)
        pixels = head["derived"]["data8"] if head["depth"] <= 8 else head["derived"]["data16"]
        assert is_value(frame.astype(pixels["dtype"]), pixels)
        return
    if entry["type_name"] == "pnCCDframe":
        assert len(frame) == len(data["frame"])
        for link, quadrant in zip(data["frame"], frame, strict=True):
            assert is_value(quadrant.reshape(-1).astype("<u2"), link["_data"])
        return
    pixels = data[PIXELS[entry["type_name"]]]
    # The dump keeps the order of the payload, in which the section of a CsPad 2x2 varies fastest.
    recorded = np.moveaxis(frame, 0, -1) if entry["type_name"] == "Cspad2x2Element" else frame
    assert is_value(recorded.reshape(pixels["shape"]).astype(pixels["dtype"]), pixels)
