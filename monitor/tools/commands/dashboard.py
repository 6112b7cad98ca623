"""``xtcmon dashboard``: the pages."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.tools.process import run_process


def command(
    service: Annotated[Path | None, typer.Option(help="runtime folder of the service", show_default="the one that runs")] = None,
    generation: Annotated[int, typer.Option(help="how often it was started before")] = 0,
) -> None:
    """Serve the live pages of a running service. `xtcmon run` starts them by itself.

    Example: xtcmon dashboard
    """
    from monitor.supervisor.folder import the_service

    run_process("dashboard", the_service(service), generation=generation)
