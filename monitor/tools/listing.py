"""Dump lines as text in the manner of pyxtcreader, and the datagrams of several files in the order of their clocks."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from monitor.xtc.clock_order import Found, by_clock
from monitor.xtc.dump import Configs, Dump
from monitor.xtc.filename import RunFiles, runs_of
from monitor.xtc.header import DATAGRAM, DATAGRAM_SIZE, Transition
from monitor.xtc.mapped import check
from monitor.xtc.walk import Stop, heads

PAYLOADS, PLACES = 1, 2
"""Verbosity from which payloads, and places in the files, are listed."""

ENDS = {
    Stop.HEADER: "the file ends inside a header",
    Stop.PAYLOAD: "the file ends inside a datagram",
    Stop.EXTENT: "a datagram has a length that cannot be",
}
HIDDEN = ("_layout_size", "derived")
"""Not fields: a number of the layout, and accessors, which are listed beside the fields."""

Advance = Callable[[int, int | None], None]


def listing(paths: Sequence[Path], verbose: int, l1_offset_s: float, advance: Advance) -> Iterator[str]:
    """Text lines of the datagrams of some runs, streams merged by clock, shared transitions once.

    Raises
    ------
    Unusable, DamagedData, ConfigError
        If one of the files cannot be read, is not XTC, or does not fit the others.
    """
    runs = runs_of(list(dict.fromkeys(paths)))
    size = sum(check(path, growing=path.name.endswith(".inprogress")) for path in paths)
    lister = _Lister(verbose, size, advance)
    for run in runs:
        yield from lister.run(run, l1_offset_s)


class _Lister:
    """What is remembered on the way through a run: configurations, and where each file stands."""

    def __init__(self, verbose: int, size: int, advance: Advance) -> None:
        self._verbose, self._size, self._advance = verbose, size, advance
        self._configs: dict[int, Configs] = {}
        self._dumps: dict[Path, Dump] = {}
        self._ends: dict[Path, int] = {}
        self._run: int | None = None

    def run(self, run: RunFiles, l1_offset_s: float) -> Iterator[str]:
        """The lines of one run."""
        self._run, self._configs, self._dumps = run.run, {}, {}
        for found in by_clock(run.streams, l1_offset_s):
            yield from self._datagram(found)
        for chunks in run.streams.values():
            for path in chunks:
                yield from _bad_end(path, self._ends.get(path, 0))

    def _datagram(self, found: Found) -> Iterator[str]:
        offset = int(found.head["offset"])
        header = found.buffer[offset : offset + DATAGRAM_SIZE].view(DATAGRAM)[0]
        if found.service == Transition.BEGIN_RUN and self._run is None:
            self._run = int(header["env"])
        if found.path not in self._dumps:
            configs = self._configs.setdefault(found.stream, {})
            self._dumps[found.path] = Dump(found.buffer, configs, payloads=self._verbose >= PAYLOADS)
        for line in self._dumps[found.path].datagram(0, offset, header):
            yield from words(line, found.path, self._verbose, self._run)
        self._ends[found.path] = offset + int(found.head["length"])
        self._advance(sum(self._ends.values()), self._size)


def words(line: Mapping[str, Any], path: Path, verbose: int, run: int | None = None) -> Iterator[str]:
    """The text lines for one dump line."""
    match line["k"]:
        case "dgram":
            if verbose >= PLACES:
                yield f"file={path} position={line['offset']} run={'unknown' if run is None else run}"
            root = line["xtc"]
            yield (
                f"{line['service_name']} damage={root['damage']:#x} type={line['seq_type']} "
                f"time={line['seconds']}.{line['nanoseconds']:09d} ticks={line['ticks']} fiducials={line['fiducials']} "
                f"control={line['control']} vector={line['vector']} payloadSize={root['extent'] - 20}"
            )
        case "xtc":
            indent = "  " * (line["depth"] + 1)
            version = f"_V{line['version']}" if line["version"] else ""
            yield (
                f"{indent}{line['level']} payloadSize={line['extent'] - 20} damage={line['damage']:#x} "
                f"src={line['src']} contains={line['type_name']}{version}"
            )
            if verbose >= PAYLOADS and line.get("data") is not None:
                yield from (f"{indent}  {text}" for text in field_sets(line["data"]))
            elif verbose >= PAYLOADS and line.get("undecoded"):
                yield f"{indent}  Payload not decoded: {line['undecoded']}"
        case "corrupt":
            indent = "  " * (line["depth"] + 1)
            yield f"{indent}corrupt extent={line['extent']} remaining={line['remaining']} position={line['offset']}"


def field_sets(data: dict[str, Any], name: str = "") -> Iterator[str]:
    """One line per set of fields: those of the payload itself, then those of each structure inside it.

    >>> list(field_sets({"sum": 1.5, "name": "a b", "diode": [{"base": 2}]}))
    ['Payload: sum=1.5 name="a b"', 'Payload: diode[0] base=2']
    """
    inner: list[tuple[str, dict[str, Any]]] = []
    own = []
    for key, value in (data | data.get("derived", {})).items():
        place = f"{name}.{key}" if name else key
        if key in HIDDEN:
            continue
        if isinstance(value, dict) and "crc32" not in value:
            inner.append((place, value))
        elif isinstance(value, list) and value and all(isinstance(item, dict) and "crc32" not in item for item in value):
            inner += [(f"{place}[{n}]", item) for n, item in enumerate(value)]
        else:
            own.append(f"{key}={_value(value)}")
    if own or not inner:
        yield " ".join(["Payload:", *([name] if name else []), *own])
    for place, item in inner:
        yield from field_sets(item, place)


def _value(value: Any) -> str:
    """Numbers as they are, short arrays in full, long ones by shape and extremes; texts with blanks in quotes."""
    if isinstance(value, Mapping):
        first = ",".join(str(item) for item in value["first"])
        count = 1
        for side in value["shape"]:
            count *= side
        if count <= len(value["first"]):
            return f"[{first}]"
        shape = "x".join(str(side) for side in value["shape"])
        return f"[{first},...]({value['dtype']},{shape},min:{value['min']},max:{value['max']},crc32:{value['crc32']})"
    if isinstance(value, str):
        return value if value and value.isprintable() and " " not in value else json.dumps(value)
    return json.dumps(value, separators=(",", ":"))


def _bad_end(path: Path, end: int) -> Iterator[str]:
    """A line for a file that does not end where a datagram ends."""
    size = path.stat().st_size
    if end < size:
        rest = heads(np.memmap(path, np.uint8, "r"), end)
        if rest.stop < size:
            yield f"reading of {path} ends at byte {rest.stop}: {ENDS.get(rest.reason, 'not read')}"
