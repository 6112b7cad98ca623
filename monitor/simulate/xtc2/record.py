"""Writes the simulated LCLS-II run: one file per stream, all transitions in each, events where the stream took part."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from monitor.errors import ConfigError, Unusable
from monitor.simulate.options import PULSE_RATE, Options, Setup
from monitor.simulate.truth import write_truth
from monitor.simulate.xtc2 import play
from monitor.simulate.xtc2.layout import EPICS, EPICS_INFO, RUN_INFO, SCAN, SEGMENTS, STREAMS
from monitor.xtc2.header import Transition
from monitor.xtc2.write import datagram, names, parent, shapes_data

NAME = "lcls2"
SUMMARY = "LCLS-II: timing, gas monitor, Epix10ka quad in two streams, Jungfrau at a slower rate, digitizer; a delay scan"
EXPERIMENT, RUN = "rixsim0001", 31
DEFAULTS = Options(steps=3, events=20, streams=len(STREAMS), chunk_size=0, rate=120.0, damage=0.0, detector="")
START = 1_100_000_000
"""Seconds since 1990 of the first transition."""
SECOND = 1_000_000_000
PULSE_NS = SECOND // PULSE_RATE
DELAY_STEP = 0.25

Progress = Callable[[int, int], None]


class Clock:
    """Hands out times, each later than the one before."""

    def __init__(self) -> None:
        self._ns = 0

    def tick(self, pulses: int = 1) -> tuple[int, int]:
        """The next time, so many pulses later: seconds since 1990 and nanoseconds."""
        self._ns += pulses * PULSE_NS
        return START + self._ns // SECOND, self._ns % SECOND


class Recorder:
    """Writes datagrams to all streams at once."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._files = [path.open("xb") for path in paths]

    def write(self, service: Transition, clock: tuple[int, int], contents: Sequence[Sequence[bytes] | None]) -> None:
        """One datagram per stream; None = the stream does not take part."""
        for file, own in zip(self._files, contents, strict=True):
            if own is not None:
                file.write(datagram(*own, service=service, seconds=clock[0], nanoseconds=clock[1]))

    def close(self) -> None:
        """Close all files."""
        for file in self._files:
            file.close()


def record(directory: Path, options: Options, progress: Progress | None = None) -> tuple[tuple[Path, ...], Path, Path]:
    """Write the run, its truth, and the constants of its pixel detectors.

    Returns
    -------
    files, truth, constants
        Streams in order; JSON; folder with a ``.npz`` for each pixel detector.

    Raises
    ------
    ConfigError
        For an option that this run does not have.
    Unusable
        If the folder cannot be written to, or holds this run already.
    """
    setup = options.over(DEFAULTS)
    refused = [name for name in ("chunk_size", "damage", "detector", "pace") if getattr(setup, name)]
    if refused or setup.streams != len(STREAMS):
        raise ConfigError(f"{NAME} has {len(STREAMS)} streams and knows no {', '.join(refused) or 'others'}", key="simulate")
    name = f"{EXPERIMENT}-r{RUN:04d}"
    paths = [directory / f"{name}-s{stream:03d}-c000.xtc2" for stream in range(len(STREAMS))]
    truth = play.Truth.of(setup.total, setup.seed)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if setup.overwrite:
            for path in paths:
                path.unlink(missing_ok=True)
        stamps = _write(Recorder(paths), setup, truth, progress)
        constants = _write_constants(directory / "constants")
    except FileExistsError as error:
        raise Unusable(f"{directory} already holds {name}; choose another directory, or allow overwriting") from error
    except OSError as error:
        raise Unusable(f"{directory} cannot be written to: {error.strerror}; choose another directory") from error
    facts = {
        "scenario": NAME,
        "summary": SUMMARY,
        "experiment": EXPERIMENT,
        "run": RUN,
        "files": [path.name for path in paths],
        "events": setup.total,
        "steps": setup.steps,
        "delay": [DELAY_STEP * step for step in range(setup.steps)],
        "slow_every": play.SLOW_EVERY,
        "spot": play.SPOT,
        "baseline": play.BASELINE,
        "peak_shape": play.PEAK.tolist(),
        "event_codes": {"laser_off": play.LASER_OFF_CODE},
        "destinations": {"xray": play.SOFT_XRAYS, "dump": play.DUMP},
    }
    arrays = {name: getattr(truth, name) for name in ("energy", "xray", "laser", "photon_energy", "peak")}
    return tuple(paths), write_truth(directory, name, facts, {**arrays, "timestamp": np.array(stamps, np.int64)}), constants


def _write(recorder: Recorder, setup: Setup, truth: play.Truth, progress: Progress | None) -> list[int]:
    """Everything from Configure to EndRun; returns the timestamp of each event."""
    clock, stamps = Clock(), list[int]()
    nothing: list[list[bytes]] = [[] for _ in STREAMS]
    try:
        _begin(recorder, clock)
        for step in range(setup.steps):
            _begin_step(recorder, clock, step)
            for event in range(step * setup.events, (step + 1) * setup.events):
                seconds, nanoseconds = clock.tick(setup.spacing)
                stamps.append(seconds << 32 | nanoseconds)
                recorder.write(Transition.L1ACCEPT, (seconds, nanoseconds), event_of(truth, event, stamps[-1]))
            for service in (Transition.DISABLE, Transition.END_STEP):
                recorder.write(service, clock.tick(), nothing)
            if progress is not None:
                progress((step + 1) * setup.events, setup.total)
        for service in (Transition.END_RUN, Transition.UNCONFIGURE):
            recorder.write(service, clock.tick(), nothing)
    finally:
        recorder.close()
    return stamps


def _begin(recorder: Recorder, clock: Clock) -> None:
    left, right, digitizer = play.configuration()
    info = {"keys": "epicsname", "sample_x": "SIM:SAMPLE:X", "gas_pressure": "SIM:GAS:P"}
    settings = [[shapes_data(EPICS_INFO, info)], left, right, [], digitizer]
    blocks = [[names(layout) for layout in layouts] for layouts in STREAMS]
    recorder.write(Transition.CONFIGURE, clock.tick(), [a + b for a, b in zip(blocks, settings, strict=True)])
    run_info = shapes_data(RUN_INFO, {"expt": EXPERIMENT, "runnum": RUN})
    recorder.write(Transition.BEGIN_RUN, clock.tick(), [[run_info], [], [], [], []])


def _begin_step(recorder: Recorder, clock: Clock, step: int) -> None:
    position: dict[str, Any] = {"step_value": step + 1, "delay": DELAY_STEP * step, "step_docstring": f'{{"step": {step}}}'}
    recorder.write(Transition.BEGIN_STEP, clock.tick(), [[parent(shapes_data(SCAN, position))], [], [], [], []])
    recorder.write(Transition.ENABLE, clock.tick(), [[], [], [], [], []])
    slow = shapes_data(EPICS, {"StaleFlags": [0], "sample_x": 10.0 + step, "gas_pressure": 1e-3}, data_first=True)
    recorder.write(Transition.SLOW_UPDATE, clock.tick(), [[slow], [], [], [], []])


def event_of(truth: play.Truth, event: int, timestamp: int) -> list[list[bytes] | None]:
    """Contents of an event by stream."""
    half = SEGMENTS // 2
    return [
        play.beam(truth, event, timestamp),
        play.quad(truth, event, range(half)),
        play.quad(truth, event, range(half, SEGMENTS)),
        play.jungfrau(truth, event) or None,
        play.waves(truth, event),
    ]


def _write_constants(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for name, arrays in play.constants().items():
        with (folder / f"{name}.npz").open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
    return folder
