"""``xtcmon scan``: what is in there."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.tools.screen import out, progress, size

if TYPE_CHECKING:
    from monitor.xtc.scan import ScanResult

RULE = "-" * 61


def command(
    files: Annotated[list[Path], typer.Argument(help="XTC files of a run, all its streams", show_default=False)],
    epics: Annotated[bool, typer.Option("-e", "--epics", help="list the EPICS variables")] = False,
    event: Annotated[str | None, typer.Option(help="only these recorded events: 17, 100:200, 100:")] = None,
    time: Annotated[str | None, typer.Option(help="only events of these Unix times: 1329503100.25 (the next one), A:B")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object instead of the table")] = False,
) -> None:
    """Count what is in XTC files: calib cycles, events, scanned variables, devices with their types.

    Example: xtcmon scan e81-r0098-s00-c00.xtc e81-r0098-s01-c00.xtc
    """
    from monitor.tools.chosen import chosen
    from monitor.xtc.scan import scan

    events = chosen(files, event or "", time or "")
    with progress("scanning", "bytes") as advance:
        result = scan(files, advance, events or None)
    if as_json:
        print(json.dumps(plain(result)))
        return
    for line in table(result, epics=epics):
        out.print(line, markup=False)


def plain(result: "ScanResult") -> dict[str, Any]:
    """The result as JSON can hold it; ``seconds`` is reading alone, start-up apart."""
    return {**asdict(result), "files": [str(path) for path in result.files]}


def table(result: "ScanResult", *, epics: bool = False) -> list[str]:
    """The report of xtcscanner, line by line."""
    lines = ["Scanning....", "Start parsing files:", str([str(path) for path in result.files])]
    lines.append(f"  {result.datagrams} datagrams read in {result.seconds:.6f} s ({size(result.size)})")
    lines += [RULE, "XtcScanner information:"]
    lines.append(f"  - {result.cycles} calibration cycles.")
    lines += ["  - Events per calib cycle:", f"   {list(result.events_per_cycle)}", ""]
    if result.events_before:
        lines.append(f"  - {result.events_before} events before the first calibration cycle")
    lines.append(f"Information from  {len(result.controls)}  control channels found:")
    lines += result.controls
    lines.append(f"Information from  {len(result.sources)}  devices found")
    for source in sorted(result.sources, key=lambda found: (found.kind, found.name)):
        counts = "   ".join(f"{kind.name} ({kind.all})" for kind in source.types)
        lines.append(f"{source.kind + ':' + source.name:>35s}:             {counts}")
    if epics:
        lines.append(f"{len(result.epics)} EPICS variables:")
        lines += [f"  {name}" for name in result.epics]
    lines += _trouble(result)
    return [*lines, "XtcScanner is done!", RULE]


def _trouble(result: "ScanResult") -> list[str]:
    """What could not be read, in words."""
    lines = []
    if result.incomplete:
        lines.append(f"{result.incomplete} contributions came in part and are not counted")
    if result.corrupt:
        lines.append(f"{result.corrupt} containers hold something that cannot be; the rest of each is lost")
    return lines + [f"warning: {end}" for end in result.ends]
