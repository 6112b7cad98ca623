"""``xtcmon reader``: the reader process of a service."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from monitor.tools.lasting import settle
from monitor.tools.process import settings_of, written_settings


def command(
    service: Annotated[Path, typer.Option(help="runtime folder of the service", show_default=False)],
    generation: Annotated[int, typer.Option(help="how often it was started before")] = 0,
    check: Annotated[bool, typer.Option("--check", help="check source and pipeline, read nothing")] = False,
) -> int:
    """Run the reader of a service: build events, hand out batches. `xtcmon run` starts it by itself.

    Example: xtcmon reader --service /run/user/1000/xtcmon/s1
    """
    from monitor.reader.service import run_reader
    from monitor.tools.check import check_fit, check_pipeline, check_settings

    if check:
        check_settings(written_settings(service))
        return 0
    settle()
    outcome = run_reader(settings_of(service, "reader"), service, generation=generation, check=check_pipeline, fits=check_fit)
    if outcome.why:
        print(f"xtcmon: {outcome.why}", file=sys.stderr)
    return outcome.code
