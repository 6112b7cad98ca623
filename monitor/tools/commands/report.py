"""``xtcmon report``: one page about a run."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.tools.process import declared
from monitor.tools.screen import out, progress


def command(
    files: Annotated[list[Path], typer.Argument(help="files of runs, as `xtcmon run` and `xtcmon smalldata` write them")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="folder for the pages", show_default="beside each file")
    ] = None,
) -> None:
    """Make the report of a run: one HTML page that needs nothing but itself. A service makes it by itself at the end of a run.

    Example: xtcmon report hdf5/smalldata/xppi0310_Run0098.h5
    """
    write = declared("report")
    with progress("reports", "files") as advance:
        for i, file in enumerate(files, 1):
            to = output / f"{file.stem}_report.html" if output is not None else None
            out.print(f"wrote {write(file, to)}", markup=False)
            advance(i, len(files))
