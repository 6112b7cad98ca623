"""``xtcmon smalldata``: the small-data file of a recorded run, as fast as this machine goes."""

import os
from typing import Annotated

import typer

from monitor.errors import ConfigError
from monitor.tools.nursery import nursery

CONTEXT = {"ignore_unknown_options": True}
"""Options of the producer that do not apply are refused with a sentence of ours."""

KNOWN: tuple[str, ...] = (
    "--directory",
    "--output",
    "--nevents",
    "--gather_interval",
    "--default",
    "--full",
    "--image",
    "--fullSum",
    "--nosum",
)
KNOWN += ("--centerpix", "--epicsAll", "--config", "--experiment", "--run", "--workers", "--overwrite", "--check", "--help")


def command(
    what: Annotated[list[str] | None, typer.Argument(help="[SETTINGS.toml] [FILES | exp=…:run=…]", show_default=False)] = None,
    directory: Annotated[str | None, typer.Option("-o", "--directory", "--output", help="folder for the file")] = None,
    workers: Annotated[int, typer.Option("-j", "--workers", help="worker processes", show_default="processors")] = 0,
    nevents: Annotated[int, typer.Option("--nevents", "-n", help="only so many events; 0 = all")] = 0,
    config: Annotated[str, typer.Option(help="settings file, as a first argument")] = "",
    experiment: Annotated[str, typer.Option("-e", "--experiment", envvar="EXPERIMENT", help="instead of files")] = "",
    run: Annotated[int | None, typer.Option("-r", "--run", envvar="RUN_NUM", help="its run")] = None,
    gather_interval: Annotated[int, typer.Option("--gather_interval", help="events that travel together at most; 0 = 256")] = 0,
    default: Annotated[bool, typer.Option("--default", help="scalars only")] = False,
    full: Annotated[bool, typer.Option("--full", help="every pixel of every area detector")] = False,
    image: Annotated[bool, typer.Option("--image", help="the assembled image of every area detector")] = False,
    full_sum: Annotated[bool, typer.Option("--fullSum", help="sums of dropped, thresholded and largest pixels too")] = False,
    no_sum: Annotated[bool, typer.Option("--nosum", help="no sums")] = False,
    centerpix: Annotated[bool, typer.Option("--centerpix", help="keep pixels beside the borders of chips")] = False,
    epics_all: Annotated[bool, typer.Option("--epicsAll", help="all EPICS variables; they are there in any case")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="replace the file of the same run")] = False,
    check: Annotated[bool, typer.Option("--check", help="check everything, start nothing")] = False,
) -> int:
    """Make the small-data file of a recorded run: the same pipeline and the same file as `xtcmon run`, lossless, at full speed.

    Takes the options of the smalldata_tools producers that mean something here. Exit codes as `xtcmon run`.

    Example: xtcmon smalldata settings.toml e81-r0098-s*.xtc -o results -j 8
    """
    with nursery(wanted=not check) as children:
        # Here, so that the children's modules are imported meanwhile.
        from monitor.tools.play import play
        from monitor.tools.producer_options import Producer, refuse_strange, source_words
        from monitor.tools.setup import gather

        given = list(what or [])
        refuse_strange(given, KNOWN)
        if config.endswith(".py"):
            raise ConfigError(
                f"is a configuration of smalldata_tools; `xtcmon settings convert {config}` makes settings of it", key=config
            )
        options = {
            "store.directory": directory,
            "store.existing": "replace" if overwrite else None,
            "source.rate": 0.0,
            "source.listen": "",
            "source.mode": "lossless",
            "source.events": f":{nevents}" if nevents > 0 else None,
            "source.max_events": gather_interval or None,
            "pool.workers": workers or os.cpu_count() or 1,
            "stream.address": "tcp://127.0.0.1:0",
        }
        words = source_words([*([config] if config else []), *given], experiment, run)
        producer = Producer(default=default, full=full, image=image, full_sum=full_sum, no_sum=no_sum, centerpix=centerpix)
        settings = producer.applied(gather(words, options))
        return play(settings, children, dashboard=False, open_browser=False, check=check)
