"""``xtcmon reader``: the reader process of a service."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.tools.process import run_process


def command(
    service: Annotated[Path, typer.Option(help="runtime folder of the service", show_default=False)],
    generation: Annotated[int, typer.Option(help="how often it was started before")] = 0,
) -> None:
    """Run the reader of a service: build events, hand out batches. `xtcmon run` starts it by itself.

    Example: xtcmon reader --service /run/user/1000/xtcmon/s1
    """
    run_process("reader", service, generation=generation)
