"""``xtcmon verify``: a small-data file against the recorded bytes it was made from."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from monitor.settings import parse
from monitor.tools.process import declared
from monitor.tools.screen import out, progress
from monitor.tools.setup import gather

DIFFERS = 1
SHOWN = 20
"""Complaints printed for a person; ``--json`` has all."""


def command(
    file: Annotated[Path, typer.Argument(help="small-data file, <exp>_Run<nnnn>.h5", show_default=False)],
    files: Annotated[list[str], typer.Argument(help="XTC files of the run, or exp=…:run=…", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> int:
    """Compute every value of a small-data file again, with the settings in it, and compare: rows to the bit, sums to rounding.

    Example: xtcmon verify results/e81_Run0098.h5 e81-r0098-s*.xtc
    """
    from monitor.reader.sources.choice import source_of
    from monitor.store.run_file import open_run
    from monitor.tools.recompute import verify

    source = source_of(parse({"source": gather(files, {}).source.model_dump(exclude_unset=True)}))
    try:
        with open_run(file) as written, progress("computing again") as advance:
            report = verify(written, source, declared("pipeline"), advance)
    finally:
        source.close()
    if as_json:
        print(json.dumps({"agrees": not report.complaints, **asdict(report)}))
    else:
        for complaint in report.complaints[:SHOWN]:
            out.print(complaint, markup=False)
        if len(report.complaints) > SHOWN:
            out.print(f"and {len(report.complaints) - SHOWN} more")
        agrees = "nothing differs" if not report.complaints else f"{len(report.complaints):,} differences"
        out.print(f"{report.rows:,} rows of {report.events:,} recorded events computed again: {agrees}")
    return DIFFERS if report.complaints else 0
