"""Datagram by datagram, payload by payload, as JSON lines: everything a file holds, and everything that is wrong with it."""

import gzip
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData
from monitor.xtc.compression import blocks, decompress
from monitor.xtc.decode import config_scope, config_type, epics_layout
from monitor.xtc.fields import decode_struct
from monitor.xtc.header import ANY, DATAGRAM, DATAGRAM_SIZE, EPICS, XTC_SIZE, Transition, is_compressed, type_id, version
from monitor.xtc.names import UNKNOWN, level_name, source_text, type_name
from monitor.xtc.scope import Record
from monitor.xtc.summary import plain_record
from monitor.xtc.tree import End, Node, datagrams, nodes
from monitor.xtc.types import TYPES
from monitor.xtc.walk import heads

Bytes = NDArray[np.uint8]
Line = dict[str, Any]

USER_BITS = 24
SIZE_NOT_COMPUTED = {"CsPad.DataV2", "Acqiris.DataDescV1", "Bld.BldDataAcqADCV1"}
"""Structures whose size the original cannot tell without reading them: printed as -1."""

NO_SIZE = {"Acqiris.TdcDataV1"}
"""Structures that have no size at all in the original."""


def dump_lines(path: Path | str, events: NDArray[np.int64] | None = None) -> Iterator[Line]:
    """One mapping per datagram, XTC, corruption and end of file, in file order, ready for ``json.dumps``.

    Parameters
    ----------
    path
        An XTC file, possibly gzipped (``.gz``).
    events
        Offsets of the only datagrams wanted; all if left out. Transitions before them are read for what they configure.
    """
    name = Path(path)
    if name.suffix == ".gz":
        buffer = np.frombuffer(gzip.decompress(name.read_bytes()), np.uint8)
    else:
        buffer = np.asarray(np.memmap(name, np.uint8, "r")) if name.stat().st_size else np.empty(0, np.uint8)
    dump = Dump(buffer)
    yield from dump.lines() if events is None else dump.chosen(events)


Configs = dict[tuple[int, int], dict[tuple[int, int], Record]]
"""Decoded configuration of each source (level and physical word), by type id and version."""


class Dump:
    """The lines of one buffer; remembers the configuration of each source on the way.

    Parameters
    ----------
    buffer
        The whole file, uint8.
    configs
        Configuration from earlier chunks of the same stream; what is found is added to it.
    payloads
        Look into payloads; without, their headers are all there is.
    """

    def __init__(self, buffer: Bytes, configs: Configs | None = None, *, payloads: bool = True) -> None:
        self._buffer = buffer
        self._payloads = payloads
        self._configs: Configs = {} if configs is None else configs

    def lines(self) -> Iterator[Line]:
        """All lines, the last of which says why reading ended."""
        for count, found in enumerate(datagrams(self._buffer)):
            if isinstance(found, End):
                size = len(self._buffer)
                yield {"k": "end", "reason": found.reason, "offset": found.offset, "file_size": size, "dgrams": count}
                return
            yield from self.datagram(count, *found)

    def datagram(self, count: int, offset: int, head: Any) -> Iterator[Line]:
        """The lines of the datagram with this header (dtype ``DATAGRAM``) at this offset; ``count`` is the number it gets."""
        yield datagram_line(count, offset, head)
        for node in nodes(self._buffer, offset):
            yield self._node_line(count, node)

    def chosen(self, offsets: NDArray[np.int64]) -> Iterator[Line]:
        """The lines of some events alone."""
        table = heads(self._buffer).table
        wanted = np.isin(table["offset"], offsets)
        state = table["control"] & 15 != Transition.L1ACCEPT
        last = int(np.flatnonzero(wanted)[-1]) if wanted.any() else -1
        for count in np.flatnonzero((wanted | state)[: last + 1]).tolist():
            offset = int(table["offset"][count])
            lines = [self._node_line(count, node) for node in nodes(self._buffer, offset)]
            if wanted[count]:
                yield datagram_line(count, offset, self._buffer[offset : offset + DATAGRAM_SIZE].view(DATAGRAM)[0])
                yield from lines

    def _node_line(self, datagram: int, node: Node) -> Line:
        place = {"dg": datagram, "i": node.index, "depth": node.depth, "parent": node.parent, "offset": node.offset}
        if node.corrupt:
            return {"k": "corrupt", **place, "extent": node.extent, "remaining": node.remaining}
        line = {"k": "xtc", **place, **header_fields(node.damage, node.logical, node.physical, node.contains, node.extent)}
        if node.is_container or type_id(node.contains) == ANY or not self._payloads:
            return line
        if node.incomplete:
            return {**line, "data": None, "undecoded": "incomplete contribution"}
        payload = self._buffer[node.offset + XTC_SIZE : node.offset + node.extent]
        if is_compressed(node.contains):
            try:
                line["blocks"] = [
                    {"header_size": len(b.clear), "engine": b.engine, "dsize": b.size, "csize": len(b.data)}
                    for b in blocks(payload)
                ]
                payload = decompress(payload)
            except DamagedData as error:
                return {**line, "data": None, "undecoded": error.why}
        line |= {"payload_size": len(payload), "payload_crc32": f"{zlib.crc32(payload.tobytes()):08x}"}
        return line | self._payload(node, payload)

    def _payload(self, node: Node, payload: Bytes) -> Line:
        """Decoded data, or why there are none."""
        key = type_id(node.contains), version(node.contains)
        configs = self._configs.setdefault((node.logical >> 24, node.physical), {})
        if not len(payload):
            return {"data": None, "undecoded": "empty payload"}
        if key == (EPICS, 1):
            return _epics(payload)
        if key not in TYPES:
            return {"data": None, "undecoded": "no layout"}
        kind = TYPES[key]
        try:
            config = config_scope(kind, configs)
        except DamagedData:
            return {"data": None, "undecoded": "no config"}
        try:
            record, end = decode_struct(kind.struct, payload, config)
        except DamagedData:
            return {"data": None, "undecoded": "short payload"}
        if kind.is_config:
            configs[key] = record
        data = plain_record(record, kind.struct)
        used = config_type(kind, configs)
        if used is not None:
            data["config_version"] = used.version
        if kind.struct.name not in NO_SIZE:
            data["_layout_size"] = -1 if kind.struct.name in SIZE_NOT_COMPUTED else end
        return {"data": data}


def datagram_line(count: int, offset: int, head: Any) -> Line:
    """The line of a datagram's own header."""
    low, high, env, root = int(head["stamp_low"]), int(head["stamp_high"]), int(head["env"]), head["xtc"]
    control = low >> 24
    service = control & 0xF
    line = {
        "k": "dgram",
        "dg": count,
        "offset": offset,
        "size": 20 + int(root["extent"]),
        "service": service,
        "service_name": SERVICE_NAMES.get(service, UNKNOWN),
        "seq_type": control >> 4 & 3,
        "extended": bool(control >> 7),
        "control": control,
        "seconds": int(head["seconds"]),
        "nanoseconds": int(head["nanoseconds"]),
        "ticks": low & 0xFFFFFF,
        "fiducials": high & 0x1FFFF,
        "vector": high >> 17,
        "env": env,
        "xtc": header_fields(*(int(word) for word in root.item())),
    }
    if service == Transition.L1ACCEPT:
        line["l1env"] = {"groups": env & 0xFF, "l3t": env >> 8 & 3, "trimmed": bool(env >> 31), "unbiased": not env >> 30 & 1}
    return line


def header_fields(damage: int, logical: int, physical: int, contains: int, extent: int) -> Line:
    """The fields of an XTC header, with texts."""
    level = logical >> 24
    return {
        "damage": damage,
        "damage_bits": damage & ((1 << USER_BITS) - 1),
        "damage_user": damage >> USER_BITS,
        "src_log": logical,
        "src_phy": physical,
        "level": level_name(level),
        "src": source_text(level, logical, physical),
        "contains": contains,
        "type": type_id(contains),
        "type_name": type_name(type_id(contains)),
        "version": version(contains),
        "compressed": is_compressed(contains),
        "extent": extent,
    }


def _epics(payload: Bytes) -> Line:
    """Data of an EPICS value."""
    try:
        struct = epics_layout(payload)
        record, end = decode_struct(struct, payload)
    except DamagedData:
        return {"data": None, "undecoded": "short payload"}
    data: Mapping[str, Any] = plain_record(record, struct)
    return {"data": {**data, "dbr_class": struct.name.partition(".")[2], "_layout_size": end}}


SERVICE_NAMES: dict[int, str] = {number: "".join(word.capitalize() for word in number.name.split("_")) for number in Transition}
SERVICE_NAMES[Transition.L1ACCEPT] = "L1Accept"
