"""``xtcmon dashboard``: the pages."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.tools.process import declared, settings_of, stop_event


def command(
    service: Annotated[Path | None, typer.Option(help="runtime folder of the service", show_default="the one that runs")] = None,
    port: Annotated[int | None, typer.Option(help="port of the pages, 0 = any", show_default="as in the settings")] = None,
    generation: Annotated[int, typer.Option(help="how often it was started before")] = 0,
) -> None:
    """Serve the live pages of a running service. `xtcmon run` starts them by itself.

    Example: xtcmon dashboard --port 5007
    """
    from monitor.supervisor.folder import the_service

    folder = the_service(service)
    declared("dashboard")(settings_of(folder, "dashboard"), folder, generation=generation, port=port, stop=stop_event())
