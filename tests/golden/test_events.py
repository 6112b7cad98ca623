"""Every merged run of the golden data: events, streams and EPICS values as the original tools had them."""

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.reader.block import EventBlock
from monitor.reader.sources.files import FileSource
from monitor.settings import Settings
from tests.conftest import golden_root


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One case per ``*.events.jsonl`` in the folder with golden data."""
    lists = sorted((golden_root(metafunc.config) / "xtc").glob("*.events.jsonl"))
    metafunc.parametrize("listing", lists, ids=[path.name.removesuffix(".events.jsonl") for path in lists])


def files_of(listing: Path) -> list[Path]:
    return sorted(listing.parent.glob(listing.name.removesuffix(".events.jsonl") + "-s*.xtc"))


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def read(listing: Path, max_events: int) -> Iterator[Any]:
    source = FileSource(files_of(listing), Settings())
    while blocks := source.read(max_events):
        yield from blocks
    source.close()


@pytest.mark.parametrize("max_events", [1, 5, 1000])
def test_the_merged_run_is_the_original_one(listing: Path, max_events: int) -> None:
    found: list[tuple[Any, ...]] = []
    for block in read(listing, max_events):
        if not isinstance(block, EventBlock):
            found.append((block.service.name.replace("_", ""), block.seconds, block.nanoseconds))
            continue
        for number, one in enumerate(block.events):
            streams = block.pieces["stream"][block.pieces["event"] == number].tolist()
            found.append(("L1ACCEPT", int(one["seconds"]), int(one["nanoseconds"]), int(one["fiducials"]), streams))
    expected: list[tuple[Any, ...]] = []
    for line in lines(listing):
        head = line["service"].upper(), line["seconds"], line["nanoseconds"]
        if line["service"] == "L1Accept":
            expected.append((*head, line["fiducials"], line["streams"]))
        elif line["service"] not in ("Enable", "Disable"):
            expected.append(head)
    assert found == expected


def test_pieces_are_the_datagrams_of_the_files(listing: Path) -> None:
    heads = {}
    for path in files_of(listing):
        for line in lines(path.with_name(path.name + ".jsonl")):
            if line["k"] == "dgram":
                heads[path.name, line["offset"]] = line
    for block in read(listing, 7):
        if isinstance(block, EventBlock):
            for piece in block.pieces:
                one = block.events[piece["event"]]
                line = heads[Path(block.places[piece["place"]].path).name, int(piece["offset"])]
                assert (line["size"], line["fiducials"]) == (piece["length"], one["fiducials"])
                assert line["service_name"] == "L1Accept"


def test_epics_values_hold_from_their_event_on(listing: Path) -> None:
    updates, names = dumped_updates(listing)
    values = dict.fromkeys(names.values(), float("nan"))
    expected = []
    for line in lines(listing):
        values |= updates.get((line["service"], line["seconds"], line["nanoseconds"]), {})
        if line["service"] == "L1Accept":
            expected.append(list(values.values()))
    found = []
    for block in read(listing, 9):
        if isinstance(block, EventBlock):
            assert [pv.pv for pv in block.state.pvs] == list(values)
            now = block.epics_start.copy()
            for number in range(block.count):
                for change in block.epics_changes[block.epics_changes["event"] == number]:
                    now[change["pv"]] = change["value"]
                found.append(now.tolist())
    np.testing.assert_array_equal(found, expected)


def dumped_updates(listing: Path) -> tuple[dict[tuple[str, int, int], dict[str, float]], dict[tuple[int, int], str]]:
    """Updates of scalar numeric PVs in the dumps, by service and clock of their datagram; names by source and number."""
    updates: dict[tuple[str, int, int], dict[str, float]] = {}
    names: dict[tuple[int, int], str] = {}
    for path in files_of(listing):
        for line in lines(path.with_name(path.name + ".jsonl")):
            if line["k"] == "dgram":
                head = line["service_name"], line["seconds"], line["nanoseconds"]
            if line["k"] != "xtc" or line["type_name"] != "Epics" or not line["data"] or line["damage"]:
                continue
            data = line["data"]
            key = line["src_phy"], data["pvId"]
            scalar = data["numElements"] == 1 and "String" not in data["dbr_class"]
            if scalar and "pvName" in data:
                names.setdefault(key, data["pvName"])
            if key in names:
                updates.setdefault(head, {})[names[key]] = float(data["data"]["first"][0]) if scalar else float("nan")
    return updates, names


def test_configuration_payloads_are_those_of_the_file(listing: Path) -> None:
    """Of the lowest stream and the cameras, at Configure and at each BeginCalibCycle, by CRC of the dump."""
    streams = {path.name: int(path.name.split("-s")[1][:2]) for path in files_of(listing)}
    kept = {min(streams.values()), *(n for n in streams.values() if n >= 80)}
    expected: dict[tuple[int, int, int], str] = {}
    for path in files_of(listing):
        service = ""
        for line in lines(path.with_name(path.name + ".jsonl")):
            service = line.get("service_name", service)
            configuration = service in ("Configure", "BeginCalibCycle") and streams[path.name] in kept
            if line["k"] == "xtc" and line["type_name"] not in ("Xtc", "Epics") and configuration and line["payload_size"]:
                expected[line["src_log"] >> 24, line["src_phy"], line["contains"]] = line["payload_crc32"]
    *_, last = read(listing, 1000)
    found = {(k.level, k.physical, k.contains): f"{zlib.crc32(v):08x}" for k, v in last.state.configs.items()}
    assert found == expected
