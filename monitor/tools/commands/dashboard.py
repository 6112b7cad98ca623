"""``xtcmon dashboard``: the pages."""

import functools
from pathlib import Path
from typing import Annotated

import typer

from monitor.settings import Settings
from monitor.tools.lasting import settle
from monitor.tools.process import declared, settings_of, stop_event


def command(
    files: Annotated[list[Path] | None, typer.Argument(help="files of recorded runs, instead of a running service")] = None,
    service: Annotated[Path | None, typer.Option(help="runtime folder of the service", show_default="the one that runs")] = None,
    port: Annotated[int | None, typer.Option(help="port of the pages, 0 = any", show_default="as in the settings")] = None,
    generation: Annotated[int, typer.Option(help="how often it was started before")] = 0,
) -> None:
    """Serve the live pages of a running service, or the same pages of recorded runs. `xtcmon run` starts the live ones by itself.

    Example: xtcmon dashboard hdf5/smalldata/xppi0310_Run0098.h5 --port 5007
    """
    if files:
        ready = functools.partial(print, "pages:", flush=True)
        declared("recorded")(Settings(), files, port=port, ready=ready, stop=stop_event())
        return
    from monitor.supervisor.folder import the_service

    folder = the_service(service)
    serve = declared("dashboard")
    settle()
    serve(settings_of(folder, "dashboard"), folder, generation=generation, port=port, stop=stop_event())
