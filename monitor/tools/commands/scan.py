"""``xtcmon scan``: what is in there."""

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.tools.screen import progress, size, until_closed

if TYPE_CHECKING:
    from monitor.xtc.scan import ScanResult

RULE = "-" * 61


class Count(StrEnum):
    """Which payloads count, and how processes are named."""

    SEED = "seed"
    """Those of all transitions; all processes in one row: as in the table of 2011."""
    LATER = "later"
    """Those of Configure, BeginCalibCycle and L1Accept; a row per level of process."""


def command(
    files: Annotated[list[Path], typer.Argument(help="XTC files of a run, all its streams", show_default=False)],
    nevents: Annotated[int, typer.Option("-n", "--nevents", help="stop after so many events; -1 = all")] = -1,
    ncycles: Annotated[int, typer.Option("-c", "--ncalibcycles", help="stop after so many calib cycles; -1 = all")] = -1,
    ndatagrams: Annotated[int, typer.Option("--ndatagrams", help="stop after so many datagrams; -1 = all")] = -1,
    l1_offset: Annotated[float, typer.Option("-l", "--l1-offset", help="seconds added to the clocks of transitions")] = 0.0,
    epics: Annotated[bool, typer.Option("-e", "--epics", help="list the EPICS variables")] = False,
    event: Annotated[str | None, typer.Option(help="only these recorded events: 17, 100:200, 100:")] = None,
    time: Annotated[str | None, typer.Option(help="only events of these Unix times: 1329503100.25 (the next one), A:B")] = None,
    verbose: Annotated[int, typer.Option("-v", "--verbose", count=True, help="count the transitions too")] = 0,
    count: Annotated[Count, typer.Option(help="seed: payloads of all transitions; later: of those that carry data")] = Count.SEED,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object instead of the table")] = False,
) -> None:
    """Count what is in XTC or XTC2 files: calib cycles, events, scanned variables, devices with their types.

    Example: xtcmon scan e81-r0098-s00-c00.xtc e81-r0098-s01-c00.xtc
    """
    from monitor.tools import xtc2
    from monitor.tools.chosen import chosen
    from monitor.xtc.clock_order import Limits
    from monitor.xtc.scan import scan

    if xtc2.all_xtc2(files):
        limited = nevents >= 0 or ncycles >= 0 or ndatagrams >= 0
        xtc2.refuse(event=event, time=time, l1_offset=l1_offset, nevents=limited)
        with until_closed():
            for text in xtc2.scanned(files, epics=epics, verbose=verbose, as_json=as_json):
                print(text)
        return
    limits = Limits(
        events=None if nevents < 0 else nevents,
        cycles=None if ncycles < 0 else ncycles,
        datagrams=None if ndatagrams < 0 else ndatagrams,
    )
    events = chosen(files, event or "", time or "")
    with progress("scanning", "bytes") as advance:
        result = scan(files, advance, limits, l1_offset_s=l1_offset, events=events)
    with until_closed():
        if as_json:
            print(json.dumps(plain(result)))
            return
        for line in table(result, epics=epics, count=count, transitions=verbose > 0):
            print(line)


def plain(result: "ScanResult") -> dict[str, Any]:
    """The result as JSON can hold it; ``seconds`` is reading alone, start-up apart."""
    return {**asdict(result), "files": [str(path) for path in result.files]}


def table(result: "ScanResult", *, epics: bool = False, count: Count = Count.SEED, transitions: bool = False) -> list[str]:
    """The report of xtcscanner, line by line."""
    lines = ["Scanning....", "Start parsing files:", str([str(path) for path in result.files])]
    lines.append(f"  {result.datagrams} datagrams read in {result.seconds:.6f} s ({size(result.size)})")
    lines += [RULE, "XtcScanner information:"]
    lines.append(f"  - {result.cycles} calibration cycles.")
    lines += ["  - Events per calib cycle:", f"   {list(result.events_per_cycle)}", ""]
    if result.events_before:
        lines.append(f"  - {result.events_before} events before the first calibration cycle")
    if transitions:
        lines += [f"  - {name}: {number}" for name, number in result.transitions.items()]
    lines.append(f"Information from  {len(result.controls)}  control channels found:")
    lines += result.controls
    devices = rows(result, count)
    lines.append(f"Information from  {len(devices)}  devices found")
    for name, (words, types) in sorted(devices.items()):
        counts = "   ".join(f"{kind} ({number})" for kind, number in types.items())
        lines.append(f"{name:>35s}: {words:<11s} {counts}")
    if epics:
        lines.append(f"{len(result.epics)} EPICS variables:")
        lines += [f"  {name}" for name in result.epics]
    lines += _trouble(result)
    return [*lines, "XtcScanner is done!", RULE]


def rows(result: "ScanResult", count: Count) -> dict[str, tuple[str, dict[str, int]]]:
    """Devices by printed name: a few words, and payloads by type in order of first sight."""
    found: dict[str, tuple[str, dict[str, int]]] = {}
    for source in result.sources:
        process = source.kind == "ProcInfo" and count == Count.SEED
        name = f"{source.kind}:" if process else f"{source.kind}:{source.name}"
        words, types = found.get(name, ("" if process else source.extra, {}))
        for kind in source.types:
            number = kind.all if count == Count.SEED else kind.state_and_events
            if number:
                types[kind.name] = types.get(kind.name, 0) + number
        if types:
            found[name] = words, types
    return found


def _trouble(result: "ScanResult") -> list[str]:
    """What could not be read, in words."""
    lines = []
    if result.incomplete:
        lines.append(f"{result.incomplete} contributions came in part and are not counted")
    if result.unlisted:
        lines.append(f"{result.unlisted} payloads are of more different sources and types than any run has, and are not listed")
    if result.corrupt:
        lines.append(f"{result.corrupt} containers hold something that cannot be; the rest of each is lost")
    return lines + [f"warning: {end}" for end in result.ends]
