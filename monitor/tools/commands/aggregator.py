"""``xtcmon aggregator``: the aggregator process of a service."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.tools.lasting import settle
from monitor.tools.process import STOPPED_EXIT, settings_of, stop_event


def command(
    service: Annotated[Path, typer.Option(help="runtime folder of the service", show_default=False)],
    generation: Annotated[int, typer.Option(help="how often it was started before")] = 0,
) -> int:
    """Run the aggregator of a service: order rows, write the file, publish. `xtcmon run` starts it by itself.

    Example: xtcmon aggregator --service /run/user/1000/xtcmon/s1
    """
    from monitor.aggregator.process import run_aggregator
    from monitor.aggregator.stores import stores_for

    settings = settings_of(service, "aggregator")
    settle(settings.pool.reserve)
    done = run_aggregator(
        settings,
        service,
        stores_for(settings, service),
        generation=generation,
        stop=stop_event(),
        insecure=settings.keys.insecure,
    )
    return 0 if done else STOPPED_EXIT
