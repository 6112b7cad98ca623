"""Golden XTC files as the tests need them: names, bytes, and every payload that the table can decode."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData
from monitor.xtc.compression import decompress
from monitor.xtc.decode import decode
from monitor.xtc.header import EPICS, XTC_SIZE, is_compressed, type_id, version
from monitor.xtc.tree import End, datagrams, nodes
from monitor.xtc.types import TYPES, PayloadType

COMMITTED = Path(__file__).resolve().parent.parent / "data" / "golden" / "xtc"


@dataclass(frozen=True)
class Sample:
    """A payload of a golden file with the configuration that was in force."""

    kind: PayloadType
    payload: NDArray[np.uint8]
    configs: dict[tuple[int, int], dict[str, Any]]


def golden_files(folder: Path) -> list[Path]:
    """XTC files that have a dump beside them."""
    return sorted(
        path for dump in folder.glob("*.xtc*.jsonl") for path in (dump.with_suffix(""), dump.with_suffix(".gz")) if path.exists()
    )


def contents(path: Path) -> NDArray[np.uint8]:
    """Bytes of a file, unpacked if need be."""
    data = path.read_bytes()
    return np.frombuffer(gzip.decompress(data) if path.suffix == ".gz" else data, np.uint8)


def payloads(path: Path) -> Iterator[tuple[int, int, int, NDArray[np.uint8]]]:
    """Level, physical word, type word and bytes of each undamaged, non-empty payload of a file."""
    buffer = contents(path)
    for found in datagrams(buffer):
        if isinstance(found, End):
            return
        for node in nodes(buffer, found[0]):
            payload = buffer[node.offset + XTC_SIZE : node.offset + node.extent]
            if node.corrupt or node.is_container or node.damage or not len(payload):
                continue
            data = decompress(payload) if is_compressed(node.contains) else payload
            yield node.logical >> 24, node.physical, node.contains & 0x7FFFFFFF, data


@cache
def samples(file: str) -> tuple[Sample, ...]:
    """Every payload of a committed golden file that can be decoded, the EPICS values apart."""
    known: dict[tuple[int, int], dict[tuple[int, int], dict[str, Any]]] = {}
    found = []
    for level, physical, contains, payload in payloads(COMMITTED / file):
        key = type_id(contains), version(contains)
        if key not in TYPES:
            continue
        configs = known.setdefault((level, physical), {})
        try:
            record = decode(TYPES[key], payload, configs)
        except DamagedData:
            continue
        found.append(Sample(TYPES[key], payload, dict(configs)))
        if TYPES[key].is_config:
            configs[key] = record
    return tuple(found)


def epics_payloads(file: str) -> list[NDArray[np.uint8]]:
    """Every EPICS value of a committed golden file."""
    return [data for _, _, contains, data in payloads(COMMITTED / file) if type_id(contains) == EPICS]
