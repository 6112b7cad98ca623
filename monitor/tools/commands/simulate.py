"""``xtcmon simulate``: a legal run with known truth."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.errors import ConfigError
from monitor.tools.screen import out, progress, size

OWN = "the scenario's"


def command(
    scenario: Annotated[str, typer.Argument(help="what to simulate; see --list", show_default=False)] = "",
    output: Annotated[Path, typer.Option("-o", "--output", help="folder for the files")] = Path("simulated"),
    catalogue: Annotated[bool, typer.Option("--list", help="say what there is")] = False,
    steps: Annotated[int | None, typer.Option(help="calib cycles", show_default=OWN)] = None,
    events: Annotated[int | None, typer.Option(help="events per step", show_default=OWN)] = None,
    streams: Annotated[int | None, typer.Option(help="DAQ streams", show_default=OWN)] = None,
    chunk_size: Annotated[
        int | None, typer.Option(help="bytes after which a stream begins its next file", show_default=OWN)
    ] = None,
    rate: Annotated[float | None, typer.Option(help="events per second of beam time", show_default="120")] = None,
    damage: Annotated[float | None, typer.Option(help="fraction of events with a damaged part", show_default=OWN)] = None,
    detector: Annotated[str | None, typer.Option(help="where a scenario knows several", show_default=OWN)] = None,
    pace: Annotated[float, typer.Option(help="events per second at which the files grow; 0 = at once")] = 0.0,
    seed: Annotated[int, typer.Option(help="same seed, same bytes")] = 1,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="replace a run that is there already")] = False,
) -> None:
    """Write a legal XTC run, with its truth in a JSON file beside it.

    Example: xtcmon simulate delay-scan -o sim --steps 61 --events 240
    """
    from monitor.simulate.options import Options
    from monitor.simulate.run import simulate
    from monitor.simulate.scenario import scenarios
    from monitor.simulate.xtc2 import record

    if catalogue:
        for name, found in sorted(scenarios().items()):
            out.print(f"[bold]{name}[/bold]  {found.summary}")
        out.print(f"[bold]{record.NAME}[/bold]  {record.SUMMARY}")
        return
    if not scenario:
        raise ConfigError("name a scenario; `xtcmon simulate --list` says what there is")
    options = Options(
        steps=steps,
        events=events,
        streams=streams,
        chunk_size=chunk_size,
        rate=rate,
        damage=damage,
        seed=seed,
        detector=detector,
        pace=pace,
        overwrite=overwrite,
    )
    with progress(f"simulating {scenario}") as advance:
        run = simulate(scenario, output, options, advance)
    for path in run.files:
        out.print(f"{path}  {size(path.stat().st_size)}")
    out.print(f"{run.truth_file}  truth")
    out.print(f"{run.calib_directory}  constants")
