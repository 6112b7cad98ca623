"""``xtcmon worker``: one worker process of a service."""

import os
from pathlib import Path
from typing import Annotated

import typer

from monitor.tools.lasting import settle
from monitor.tools.process import STOPPED_EXIT, declared, known_endpoints, settings_of, stop_event


def command(
    service: Annotated[Path, typer.Option(help="runtime folder of the service", show_default=False)],
    name: Annotated[str, typer.Option(help="name, unique within the service", show_default="worker and its pid")] = "",
    generation: Annotated[int, typer.Option(help="how often it was started before")] = 0,
) -> int:
    """Run one worker: decode, correct, extract features. `xtcmon run` starts its workers by itself; more may join.

    Example: xtcmon worker --service /run/user/1000/xtcmon/s1 --name extra
    """
    name = name or f"worker-{os.getpid()}"
    settings, stop = settings_of(service, name), stop_event()
    endpoints = known_endpoints(service, stop, "reader", "rows")
    run = declared("worker")
    settle(settings.pool.reserve)
    run(endpoints, name, generation, credits=settings.pool.credits, stop=stop)
    return STOPPED_EXIT if stop.is_set() else 0
