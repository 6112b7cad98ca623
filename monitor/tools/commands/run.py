"""``xtcmon run``: the whole service."""

from typing import Annotated, Literal

import typer

from monitor.tools.nursery import nursery

Bytes = Literal["auto", "reference", "ring", "inline"]
Mode = Literal["auto", "lossless", "live"]
Follow = Literal["auto", "yes", "no"]


def command(
    what: Annotated[list[str] | None, typer.Argument(help="[SETTINGS.toml] [FILES | exp=…:run=…]", show_default=False)] = None,
    output: Annotated[str | None, typer.Option("-o", "--output", help="folder for the small-data file")] = None,
    rate: Annotated[float | None, typer.Option(help="play files as a live source of so many events a second")] = None,
    listen: Annotated[str | None, typer.Option(help="wait for `xtcmon replay --to` at this address")] = None,
    follow: Annotated[Follow | None, typer.Option(help="read on as files grow", show_default="auto: .inprogress, :live")] = None,
    event: Annotated[str | None, typer.Option(help="only these recorded events: 17, 100:200, 100:")] = None,
    time: Annotated[str | None, typer.Option(help="only events of these Unix times: 1329503100.25 (the next one), A:B")] = None,
    workers: Annotated[int | None, typer.Option("-j", "--workers", help="worker processes", show_default="2")] = None,
    dashboard: Annotated[bool, typer.Option("--dashboard/--no-dashboard", help="serve the live pages")] = True,
    port: Annotated[int | None, typer.Option(help="port of the pages, 0 = any", show_default="5006")] = None,
    stream: Annotated[str | None, typer.Option(help="address of the reduced stream", show_default="tcp://127.0.0.1:5580")] = None,
    metrics: Annotated[int | None, typer.Option(help="serve metrics for Prometheus at this port of this machine")] = None,
    bytes_: Annotated[Bytes | None, typer.Option("--bytes", help="how payloads reach the workers", show_default="auto")] = None,
    mode: Annotated[Mode | None, typer.Option(help="lossless waits, live drops the oldest", show_default="auto")] = None,
    insecure: Annotated[bool, typer.Option("--insecure", help="open sockets to other machines without keys")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="replace the file of the same run")] = False,
    open_: Annotated[bool, typer.Option("--open/--no-open", help="open the pages in this machine's browser")] = True,
    check: Annotated[bool, typer.Option("--check", help="check everything, start nothing")] = False,
) -> int:
    """Read a run, work on it, write the small-data file and serve the pages, until the run is over.

    The exit code is 0 for success, 3 if some of the input could not be used (what and where is said), 1 or 2 for failure.

    Example: xtcmon run e81-r0098-s*.xtc --rate 120 --output results
    """
    with nursery(wanted=not check) as children:
        # Here, so that the children's modules are imported meanwhile.
        from monitor.tools.play import play
        from monitor.tools.setup import gather

        settings = gather(
            what or [],
            {
                "store.directory": output,
                "store.existing": "replace" if overwrite else None,
                "source.rate": rate,
                "source.listen": listen,
                "source.bytes": bytes_,
                "source.mode": mode,
                "source.follow": follow,
                "source.events": event,
                "source.times": time,
                "pool.workers": workers,
                "pages.port": port,
                "stream.address": stream,
                "metrics.port": metrics,
                "keys.insecure": insecure or None,
            },
        )
        return play(settings, children, dashboard=dashboard, open_browser=open_, check=check)
