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
    drop: Annotated[float, typer.Option(help="rehearse: share of the events that are never sent")] = 0.0,
    corrupt: Annotated[float, typer.Option(help="rehearse: share of the datagrams whose payload is scrambled")] = 0.0,
    delay: Annotated[float, typer.Option(help="rehearse: share of the events that some of the later ones overtake")] = 0.0,
    duplicate: Annotated[float, typer.Option(help="rehearse: share of the events that are sent twice")] = 0.0,
    seed: Annotated[int, typer.Option(help="start of all chance in the rehearsed faults")] = 1,
) -> int:
    """Send recorded events at their rate to a running service, as the beam time will; never slowed by who listens.

    Example: xtcmon run --listen tcp://127.0.0.1:5581 &  xtcmon replay sim/*.xtc --rate 120
    """
    from monitor.reader.faults import Faults
    from monitor.reader.replay import replay

    faults = Faults(drop=drop, delay=delay, duplicate=duplicate, corrupt=corrupt, seed=seed)
    while True:
        before = faults.dropped
        with progress("playing") as advance:
            played = replay(
                files, to, rate=rate, final=not loop, wait_s=wait, progress=lambda done: advance(done, None), faults=faults
            )
        unwanted = played.dropped - (faults.dropped - before)
        out.print(f"played {played.events:,} events at {played.rate:.2f} /s, {unwanted:,} dropped because nobody took them")
        if faults.any:
            out.print(
                f"rehearsed: {faults.dropped:,} events not sent, {faults.delayed:,} late, {faults.duplicated:,} twice, "
                f"{faults.corrupted:,} datagrams scrambled"
            )
        if not loop:
            return 0 if not unwanted else 1
