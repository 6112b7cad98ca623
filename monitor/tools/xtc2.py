"""What scan and dump say of XTC2 files; their commands turn here when the bytes say so."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from monitor.errors import ConfigError
from monitor.tools.screen import progress, size
from monitor.xtc2.chunk import tables_at_start
from monitor.xtc2.dump import Dump, dump_lines
from monitor.xtc2.mapped import is_xtc2_file, open_mapped
from monitor.xtc2.scan import DetectorCount, ScanResult, scan

SCANNED_FIELDS = 12
"""Fields of a detector in the table; a configuration may have a thousand."""


def all_xtc2(files: list[Path]) -> bool:
    """Whether the files are XTC2; false if none is.

    Raises
    ------
    ConfigError
        If some are and some are not.
    """
    kinds = [is_xtc2_file(path) for path in files]
    if any(kinds) and not all(kinds):
        other = files[kinds.index(False)]
        raise ConfigError(f"{other} is not XTC2 as the others are; give the files of one run", file="FILES")
    return any(kinds)


def refuse(**options: object) -> None:
    """Refuse options that XTC2 files do not know.

    Raises
    ------
    ConfigError
        If one of them was given.
    """
    given = [f"--{name.replace('_', '-')}" for name, value in options.items() if value]
    if given:
        raise ConfigError(f"{' and '.join(given)} cannot be used with XTC2 files; leave it out")


def xtc2_lines(files: list[Path], verbose: int, config_from: Path | None, *, jsonl: bool) -> Iterator[str]:
    """What dump prints."""
    return json_lines(files, config_from) if jsonl else text_lines(files, verbose, config_from)


def scanned(files: list[Path], *, epics: bool, verbose: int, as_json: bool) -> list[str]:
    """What scan prints."""
    with progress("scanning", "bytes") as advance:
        result = scan(files, advance)
    return [json.dumps(plain(result))] if as_json else table(result, epics=epics, verbose=verbose)


def json_lines(files: list[Path], config_from: Path | None) -> Iterator[str]:
    """Every datagram of every file; of several files each line says which it is of."""
    for path in files:
        open_mapped(path)
    tables = tables_at_start([*([config_from] if config_from else []), *files])
    for path in files:
        place = {"file": str(path)} if len(files) > 1 else {}
        for line in dump_lines(path, config_from, tables[path]):
            yield json.dumps({**line, **place})


def text_lines(files: list[Path], verbose: int, config_from: Path | None) -> Iterator[str]:
    """Every datagram as text, file by file; ``verbose`` 1 adds the fields, 2 the places in the file."""
    tables = tables_at_start([*([config_from] if config_from else []), *files])
    for path in files:
        yield f"file={path}"
        dump = Dump(open_mapped(path), tables[path])
        for line in dump.lines():
            yield from _words(line, verbose)


def _words(line: dict[str, Any], verbose: int) -> Iterator[str]:
    if "end" in line:
        if line["trailing"]:
            yield f"the file ends inside a datagram: {line['trailing']} bytes from byte {line['consumed']} on are left"
        return
    where = f" position={line['offset']}" if verbose > 1 else ""
    yield (
        f"{line['transition']} damage={line['damage']:#x} time={line['sec']}.{line['nsec']:09d} env={line['env']:#x} "
        f"src={line['src']:#x} size={line['size']}{where}"
    )
    for found in line["data"]:
        yield f"  {found['det']} segment={found['seg']} {found['alg']} damage={found['damage']:#x} fields={len(found['fields'])}"
        if verbose:
            yield from (f"    {field['name']}={_value(field)}" for field in found["fields"])


def _value(field: dict[str, Any]) -> str:
    """A value in words; of an array shape and extremes."""
    if "first" in field:
        shape = "x".join(map(str, field["shape"]))
        return f"[{','.join(map(str, field['first']))}]({field['type']},{shape},min:{field['min']},max:{field['max']})"
    if field.get("label") is not None:
        return f"{field['label']} ({field['value']})"
    return json.dumps(field["value"]) if isinstance(field["value"], str) else str(field["value"])


def plain(result: ScanResult) -> dict[str, Any]:
    """The result as JSON can hold it."""
    return {**asdict(result), "files": [str(path) for path in result.files]}


def table(result: ScanResult, *, epics: bool = False, verbose: int = 0) -> list[str]:
    """The result as text, line by line."""
    runs = ", ".join(map(str, result.runs)) or "unknown"
    lines = [
        f"{' '.join(result.experiments) or 'unknown experiment'}, run {runs}: {len(result.files)} files, {size(result.size)}"
    ]
    lines.append(f"{result.datagrams} datagrams, {result.events} events, {result.steps} steps {list(result.events_per_step)}")
    if result.events_before:
        lines.append(f"{result.events_before} events before the first step")
    if result.first and result.last:
        lines.append(
            f"from {result.first[0]}.{result.first[1]:09d} to {result.last[0]}.{result.last[1]:09d} (seconds since 1990)"
        )
    if verbose:
        lines += [f"{name}: {number}" for name, number in result.transitions.items()]
    lines.append(f"{len(result.controls)} scanned variables: {', '.join(result.controls)}")
    lines.append(f"{len(result.detectors)} detector segments and algorithms:")
    for found in sorted(result.detectors, key=lambda one: (one.det, one.algorithm, one.segment)):
        lines += _detector(found, None if verbose else SCANNED_FIELDS)
    if epics:
        lines += [f"{len(result.epics)} EPICS variables:", *(f"  {name}" for name in result.epics)]
    if result.unknown:
        lines.append(f"{result.unknown} payloads have no block of names and cannot be read")
    if result.corrupt:
        lines.append(f"{result.corrupt} containers are corrupt; the rest of each is lost")
    return lines + [f"warning: {problem}" for problem in result.problems]


def _detector(found: DetectorCount, most: int | None) -> list[str]:
    """A line for the detector and one for its fields."""
    identity = f" {found.det_id}" if found.det_id else ""
    damaged = f", {found.damaged} damaged" if found.damaged else ""
    fields = [f"{name} {kind}{'[]' * rank}" for name, kind, rank in found.fields[:most]]
    more = f", and {len(found.fields) - len(fields)} more" if len(fields) < len(found.fields) else ""
    return [
        f"{found.det}[{found.segment}] {found.algorithm} {found.version} ({found.det_type}{identity}): {found.events} in events, "
        f"{found.others} in transitions, {size(found.size)}{damaged}",
        f"    {', '.join(fields)}{more}",
    ]
