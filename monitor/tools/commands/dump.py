"""``xtcmon dump``: datagram by datagram."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.errors import Unusable


def command(
    files: Annotated[list[Path], typer.Argument(help="XTC files", show_default=False)],
    verbose: Annotated[int, typer.Option("-v", "--verbose", count=True, help="-v payloads, -vv file positions")] = 0,
    event: Annotated[str | None, typer.Option(help="only these recorded events of all the files: 17, 100:200, 100:")] = None,
    time: Annotated[str | None, typer.Option(help="only events of these Unix times: 1329503100.25 (the next one), A:B")] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="one JSON object a line, every field")] = False,
) -> None:
    """Print the contents of XTC files, datagram by datagram.

    Example: xtcmon dump e81-r0098-s00-c00.xtc -v | less
    """
    from monitor.tools.chosen import chosen
    from monitor.xtc.dump import dump_lines

    for path in files:
        if not path.is_file():
            raise Unusable(f"there is no file {path}")
    offsets = chosen(files, event or "", time or "")
    for path in files:
        for line in dump_lines(path, offsets.get(path)):
            if jsonl:
                print(json.dumps(line))
            else:
                for text in words(line, path, verbose):
                    print(text)


def words(line: Mapping[str, Any], path: Path, verbose: int) -> Iterator[str]:
    """The text lines for one dump line, in the manner of pyxtcreader."""
    match line["k"]:
        case "dgram":
            if verbose >= 2:
                yield f"file={path} position={line['offset']}"
            root = line["xtc"]
            yield (
                f"{line['service_name']} damage={root['damage']:#x} type={line['seq_type']} "
                f"time={line['seconds']}.{line['nanoseconds']:09d} ticks={line['ticks']} fiducials={line['fiducials']} "
                f"control={line['control']} vector={line['vector']} payloadSize={root['extent'] - 20}"
            )
        case "xtc":
            indent = "  " * (line["depth"] + 1)
            yield (
                f"{indent}{line['level']} payloadSize={line['extent'] - 20} damage={line['damage']:#x} "
                f"src={line['src']} contains={line['type_name']}_V{line['version']}"
            )
            if verbose and line.get("data") is not None:
                yield f"{indent}  Payload: {json.dumps(line['data'])}"
            elif verbose and line.get("undecoded"):
                yield f"{indent}  Payload not decoded: {line['undecoded']}"
        case "corrupt":
            yield f"  corrupt: {json.dumps({key: value for key, value in line.items() if key != 'k'})}"
        case "end":
            if line["reason"] != "eof":
                yield f"reading of {path} ends at byte {line['offset']}: {line['reason'].replace('_', ' ')}"
