"""Every golden merged list of XTC2: events, steps, values, scan and slow variables as psana2 has them."""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.model.run_state import RunState
from monitor.reader.block import EventBlock, TransitionBlock
from monitor.reader.sources.xtc2_files import Xtc2FileSource
from monitor.xtc.header import Transition
from monitor.xtc2.decode import decode
from monitor.xtc2.fields import EnumValue
from monitor.xtc2.run_names import tables_of, values_of
from monitor.xtc2.walk import walk
from tests.conftest import golden_root

Line = dict[str, Any]

UNIX = 631_152_000
"""Unix time of 1990-01-01, from which the files count."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One case per ``merged.jsonl.gz`` below ``xtc2``, from the big files and from the small data."""
    root = golden_root(metafunc.config) / "xtc2"
    found = sorted(root.rglob("merged.jsonl.gz"))
    skip = pytest.param(root, marks=pytest.mark.skip(reason=f"no XTC2 files in {root}; they are not part of the repository"))
    metafunc.parametrize("merged", found or [skip], ids=[path.parent.name for path in found] or ["none"])


def expected(merged: Path) -> list[Line]:
    return [json.loads(line) for line in gzip.decompress(merged.read_bytes()).splitlines()]


def files(merged: Path, *, small: bool) -> list[Path]:
    names = expected(merged)[0]["streams"]
    folder = merged.parent
    return [folder / "smalldata" / name if small else folder / name.replace(".smd", "") for name in names]


def scan_of(state: RunState) -> Line:
    """Values of the scanned variables, out of what the blocks carry."""
    found = [one for (name, _, _), one in values_of(state).items() if name == "scan"]
    return {name: summary(value) for one in found for name, value in one.values.items()}


def summary(value: Any) -> Any:
    """A value as the lists have it."""
    if isinstance(value, EnumValue):
        return value.value
    if isinstance(value, np.ndarray):
        return zlib.crc32(value.tobytes())
    return value if isinstance(value, str) else value.item()


def data_of(block: EventBlock, number: int) -> list[Line]:
    """Values of one event, read where its pieces say."""
    lines = []
    for piece in block.pieces[block.pieces["event"] == number]:
        buffer = np.fromfile(block.places[piece["place"]].path, np.uint8)
        index = walk(buffer, piece["offset"][None], piece["length"][None]).index
        stream = int(piece["stream"])
        for (det, seg, alg), one in decode(buffer, index, tables_of(block.state)[stream]).data.items():
            fields = {name: summary(value) for name, value in one.values.items()}
            lines.append({"det": det, "alg": alg, "seg": seg, "stream": stream, "damage": one.damage, "fields": fields})
    return lines


def sorted_lines(lines: list[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (line["stream"], line["det"], line["alg"], line["seg"]))


def slow_values(block: EventBlock) -> Iterator[dict[str, float | None]]:
    """Numbers of the slow variables at each event, None before the first."""
    values = block.epics_start.copy()
    for number in range(block.count):
        changes = block.epics_changes[block.epics_changes["event"] == number]
        values[changes["pv"]] = changes["value"]
        yield {pv.alias: None if np.isnan(value) else value for pv, value in zip(block.state.pvs, values.tolist(), strict=True)}


@pytest.mark.parametrize("max_events", [7, 1000])
@pytest.mark.parametrize("small", [False, True], ids=["big", "small"])
def test_the_merged_run_is_the_original_one(merged: Path, small: bool, max_events: int) -> None:
    head, *lines = expected(merged)
    source = Xtc2FileSource(files(merged, small=small))
    steps, events = [], []
    while blocks := source.read(max_events):
        for block in blocks:
            if isinstance(block, TransitionBlock) and block.service == Transition.BEGIN_CALIB_CYCLE:
                steps.append((block.step, block.seconds - UNIX << 32 | block.nanoseconds, scan_of(block.state)))
            if isinstance(block, EventBlock):
                assert (block.state.experiment, block.state.run) == (head["expt"], head["runnum"])
                for number, slow in enumerate(slow_values(block)):
                    events.append((block, number, slow, scan_of(block.state)))
    assert source.finished
    assert source.counts == {}
    assert steps == [(line["step"], line["timestamp"], line["scan"]) for line in lines if "service" in line]
    wanted = [line for line in lines if "event" in line]
    assert source.total_events == len(events) == len(wanted)
    for (block, number, slow, scan), line in zip(events, wanted, strict=True):
        one = block.events[number]
        assert int(one["seconds"]) - UNIX << 32 | int(one["nanoseconds"]) == line["timestamp"]
        assert [bool(int(one["streams"]) >> stream & 1) for stream in range(len(line["present"]))] == line["present"]
        assert (block.state.step, scan) == (line["step"], line["scan"])
        assert slow == {name: value for name, value in line["epics"].items() if name in slow}
        assert sorted_lines(data_of(block, number)) == sorted_lines(line["data"])


def test_slow_variables_have_the_names_that_epicsinfo_gives(merged: Path) -> None:
    head = expected(merged)[0]
    source = Xtc2FileSource(files(merged, small=False))
    (state,) = {block.state.version: block.state for block in source.read(1) if isinstance(block, EventBlock)}.values()
    real = {name: value.split(",")[0] for name, value in head["epicsinfo"]}
    assert {pv.alias: pv.pv for pv in state.pvs} == {pv.alias: real[pv.alias] for pv in state.pvs}
