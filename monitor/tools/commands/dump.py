"""``xtcmon dump``: datagram by datagram."""

import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from monitor.tools.screen import progress, until_closed


def command(
    files: Annotated[list[Path], typer.Argument(help="XTC files", show_default=False)],
    verbose: Annotated[int, typer.Option("-v", "--verbose", count=True, help="-v payloads, -vv file positions")] = 0,
    l1_offset: Annotated[float, typer.Option("-l", "--l1-offset", help="seconds added to the clocks of transitions")] = 0.0,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="one JSON object a line, file by file, all that is there")] = False,
) -> None:
    """Print the contents of XTC files, datagram by datagram; streams are merged by clock.

    Example: xtcmon dump e81-r0098-s00-c00.xtc -v | less
    """
    from monitor.tools.listing import listing

    # A bar among the lines of a terminal would be in their way.
    bar = progress("listing", "bytes") if not sys.stdout.isatty() else nullcontext(lambda done, of: None)
    with until_closed(), bar as advance:
        for text in json_lines(files) if jsonl else listing(files, verbose, l1_offset, advance):
            print(text)


def json_lines(files: list[Path]) -> Iterator[str]:
    """Every line of every file; of several files each line says which it is of."""
    from monitor.xtc.dump import dump_lines
    from monitor.xtc.mapped import open_file

    for path in files:
        open_file(path).close()
    for path in files:
        place = {"file": str(path)} if len(files) > 1 else {}
        for line in dump_lines(path):
            yield json.dumps({**line, **place})
