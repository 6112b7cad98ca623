"""``xtcmon filter``: write a run again, or the part of it that is wanted."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.errors import ConfigError
from monitor.tools.screen import err, out, progress, size


def command(
    files: Annotated[list[Path], typer.Argument(help="XTC files of a run, all its streams", show_default=False)],
    output: Annotated[Path, typer.Option("-o", "--output", help="folder for the files", show_default=False)],
    where: Annotated[str, typer.Option(help="condition on each event, like 'EBeam.ebeamCharge > 0.1 and evr(90)'")] = "",
    events: Annotated[str, typer.Option(help="positions of events from 0, A:B or A:B:STEP")] = "",
    sources: Annotated[list[str] | None, typer.Option(help="keep payloads of this source; may be repeated")] = None,
    chunk_size: Annotated[str, typer.Option(help="begin a new file after so many bytes, like 100MB; 0 = as it was")] = "0",
    smd: Annotated[bool, typer.Option("--smd", help="write small-data files too")] = False,
    idx: Annotated[bool, typer.Option("--idx", help="write index files too")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="replace files that are there already")] = False,
) -> None:
    """Write XTC files again: byte for byte, or only the events and sources that are wanted.

    Transitions and EPICS values always stay, so that what is written is a run of its own. A condition knows fields of
    sources, event codes evr(90), EPICS variables pv("NAME"), numbers, + - * / % abs(), comparisons, and, or, not.

    Example: xtcmon filter sim/*.xtc --where 'EBeam.ebeamCharge > 0.1 and evr(90)' -o bright
    """
    from monitor.tools.rewrite import Plan, rewrite
    from monitor.tools.selection import choice_of, select
    from monitor.xtc.names import SourcePattern
    from monitor.xtc.rewriting.where import Where
    from monitor.xtc2.mapped import is_xtc2_file

    if xtc2 := [path for path in files if is_xtc2_file(path)]:
        raise ConfigError(f"{xtc2[0]} is an XTC2 file; filter writes XTC files of the first generation only")
    condition = Where(where) if where else None
    patterns = tuple(SourcePattern.parse(text) for text in sources or ())
    limit = bytes_of(chunk_size)
    chosen = None
    if condition is not None or events:
        wanted = choice_of(events)
        with progress("selecting") as advance:
            chosen = select(files, condition, wanted, advance)
    plan = Plan(folder=output, selection=chosen, sources=patterns, chunk_size=limit, small=smd, index=idx, overwrite=overwrite)
    with progress("writing", "bytes") as advance:
        written = rewrite(files, plan, advance)
    for warning in written.warnings:
        err.print(f"warning: {warning}", markup=False)
    if chosen is not None:
        out.print(f"kept {chosen.chosen:,} of {chosen.events:,} events")
    for path in written.files:
        out.print(f"{path}  {size(path.stat().st_size)}", markup=False)


UNITS = {"": 1, "b": 1, "kb": 1000, "mb": 1000**2, "gb": 1000**3, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30}


def bytes_of(text: str) -> int:
    """Bytes out of a number and a unit.

    >>> bytes_of("100MB"), bytes_of("2 GiB"), bytes_of("0")
    (100000000, 2147483648, 0)

    Raises
    ------
    ConfigError
        If the text is something else.
    """
    number = text.strip().rstrip("BKMGIbkmgi ")
    unit = text.strip()[len(number) :].strip().lower()
    if unit not in UNITS or not (number.isascii() and number.isdecimal()):
        raise ConfigError(f"{text!r} is no size; write it like 100MB", file="--chunk-size")
    return int(number) * UNITS[unit]
