"""``xtcmon aggregator``: the aggregator process of a service."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.net.endpoints import Endpoints, read_endpoints
from monitor.tools.process import settings_of, stop_event

if TYPE_CHECKING:
    from monitor.aggregator.process import Stores
    from monitor.settings import Settings
    from monitor.store.face import RunStore


def command(
    service: Annotated[Path, typer.Option(help="runtime folder of the service", show_default=False)],
    generation: Annotated[int, typer.Option(help="how often it was started before")] = 0,
) -> None:
    """Run the aggregator of a service: order rows, write the file, publish. `xtcmon run` starts it by itself.

    Example: xtcmon aggregator --service /run/user/1000/xtcmon/s1
    """
    from monitor.aggregator.process import run_aggregator

    settings, before = settings_of(service), read_endpoints(service)
    endpoints = Endpoints(rows=before.rows or f"ipc://{service}/rows.sock", stream=before.stream or settings.stream.address)
    run_aggregator(settings, endpoints, service, stores(settings), generation=generation, stop=stop_event())


def stores(settings: "Settings") -> "Stores":
    """Opens small-data files in the output folder of these settings."""
    from monitor.settings import bytes_in
    from monitor.store.smalldata import SmallDataFile

    def opened(experiment: str, run: int, first: int, resume: bool) -> "RunStore":
        store = settings.store
        return SmallDataFile(
            Path(store.directory),
            experiment,
            run,
            first=first,
            existing="resume" if resume else store.existing,
            roll_bytes=bytes_in(store.roll_size, key="store.roll_size"),
            compacted=store.compact,
        )

    return opened
