"""Runs the merge over streams of datagrams, cut and fed in any order, and says plainly what came out."""

import random
from typing import Any

import numpy as np

from monitor.reader.block import Block, EventBlock, Memory
from monitor.reader.merge import Merge
from monitor.xtc.walk import heads


def feed(merge: Merge, stream: int, data: bytes, now: float = 0.0) -> None:
    """Give a stream these bytes, held in memory."""
    array = np.frombuffer(data, np.uint8)
    merge.feed(stream, Memory(array), array, heads(array), now=now)


def blocks_of(streams: dict[int, list[bytes]], *, seed: int | None = None, **options: Any) -> tuple[list[Block], Merge]:
    """All blocks of a run; with a seed, datagrams arrive in random order, in random strides, with takes in between."""
    merge = Merge("test", 7, streams=streams, **options)
    blocks: list[Block] = []
    chance = random.Random(seed)
    left = {n: list(data) for n, data in streams.items()}
    while left:
        stream = chance.choice(sorted(left)) if seed is not None else min(left)
        count = chance.randint(1, 5) if seed is not None else len(left[stream])
        part, left[stream] = left[stream][:count], left[stream][count:]
        if part:
            feed(merge, stream, b"".join(part))
        if not left[stream]:
            merge.end(stream)
            del left[stream]
        if seed is not None:
            blocks += merge.take(chance.randint(1, 6))
    while more := merge.take(1000):
        blocks += more
    assert merge.finished
    return blocks, merge


def piece_bytes(block: EventBlock, piece: Any) -> bytes:
    """Bytes of one datagram of a block whose places are in memory."""
    place = block.places[piece["place"]]
    assert isinstance(place, Memory)
    return place.data[int(piece["offset"]) : int(piece["offset"]) + int(piece["length"])].tobytes()


def plain(blocks: list[Block]) -> list[tuple[Any, ...]]:
    """What the blocks say, without where they were cut: transitions, and events with their bytes and EPICS values."""
    result: list[tuple[Any, ...]] = []
    for block in blocks:
        if not isinstance(block, EventBlock):
            state = (block.state.version, block.state.run, block.state.step, dict(block.state.configs), block.state.pvs)
            result.append((int(block.service), block.seconds, block.nanoseconds, block.run, block.step, state))
            continue
        values = block.epics_start.copy()
        for number, event in enumerate(block.events):
            for change in block.epics_changes[block.epics_changes["event"] == number]:
                values[change["pv"]] = change["value"]
            pieces = block.pieces[block.pieces["event"] == number]
            members = tuple((int(p["stream"]), piece_bytes(block, p)) for p in pieces)
            result.append((12, event.tolist(), members, repr(values.tolist()), block.state.version))
    return result
