"""``xtcmon dump``: datagram by datagram."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.tools.screen import progress, until_closed


def command(
    files: Annotated[list[Path], typer.Argument(help="XTC files", show_default=False)],
    verbose: Annotated[int, typer.Option("-v", "--verbose", count=True, help="-v payloads, -vv file positions")] = 0,
    l1_offset: Annotated[float, typer.Option("-l", "--l1-offset", help="seconds added to the clocks of transitions")] = 0.0,
    event: Annotated[str | None, typer.Option(help="only these recorded events of all the files: 17, 100:200, 100:")] = None,
    time: Annotated[str | None, typer.Option(help="only events of these Unix times: 1329503100.25 (the next one), A:B")] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="one JSON object a line, file by file, all that is there")] = False,
    config_from: Annotated[
        Path | None, typer.Option(help="XTC2: file whose Configure a further chunk goes by, unless it is given before it")
    ] = None,
) -> None:
    """Print the contents of XTC and XTC2 files, datagram by datagram; XTC streams are merged by clock.

    Example: xtcmon dump e81-r0098-s00-c00.xtc -v | less
    """
    from monitor.tools.chosen import chosen
    from monitor.tools.listing import listing
    from monitor.tools.xtc2 import all_xtc2, refuse, xtc2_lines

    if all_xtc2(files):
        refuse(event=event, time=time, l1_offset=l1_offset)
        with until_closed():
            for text in xtc2_lines(files, verbose, config_from, jsonl=jsonl):
                print(text)
        return
    offsets = chosen(files, event or "", time or "")
    # A bar among the lines of a terminal would be in their way.
    bar = progress("listing", "bytes") if not sys.stdout.isatty() else nullcontext(lambda done, of: None)
    with until_closed(), bar as advance:
        if jsonl:
            texts = json_lines(files, offsets)
        elif offsets is not None:
            texts = chosen_lines(files, offsets, verbose)
        else:
            texts = listing(files, verbose, l1_offset, advance)
        for text in texts:
            print(text)


def json_lines(files: list[Path], offsets: Mapping[Path, Any] | None) -> Iterator[str]:
    """Every line of every file, or those of the chosen events; of several files each line says which it is of."""
    from monitor.xtc.dump import dump_lines
    from monitor.xtc.mapped import open_file

    for path in files:
        open_file(path).close()
    for path in files:
        place = {"file": str(path)} if len(files) > 1 else {}
        for line in dump_lines(path, None if offsets is None else offsets.get(path)):
            yield json.dumps({**line, **place})


def chosen_lines(files: list[Path], offsets: Mapping[Path, Any], verbose: int) -> Iterator[str]:
    """The chosen events as text, file by file."""
    from monitor.tools.listing import words
    from monitor.xtc.dump import dump_lines

    for path in files:
        if path in offsets:
            for line in dump_lines(path, offsets[path]):
                yield from words(line, path, verbose)
