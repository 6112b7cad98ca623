"""``xtcmon demo``: simulate a run, play it at 120 Hz through everything, open the pages."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.settings import Settings
from monitor.tools.screen import err, progress

SHORT_EVENTS = 24
"""Events per step without pages: a dozen seconds, so that it ends while one looks at it."""


def command(
    headless: Annotated[bool, typer.Option("--headless", help="no pages; ends by itself and prints what it wrote")] = False,
    scenario: Annotated[str, typer.Option(help="what to simulate")] = "delay-scan",
    steps: Annotated[int | None, typer.Option(help="calib cycles", show_default="the scenario's")] = None,
    events: Annotated[int | None, typer.Option(help="events per step", show_default="240, or 24 without pages")] = None,
    rate: Annotated[float, typer.Option(help="events per second")] = 120.0,
    output: Annotated[Path, typer.Option("-o", "--output", help="folder for run and results")] = Path("demo-output"),
    workers: Annotated[int, typer.Option("-j", "--workers", help="worker processes")] = 2,
    port: Annotated[int, typer.Option(help="port of the pages, 0 = any")] = 5006,
    stream: Annotated[str, typer.Option(help="address of the reduced stream")] = "tcp://127.0.0.1:5580",
    open_: Annotated[bool, typer.Option("--open/--no-open", help="open the pages in this machine's browser")] = True,
) -> int:
    """Simulate a run and play it live through reader, workers, aggregator and pages.

    Example: xtcmon demo --headless
    """
    from monitor.simulate.options import Options
    from monitor.simulate.run import simulate
    from monitor.tools.nursery import nursery
    from monitor.tools.play import play
    from monitor.tools.setup import gather
    from monitor.tools.shown import SHOWN

    if events is None and headless and scenario == "delay-scan":
        events = SHORT_EVENTS
    options = Options(steps=steps, events=events, overwrite=True)
    with progress(f"simulating {scenario}") as advance:
        run = simulate(scenario, output / "xtc", options, advance)
    err.print(f"simulated {run.files[0].parent}; the truth is in {run.truth_file}")
    settings: Settings = gather(
        [str(path) for path in run.files],
        {
            "source.rate": rate,
            "store.directory": str(output),
            "store.existing": "replace",
            "pool.workers": workers,
            "pages.port": port,
            "stream.address": "tcp://127.0.0.1:0" if headless else stream,
            "calib_directory": str(run.calib_directory.absolute()),
            **SHOWN.get(scenario, {}),
        },
    )
    with nursery() as children:
        return play(settings, children, dashboard=not headless, open_browser=open_ and not headless)
