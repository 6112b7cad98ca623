"""Columns of contributions -> datagrams: extents from the inside out, then every header and payload at its place.

Layout: root XTC -> one container per segment -> payload XTCs (Pds::Dgram, Pds::Xtc); rules of damage as the facility's event
builder sets them: a missing contribution leaves a marker, and its bit goes up to the segment and the root.
"""

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from monitor.model.damage import Damage
from monitor.simulate.contribution import Contribution, Group, Source, process
from monitor.simulate.timeline import NS_PER_SECOND
from monitor.xtc.header import ANY, CLOCK_TO_ROOT, CONTAINER, DATAGRAM, DATAGRAM_SIZE, XTC, XTC_SIZE, Level, Transition

EVENT_BUILDER = process(Level.EVENT, 3032, (172, 21, 10, 32))
"""Source of the root XTC."""

NO_FIDUCIAL = 0x1FFFF
"""What transitions carry where events have a fiducial."""

READOUT_GROUP = 1
"""Env of an L1Accept: the mask of readout groups."""

TICKS = 1536
"""119 MHz counts of the event code that starts the readout."""


@dataclass(frozen=True, slots=True)
class Block:
    """Datagrams back to back: bytes (uint8) and where each one begins, shape (datagrams + 1,)."""

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1


def event_heads(time_ns: NDArray[np.int64], fiducials: NDArray[np.int64], vector: NDArray[np.int64]) -> NDArray[Any]:
    """Headers of L1Accepts, dtype ``DATAGRAM``, without damage and extent."""
    heads = np.zeros(len(time_ns), DATAGRAM)
    heads["seconds"] = time_ns // NS_PER_SECOND
    heads["nanoseconds"] = time_ns % NS_PER_SECOND
    heads["stamp_low"] = Transition.L1ACCEPT << 24 | TICKS
    heads["stamp_high"] = vector << 17 | fiducials
    heads["env"] = READOUT_GROUP
    return heads


def transition_head(service: Transition, time_ns: int, env: int = 0) -> NDArray[Any]:
    """Header of one transition, dtype ``DATAGRAM``, shape (1,)."""
    head = np.zeros(1, DATAGRAM)
    head["seconds"], head["nanoseconds"] = divmod(time_ns, NS_PER_SECOND)
    head["stamp_low"] = service << 24
    head["stamp_high"] = NO_FIDUCIAL
    head["env"] = env
    return head


def assemble(heads: NDArray[Any], groups: list[Group]) -> Block:
    """Datagrams with these headers and contents.

    Parameters
    ----------
    heads
        Headers, dtype ``DATAGRAM``; source, type, damage and extent of the root are filled in here.
    groups
        Contents; every column is as long as ``heads``.
    """
    n = len(heads)
    extents = [[_extent(part) for part in group.parts] for group in groups]
    wholes = [_group_extent(group, inside, n) for group, inside in zip(groups, extents, strict=True)]
    root = XTC_SIZE + sum(wholes, np.zeros(n, np.int64))
    offsets = np.zeros(n + 1, np.int64)
    np.cumsum(CLOCK_TO_ROOT + root, out=offsets[1:])
    data = np.empty(int(offsets[-1]), np.uint8)
    heads["xtc"] = _xtc(EVENT_BUILDER, CONTAINER, _root_damage(groups, n), root)
    copy_rows(data, offsets[:-1], _bytes(heads), np.arange(n), np.full(n, DATAGRAM_SIZE))
    cursor = offsets[:-1] + DATAGRAM_SIZE
    for group, inside, whole in zip(groups, extents, wholes, strict=True):
        _place_group(data, cursor, group, inside, whole)
        cursor = cursor + whole
    return Block(data, offsets)


def _extent(part: Contribution) -> NDArray[np.int64]:
    """Bytes of a contribution in each datagram, header included; 0 where it has nothing."""
    extent = part.sizes if part.nested else XTC_SIZE + part.sizes
    extent = np.where(part.absent, XTC_SIZE, extent)
    nothing: NDArray[np.int64] = np.where(part.which < 0, 0, extent)
    return nothing


def _group_extent(group: Group, inside: list[NDArray[np.int64]], n: int) -> NDArray[np.int64]:
    """Bytes of a group in each datagram; a container with nothing inside is left out."""
    total = sum(inside, np.zeros(n, np.int64))
    return total if group.container is None else np.where(total > 0, total + XTC_SIZE, 0)


def _place_group(
    data: NDArray[np.uint8], start: NDArray[np.int64], group: Group, inside: list[NDArray[np.int64]], whole: NDArray[np.int64]
) -> None:
    every = np.arange(len(start))
    cursor = start
    if group.container is not None:
        header = _xtc(group.container, CONTAINER, group_damage(group, len(start)), whole)
        copy_rows(data, start, _bytes(header), every, np.where(whole > 0, XTC_SIZE, 0))
        cursor = start + XTC_SIZE
    for part, extent in zip(group.parts, inside, strict=True):
        body = cursor
        if not part.nested:
            contains = np.where(part.absent, ANY, part.contains)
            header = _xtc(part.source, contains, part_damage(part), extent)
            copy_rows(data, cursor, _bytes(header), every, np.where(extent > 0, XTC_SIZE, 0))
            body = cursor + XTC_SIZE
        copy_rows(data, body, part.rows, part.which, np.where(part.absent | (part.which < 0), 0, part.sizes))
        cursor = cursor + extent


def part_damage(part: Contribution) -> NDArray[np.uint32]:
    """Damage of a contribution: its own, and the marker's bit where it is absent."""
    return part.damage | np.where(part.absent, Damage.DROPPED_CONTRIBUTION, 0).astype(np.uint32)


def group_damage(group: Group, n: int) -> NDArray[np.uint32]:
    """Damage of a container: what is inside, and bit 15 where it came only in part."""
    damage = np.zeros(n, np.uint32)
    for part in group.parts:
        damage |= part_damage(part)
    if group.incomplete is not None:
        damage |= np.where(group.incomplete, Damage.INCOMPLETE_CONTRIBUTION, 0).astype(np.uint32)
    return damage


def _root_damage(groups: list[Group], n: int) -> NDArray[np.uint32]:
    """Damage of the root: what is inside; an incomplete segment shows as bit 16."""
    damage = np.zeros(n, np.uint32)
    for group in groups:
        own = group_damage(group, n)
        torn = (own & Damage.INCOMPLETE_CONTRIBUTION) > 0
        damage |= np.where(torn, own ^ Damage.INCOMPLETE_CONTRIBUTION | Damage.CONTAINS_INCOMPLETE, own).astype(np.uint32)
    return damage


def _xtc(source: Source, contains: int | NDArray[Any], damage: NDArray[np.uint32], extent: NDArray[np.int64]) -> NDArray[Any]:
    header = np.empty(len(extent), XTC)
    header["damage"], header["logical"], header["physical"] = damage, source.logical, source.physical
    header["contains"], header["extent"] = contains, extent
    return header


def _bytes(headers: NDArray[Any]) -> NDArray[np.uint8]:
    return headers.view(np.uint8).reshape(len(headers), headers.dtype.itemsize)


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba has no types
def copy_rows(
    out: NDArray[np.uint8],
    starts: NDArray[np.int64],
    rows: NDArray[np.uint8],
    which: NDArray[np.int64],
    lengths: NDArray[np.int64],
) -> None:
    """Copy the first ``lengths[i]`` bytes of row ``which[i]`` to ``out[starts[i]:]``; all bounds are checked."""
    for i in range(len(starts)):
        length = lengths[i]
        if length == 0:
            continue
        if length < 0 or length > rows.shape[1] or not 0 <= which[i] < rows.shape[0]:
            raise IndexError("a row is shorter than what shall be copied")
        if starts[i] < 0 or starts[i] + length > len(out):
            raise IndexError("a row does not fit its datagram")
        out[starts[i] : starts[i] + length] = rows[which[i], :length]
