"""``xtcmon replay``: play recorded files as a live source."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.tools.screen import out, progress


def command(
    files: Annotated[list[Path], typer.Argument(help="XTC files of a run, all its streams", show_default=False)],
    to: Annotated[str, typer.Option(help="where a service listens")] = "tcp://127.0.0.1:5581",
    rate: Annotated[float, typer.Option(help="events per second; 0 = as fast as the socket takes them")] = 120.0,
    loop: Annotated[bool, typer.Option("--loop", help="again and again, until Ctrl-C")] = False,
    wait: Annotated[float, typer.Option(help="seconds to wait for the service")] = 10.0,
) -> int:
    """Send recorded events at their rate to a running service, as the beam time will; never slowed by who listens.

    Example: xtcmon run --listen tcp://127.0.0.1:5581 &  xtcmon replay sim/*.xtc --rate 120
    """
    from monitor.reader.replay import replay

    while True:
        with progress("playing") as advance:
            played = replay(files, to, rate=rate, final=not loop, wait_s=wait, progress=lambda done: advance(done, None))
        out.print(f"played {played.events:,} events at {played.rate:.2f} /s, {played.dropped:,} dropped because nobody took them")
        if not loop:
            return 0 if not played.dropped else 1
