"""What every scenario must keep, whatever it shows; new files in the folder are tested unasked."""

import hashlib
import itertools
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from monitor.errors import ConfigError
from monitor.simulate.options import Options
from monitor.simulate.run import SimulatedRun, simulate
from monitor.simulate.scenario import scenario_named, scenarios
from monitor.xtc.dump import dump_lines
from monitor.xtc.names import source_text, type_name
from tests.support.plain_xtc import Datagram, datagrams

SMALL = Options(steps=2, events=5, streams=2, damage=0.3)
NESTING = {4: {6}, 6: {8, 7}, 8: {10}, 10: {12, 11}, 12: {12, 11}, 11: {10, 9}, 9: {8, 7}, 7: set[int]()}


@pytest.fixture(scope="module", params=sorted(scenarios()))
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> SimulatedRun:
    return simulate(request.param, tmp_path_factory.mktemp(request.param), SMALL)


def streams(run: SimulatedRun) -> list[list[Datagram]]:
    names = json.loads(run.truth_file.read_text())["files"]
    return [list(itertools.chain.from_iterable(datagrams(run.truth_file.parent / name) for name in chunks)) for chunks in names]


def test_transitions_nest_in_every_stream(run: SimulatedRun) -> None:
    for stream in streams(run):
        services = [datagram.service for datagram in stream]
        assert services[0] == 4
        assert services[-1] == 7
        assert all(after in NESTING[before] for before, after in itertools.pairwise(services))


def test_time_never_goes_back(run: SimulatedRun) -> None:
    for stream in streams(run):
        times = [datagram.time_ns for datagram in stream]
        assert times == sorted(times)


def test_each_event_is_in_one_stream_and_each_transition_in_all(run: SimulatedRun) -> None:
    first, second = streams(run)
    events = sorted((d for d in first + second if d.service == 12), key=lambda d: d.time_ns)
    assert [d.vector for d in events] == list(range(10))
    assert [d.vector % 2 for d in first if d.service == 12] == [0] * 5
    others = [[(d.service, d.time_ns, d.leaves) for d in stream if d.service != 12] for stream in (first, second)]
    assert others[0] == others[1]


def test_begin_run_says_the_run_number(run: SimulatedRun) -> None:
    number = json.loads(run.truth_file.read_text())["run"]
    assert [d.env for stream in streams(run) for d in stream if d.service == 6] == [number, number]


def test_the_truth_counts_what_the_files_hold(run: SimulatedRun) -> None:
    first, second = streams(run)
    found: Counter[tuple[str, str]] = Counter()
    for datagram in first + [d for d in second if d.service == 12]:
        for leaf in datagram.leaves:
            type_id, version = leaf.kind
            kind = type_name(type_id) + (f"_V{version}" if version else "")
            found[source_text(leaf.level, 2222, leaf.physical), kind] += 1
    told = json.loads(run.truth_file.read_text())["payloads"]
    assert dict(found) == {(source, kind): count for source, kinds in told.items() for kind, count in kinds.items()}


def test_every_payload_decodes(run: SimulatedRun) -> None:
    lines = [line for path in run.files for line in dump_lines(path)]
    assert [line for line in lines if line["k"] == "corrupt"] == []
    undecoded = [line for line in lines if line["k"] == "xtc" and line.get("data", {}) is None and line["type"] != 0]
    assert undecoded == []
    assert [line["reason"] for line in lines if line["k"] == "end"] == ["eof"] * len(run.files)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(run: SimulatedRun, tmp_path: Path) -> None:
    name = json.loads(run.truth_file.read_text())["scenario"]
    again = simulate(name, tmp_path / "again", SMALL)
    other = simulate(name, tmp_path / "other", Options(steps=2, events=5, streams=2, damage=0.3, seed=2))
    for once, twice, different in zip(run.files, again.files, other.files, strict=True):
        assert digest(once) == digest(twice)
        assert digest(once) != digest(different)
    assert digest(run.truth_file) == digest(again.truth_file)
    assert digest(run.truth_file.with_suffix(".npz")) == digest(again.truth_file.with_suffix(".npz"))


def test_arrays_of_the_truth_are_listed_with_shape(run: SimulatedRun) -> None:
    listed = json.loads(run.truth_file.read_text())["arrays"]
    with np.load(run.truth_file.parent / listed["file"], allow_pickle=False) as arrays:
        assert {name: (array.dtype.str, list(array.shape)) for name, array in arrays.items()} == {
            name: (entry["dtype"], entry["shape"]) for name, entry in listed["content"].items()
        }


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_an_unknown_scenario_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'delay-scan'"):
        scenario_named("delayscan")
