"""Writes a whole run of a scenario: the order of transitions, blocks of events, and the truth at the end.

Nesting: Configure BeginRun { BeginCalibCycle { Enable L1Accept* Disable }+ EndCalibCycle }+ EndRun.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import Unusable
from monitor.simulate.assemble import assemble, event_heads, transition_head
from monitor.simulate.constants import write_constants
from monitor.simulate.contribution import Group
from monitor.simulate.harm import HARM, KINDS, harm
from monitor.simulate.ledger import Ledger
from monitor.simulate.options import Options, Setup
from monitor.simulate.run_writer import RunWriter
from monitor.simulate.scenario import Play, Scenario, scenario_named
from monitor.simulate.timeline import Shots, Timeline
from monitor.simulate.truth import write_truth
from monitor.simulate.xtc2 import record
from monitor.xtc.header import Transition

BLOCK_BYTES = 10 << 20
"""Events are made and written in blocks of about this size; larger ones cost page faults (2 x slower at 32 MiB)."""

Progress = Callable[[int, int], None]
"""Told after each block: events written, events in all."""


@dataclass(frozen=True, slots=True)
class SimulatedRun:
    """Where a run lies.

    Attributes
    ----------
    files
        All XTC files, by stream, then chunk.
    truth_file
        JSON with everything that is known about the run.
    calib_directory
        Constants of its detectors.
    """

    files: tuple[Path, ...]
    truth_file: Path
    calib_directory: Path


def simulate(
    scenario: str | Scenario,
    directory: Path,
    options: Options | None = None,
    progress: Progress | None = None,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> SimulatedRun:
    """Write a legal run with known truth.

    Parameters
    ----------
    scenario
        A scenario, or the name of one.
    directory
        Where files, truth and ``calib`` go; made if it is not there.
    options
        Wishes that differ from the scenario's defaults.
    progress
        Called with events written and events in all.
    sleep
        Waits so many seconds; used to keep the pace.

    Raises
    ------
    ConfigError
        For an unknown scenario or impossible options.
    Unusable
        If the directory cannot be written to, is too small, or holds this run already; nothing is kept then.
    """
    if scenario == record.NAME:
        return SimulatedRun(*record.record(directory, options or Options(), progress))
    chosen = scenario_named(scenario) if isinstance(scenario, str) else scenario
    setup = (options or Options()).over(chosen.defaults)
    timeline = Timeline(setup)
    _check_room(directory, setup.total * chosen.event_size)
    play = chosen.build(setup, timeline)
    name = chosen.run_name
    with RunWriter(directory, name, streams=setup.streams, chunk_size=setup.chunk_size, overwrite=setup.overwrite) as writer:
        crew = _Crew(chosen, setup, timeline, play, writer, progress, sleep)
        crew.record()
        calib = write_constants(directory, play.constants())
        writer.close()
        truth = write_truth(directory, name, crew.facts(), {**play.arrays(), "harm": crew.harmed()})
    return SimulatedRun(tuple(path for chunks in writer.files for path in chunks), truth, calib)


def _check_room(directory: Path, size: int) -> None:
    """Refuse a run that the disk cannot hold, before anything is written."""
    there = next(path for path in (directory.absolute(), *directory.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    if size > free:
        why = f"the run needs about {size / 1e9:.1f} GB and {there} has {free / 1e9:.1f} GB left"
        raise Unusable(f"{why}; ask for fewer events, or choose another directory")


class _Crew:
    """Takes one run: writes each transition and block, counts, and keeps the pace."""

    def __init__(
        self,
        scenario: Scenario,
        setup: Setup,
        timeline: Timeline,
        play: Play,
        writer: RunWriter,
        progress: Progress | None,
        sleep: Callable[[float], None],
    ) -> None:
        self._scenario, self._setup, self._timeline, self._play = scenario, setup, timeline, play
        self._writer, self._progress, self._sleep = writer, progress, sleep
        self._ledger = Ledger()
        self._random = np.random.default_rng([setup.seed, 0xDA])
        self._harmed: list[NDArray[Any]] = []

    def record(self) -> None:
        """Write the run from Configure to EndRun."""
        timeline = self._timeline
        self._transition(Transition.CONFIGURE, timeline.configure(), self._play.configure())
        self._transition(Transition.BEGIN_RUN, timeline.begin_run(), env=self._scenario.run)
        for step in range(self._setup.steps):
            self._transition(Transition.BEGIN_CALIB_CYCLE, timeline.begin_step(step), self._play.begin_step(step))
            self._enable(timeline.enable(step))
            for shots in self._blocks(step):
                self._events(shots)
            self._transition(Transition.DISABLE, timeline.disable(step))
            self._transition(Transition.END_CALIB_CYCLE, timeline.end_step(step))
        self._transition(Transition.END_RUN, timeline.end_run())

    def harmed(self) -> NDArray[Any]:
        """Every damaged contribution, dtype ``HARM``."""
        return np.concatenate([np.zeros(0, HARM), *self._harmed])

    def facts(self) -> dict[str, Any]:
        """The truth that holds for any scenario, and the scenario's own."""
        return {
            "scenario": self._scenario.name,
            "summary": self._scenario.summary,
            "experiment": self._scenario.experiment,
            "run": self._scenario.run,
            "setup": {key: value for key, value in asdict(self._setup).items() if key not in ("pace", "overwrite")},
            "files": [[path.name for path in chunks] for chunks in self._writer.files],
            "events": self._setup.total,
            "datagrams": dict(self._ledger.datagrams),
            "payloads": self._ledger.payloads(),
            "harm_kinds": list(KINDS),
            **self._play.facts(),
        }

    def _blocks(self, step: int) -> Iterator[Shots]:
        """The events of a step, cut so that a block has about ``BLOCK_BYTES`` (a tenth of a second when pacing)."""
        size = max(1, BLOCK_BYTES // self._scenario.event_size)
        if self._setup.pace:
            size = max(1, min(size, int(self._setup.pace / 10)))
        for start in range(0, self._setup.events, size):
            if start and self._writer.full:
                self._new_chunk(self._timeline.shots(step, start - 1, start))
            yield self._timeline.shots(step, start, min(start + size, self._setup.events))

    def _new_chunk(self, last: Shots) -> None:
        """A pause inside a step, so that the next chunk can begin with Enable."""
        disable, enable = self._timeline.pause(last)
        self._transition(Transition.DISABLE, disable)
        self._enable(enable)

    def _enable(self, time_ns: int) -> None:
        """Enable; recorders that are full change files just before it."""
        self._writer.roll()
        self._transition(Transition.ENABLE, time_ns)

    def _transition(self, service: Transition, time_ns: int, groups: list[Group] | None = None, *, env: int = 0) -> None:
        contents = groups or []
        self._ledger.add(service.name, 1, contents)
        self._writer.broadcast(assemble(transition_head(service, time_ns, env), contents))

    def _events(self, shots: Shots) -> None:
        groups = self._play.events(shots)
        if self._setup.damage:
            self._harmed.append(harm(groups, shots.numbers, self._setup.damage, self._random))
        self._ledger.add(Transition.L1ACCEPT.name, len(shots), groups)
        block = assemble(event_heads(shots.time_ns, shots.fiducials, shots.vector), groups)
        self._writer.distribute(block, shots.streams)
        if self._setup.pace:
            self._writer.flush()
            self._sleep(len(shots) / self._setup.pace)
        if self._progress is not None:
            self._progress(int(shots.numbers[-1]) + 1, self._setup.total)
