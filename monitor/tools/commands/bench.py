"""``xtcmon bench``: how fast it is, as ratios in one run."""

import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.errors import ConfigError
from monitor.tools.bench_tables import (
    correction_columns,
    feature_columns,
    hop_columns,
    known,
    page_columns,
    show,
    stream_columns,
    strip_columns,
)
from monitor.tools.screen import out, progress

command = typer.Typer(help="Measure: the hop from reader to worker, reading, the whole service.", no_args_is_help=True)

FAILED = 1
"""Exit code of a trial in which something was not as it should be."""

AsJson = Annotated[bool, typer.Option("--json", help="one JSON object")]


@command.command()
def hop(
    workers: Annotated[int, typer.Option("-j", "--workers", help="worker processes")] = 2,
    seconds: Annotated[float, typer.Option(help="about so long per line")] = 2.0,
    as_json: AsJson = False,
) -> None:
    """Frames of 1, 2.3 and 4 Mpx and events of 1 kB, from reader to worker, by reference, ring and inline.

    Example: xtcmon bench hop -j 2
    """
    from monitor.reader.bench_hop import bench_hop

    lines = bench_hop(workers=workers, seconds=seconds)
    show("reader to worker", [hop_columns(line) for line in lines], as_json)


@command.command()
def walk(
    files: Annotated[list[Path] | None, typer.Argument(help="XTC files of a run", show_default="a simulated scan")] = None,
    as_json: AsJson = False,
) -> None:
    """Headers, index and event building against reading the same bytes once.

    Example: xtcmon bench walk e81-r0098-s*.xtc
    """
    from monitor.reader.bench import measure_walk

    with tempfile.TemporaryDirectory() as scratch:
        found = measure_walk(files or simulated("delay-scan", Path(scratch)))
    show("walk, index and event building", [asdict(found)], as_json)


@command.command()
def run(
    scenario: Annotated[str, typer.Argument(help="what to simulate")] = "delay-scan",
    files: Annotated[list[Path] | None, typer.Option(help="an XTC file of a recorded run instead; for each file once")] = None,
    settings: Annotated[Path | None, typer.Option(help="settings file", show_default="what the scenario is shown with")] = None,
    workers: Annotated[int, typer.Option("-j", "--workers", help="worker processes")] = 1,
    rate: Annotated[float, typer.Option(help="events per second; 0 = as fast as it goes")] = 0.0,
    steps: Annotated[int | None, typer.Option(help="calib cycles", show_default="the scenario's")] = None,
    events: Annotated[int | None, typer.Option(help="events per step", show_default="the scenario's")] = None,
    as_json: AsJson = False,
) -> None:
    """The whole service on a run, file to HDF5: events per second, delays by stage, processor share.

    Example: xtcmon bench run scattering -j 2 --rate 120
    """
    from monitor.tools.bench_run import bench_run
    from monitor.tools.shown import SHOWN

    with tempfile.TemporaryDirectory() as scratch:
        files = files or simulated(scenario, Path(scratch), steps=steps, events=events)
        what = [str(path) for path in (*files, *([settings] if settings else []))]
        shown = {} if settings else SHOWN.get(scenario, {})
        found = bench_run(what, shown, Path(scratch) / "out", workers=workers, rate=rate)
    show(f"{scenario}, {workers} workers", [found], as_json)


@command.command()
def worker(
    what: Annotated[list[str], typer.Argument(help="[SETTINGS.toml] FILES", show_default=False)],
    events: Annotated[int, typer.Option(help="events to measure")] = 120,
    as_json: AsJson = False,
) -> None:
    """What one worker needs per event of a recorded run, and what of it each feature, the common mode and the sums cost.

    Example: xtcmon bench worker my.toml e81-r0098-s*.xtc
    """
    from monitor.tools.bench_worker import bench_worker, columns
    from monitor.tools.setup import gather

    lines = bench_worker(gather(what, {}), events)
    show("one worker, processor time", [dict(columns(line)) for line in lines], as_json)


@command.command()
def chaos(
    events: Annotated[int, typer.Option(help="events of the run")] = 20_000,
    blows: Annotated[int, typer.Option(help="processes to hit")] = 240,
    frozen: Annotated[float, typer.Option(help="share that is stopped for a while instead of killed")] = 0.1,
    rate: Annotated[float, typer.Option(help="events per second, so that the run lasts")] = 120.0,
    seed: Annotated[int, typer.Option(help="start of all chance")] = 1,
    as_json: AsJson = False,
) -> None:
    """Kill reader, workers and aggregator at random moments, and compare the file with that of an undisturbed run.

    Example: xtcmon bench chaos --events 2000 --blows 20
    """
    from monitor.tools.chaos.scene import scene
    from monitor.tools.chaos.tormentor import Torment
    from monitor.tools.chaos.trial import chaos as trial

    with tempfile.TemporaryDirectory() as scratch:
        what, _ = scene(Path(scratch) / "run", events)
        torment = Torment(seed=seed, blows=blows, frozen=frozen)
        found = trial(what, Path(scratch), torment, rate=rate, patience_s=60 + events / rate + 10 * blows)
    columns = {**asdict(found), "killed": sum(found.killed.values()), "frozen": sum(found.frozen.values())}
    del columns["said"]
    show("killed at random moments", [columns], as_json)
    if found.complaints:
        raise typer.Exit(FAILED)


@command.command()
def pressure(
    seconds: Annotated[float, typer.Option(help="length of the run")] = 60.0,
    rate: Annotated[float, typer.Option(help="events per second")] = 120.0,
    workers: Annotated[int, typer.Option("-j", "--workers", help="worker processes")] = 2,
    as_json: AsJson = False,
) -> None:
    """A live run with slow workers, a slow disk and slow subscribers in turn: memory, losses, and whether every event is counted.

    Example: xtcmon bench pressure --seconds 1800
    """
    from monitor.tools.pressure.course import Sample
    from monitor.tools.pressure.trial import pressure as trial

    def tell(sample: Sample) -> None:
        if not as_json:
            memory = ", ".join(f"{name} {size >> 20}" for name, size in sample.memory.items())
            rates = f"{sample.rate_in:6.1f} /s in {sample.rate_out:6.1f} /s out"
            out.print(f"{sample.second:6.0f} s  {sample.kind:16}  {rates}  {sample.lost:,} lost  MiB: {memory}", highlight=False)

    with tempfile.TemporaryDirectory() as scratch:
        found = trial(Path(scratch), seconds, rate=rate, workers=workers, tell=tell)
    columns: dict[str, Any] = {
        "ledger": dict(found.ledger),
        "lost": dict(found.losses),
        "sender": found.played,
        "complaints": found.complaints,
    }
    if as_json:
        columns["samples"] = [asdict(sample) for sample in found.samples]
    show("under pressure", [columns], as_json)
    if found.complaints:
        raise typer.Exit(FAILED)


@command.command()
def stream(
    seconds: Annotated[float, typer.Option(help="about half as long per line")] = 2.0,
    as_json: AsJson = False,
) -> None:
    """The reduced stream to 1, 10 and 100 subscribers: rows and bytes per second, time to the subscriber's own loop.

    Example: xtcmon bench stream
    """
    from monitor.tools.bench_stream import bench_stream

    show("aggregator to subscribers", [stream_columns(line) for line in bench_stream(seconds=seconds)], as_json)


@command.command()
def hostile(
    count: Annotated[int, typer.Option("-n", "--count", help="messages for each socket")] = 100_000,
    as_json: AsJson = False,
) -> None:
    """Throw noise at every socket of an aggregator of its own while a subscriber listens: nothing may be missing.

    Example: xtcmon bench hostile -n 1000
    """
    from monitor.tools.bench_stream import bench_hostile

    show("noise on every socket", [bench_hostile(count)], as_json)


@command.command()
def corrections(
    detectors: Annotated[list[str] | None, typer.Argument(help="parts of names: cspad, jungfrau", show_default="all")] = None,
    plain: Annotated[bool, typer.Option(help="also as plain numpy")] = True,
    as_json: AsJson = False,
) -> None:
    """Each step from raw to corrected frames and the whole chain, against a copy of the same bytes from raw to float32.

    Example: xtcmon bench corrections cspad
    """
    from monitor.tools.process import declared

    lines = declared("bench_corrections")(detectors or (), plain=plain)
    show("corrections, one core", [correction_columns(line) for line in lines], as_json)


@command.command()
def features(
    names: Annotated[list[str] | None, typer.Argument(help="parts of names: cspad, azav", show_default="all")] = None,
    plain: Annotated[bool, typer.Option(help="also as plain numpy")] = True,
    as_json: AsJson = False,
) -> None:
    """Each feature on three detectors, beside the older tools and plain numpy: ms per event of one thread.

    Example: xtcmon bench features azav
    """
    from monitor.tools.process import declared

    lines = declared("bench_features")(names or (), plain=plain)
    if not lines:
        raise ConfigError(
            f"no feature or detector is called {' or '.join(names or ())}; see `xtcmon features`", key="bench features"
        )
    show("features, one thread", [feature_columns(line) for line in lines], as_json)


@command.command()
def pages(
    viewers: Annotated[list[int] | None, typer.Argument(help="how many look at once", show_default="1 3 20")] = None,
    megapixels: Annotated[list[int] | None, typer.Option("--mpx", help="size of the detector", show_default="2 and 4")] = None,
    seconds: Annotated[float, typer.Option(help="length of each line")] = 5.0,
    rate: Annotated[float, typer.Option(help="pictures per second from the service")] = 12.0,
    browsers: Annotated[bool, typer.Option(help="real browsers (playwright and chromium) instead of plain web sockets")] = False,
    run: Annotated[
        list[Path] | None, typer.Option(help="XTC files, and a settings file, of a run to be played beside it, again and again")
    ] = None,
    scenario: Annotated[str, typer.Option(help="a run to be simulated and played beside it, for example scattering")] = "",
    detector: Annotated[str, typer.Option(help="whose pictures of that run", show_default="the first of its settings")] = "",
    event_rate: Annotated[float, typer.Option(help="events per second of that run")] = 120.0,
    as_json: AsJson = False,
) -> None:
    """Pictures per second that reach those who look at the Images page, their age, and what they cost the dashboard and the run.

    Without a run there are frames alone; with one the first line is the run without anybody who looks.

    Processor time is that of the system's clock of each process, in nanoseconds and with the threads that have ended; where there
    is no such clock, in steps of 10 ms.

    Example: xtcmon bench pages 1 3 --mpx 4 --browsers
    """
    from monitor.tools.process import declared

    with tempfile.TemporaryDirectory() as scratch:
        files = [*(run or ()), *(simulated(scenario, Path(scratch), steps=1, events=480) if scenario else ())]
        lines = declared("bench_pages")(
            viewers or (1, 3, 20),
            megapixels or (2, 4),
            seconds=seconds,
            rate=rate,
            browsers=browsers,
            run=files,
            detector=detector,
            event_rate=event_rate,
        )
    rows = [known(asdict(line)) if as_json else page_columns(line) for line in lines]
    show(f"pictures on the pages, {'browsers' if browsers else 'web sockets'}", rows, as_json)


@command.command()
def strips(
    charts: Annotated[list[int] | None, typer.Argument(help="strip charts on the page", show_default="1 3")] = None,
    seconds: Annotated[float, typer.Option(help="length of each line")] = 10.0,
    rate: Annotated[float, typer.Option(help="events per second of the run")] = 120.0,
    as_json: AsJson = False,
) -> None:
    """How often a browser paints strip charts of a running run, and how old their newest event is (playwright and chromium).

    Example: xtcmon bench strips 1 3
    """
    from monitor.tools.process import declared

    lines = declared("bench_strips")(charts or (1, 3), seconds=seconds, rate=rate)
    rows = [known(asdict(line)) if as_json else strip_columns(line) for line in lines]
    show("strip charts in a browser", rows, as_json)


@command.command()
def opening(
    address: Annotated[str, typer.Argument(help="of the pages of a running service")] = "http://127.0.0.1:5006/",
    rounds: Annotated[int, typer.Option(help="how often each page is opened", min=1)] = 5,
    as_json: AsJson = False,
) -> None:
    """How long a page takes to open: until its first numbers and until its plots are drawn (playwright and chromium).

    Example: xtcmon bench opening http://127.0.0.1:5006/
    """
    from monitor.tools.process import declared

    show("opening the pages", [asdict(line) for line in declared("bench_opening")(address, rounds)], as_json)


@command.command()
def start(
    scenario: Annotated[str, typer.Argument(help="what to simulate")] = "delay-scan",
    rounds: Annotated[int, typer.Option(help="how often the service is started", min=1)] = 3,
    rate: Annotated[float, typer.Option(help="events per second of the run")] = 120.0,
    as_json: AsJson = False,
) -> None:
    """How long `xtcmon run` takes until there is its stream, until events are counted, and until the first page answers.

    The first start after an installation compiles the kernels, which takes a minute more.

    Example: xtcmon bench start --rounds 5
    """
    from monitor.tools.bench_start import bench_start

    with tempfile.TemporaryDirectory() as scratch:
        lines = bench_start(simulated(scenario, Path(scratch)), rounds=rounds, rate=rate)
    show("starting", [asdict(line) for line in lines], as_json)


@command.command(name="all")
def everything() -> None:
    """Every benchmark, one after the other.

    Example: xtcmon bench all
    """
    walk(None)
    hop(2, 2.0)
    corrections(None)
    features(None)
    run("delay-scan")


def simulated(scenario: str, folder: Path, *, steps: int | None = None, events: int | None = None) -> list[Path]:
    """Files of a simulated run."""
    from monitor.simulate.options import Options
    from monitor.simulate.run import simulate

    with progress(f"simulating {scenario}") as advance:
        files = list(simulate(scenario, folder, Options(steps=steps, events=events), advance).files)
    # Pages still on their way to the disk would be measured with what is wanted.
    os.sync()
    return files
