"""Broken XTC bytes, and everything that reads them: what may come out, and what must never.

``python -m tests.support.hostile --count 100000`` is the long form. With ``NUMBA_BOUNDSCHECK=1`` the kernels check each index.
"""

import argparse
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from monitor.errors import XtcmonError
from monitor.reader.block import EventBlock, Memory
from monitor.reader.merge import Merge
from monitor.xtc.compression import decompress
from monitor.xtc.decode import decode, decode_epics
from monitor.xtc.dump import Dump
from monitor.xtc.header import EPICS, is_compressed, type_id, version
from monitor.xtc.rewriting.index_file import FileIndex
from monitor.xtc.rewriting.small_data import small_datagrams
from monitor.xtc.types import TYPES
from monitor.xtc.updates import names, updates
from monitor.xtc.walk import INDEX, heads, walk
from tests.support.golden_xtc import COMMITTED, contents, golden_files

Bytes = NDArray[np.uint8]

SMALL = (0, 1, 2, 3, 4, 19, 20, 21, 24, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x1FFFF, 0x10001, 0x8001)
LARGE = (0x10000000, 0x10000001, 0x40000000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFEC, 0xFFFFFFF0, 0xFFFFFFFC, 0xFFFFFFFF)
NASTY = np.array((*SMALL, *LARGE), "<u4")
"""Words that sizes, counts and type words must survive."""

POISON = 64
SEED_BYTES = 6000


def seeds(folder: Path) -> list[Bytes]:
    """The first datagrams of each golden file, and some from its end, a few thousand bytes each."""
    found = []
    for path in golden_files(folder):
        data = contents(path)
        table = heads(data).table
        ends = (table["offset"] + table["length"]).astype(np.int64)
        first = int(ends[ends <= SEED_BYTES][-1]) if (ends <= SEED_BYTES).any() else SEED_BYTES
        last = int(table["offset"][table["offset"] >= len(data) - SEED_BYTES][:1].sum()) or len(data)
        found += [data[:first], np.concatenate([data[:first], data[max(last, first) :][:SEED_BYTES]])]
        small = table[(table["length"] < SEED_BYTES) & (ends > first)][:40:8]
        found += [data[int(head["offset"]) : int(head["offset"]) + int(head["length"])] for head in small]
    return [data for data in found if len(data)]


def mutated(data: Bytes, chance: Generator, others: Sequence[Bytes]) -> Bytes:
    """The same bytes with a few things wrong."""
    broken = data.copy()
    for _ in range(chance.integers(1, 5)):
        if len(broken) < 8:
            return broken
        at = int(chance.integers(0, len(broken)))
        word = at // 4 * 4
        match int(chance.integers(0, 8)):
            case 0:
                broken[at] = chance.integers(0, 256)
            case 1:
                broken[at] ^= np.uint8(1 << chance.integers(0, 8))
            case 2 | 3 | 4:
                room = broken[word : word + 4]
                room[:] = np.frombuffer(NASTY[chance.integers(0, len(NASTY))].tobytes(), np.uint8)[: len(room)]
            case 5:
                broken = broken[:at]
            case 6:
                size = int(chance.integers(1, 200))
                broken = np.concatenate([broken[:word], broken[word + size :]])
            case _:
                other = others[chance.integers(0, len(others))]
                start = int(chance.integers(0, len(other))) // 4 * 4
                broken = np.concatenate([broken[:word], other[start : start + 400], broken[word:]])
    return broken[: 4 * SEED_BYTES]


def between(data: Bytes, poison: int) -> Bytes:
    """The same bytes as a view, with others before and behind them that nobody may look at."""
    room = np.full(len(data) + 2 * POISON, poison, np.uint8)
    room[POISON : POISON + len(data)] = data
    return room[POISON : POISON + len(data)]


def endure(data: Bytes, beside: Bytes | None = None) -> Counter[str]:
    """Read bytes in every way there is; what was met, or an exception that must not be.

    Parameters
    ----------
    data
        Bytes of a file, uint8.
    beside
        A second stream that is merged with it.
    """
    met: Counter[str] = Counter()
    results = [_kernels(between(data, poison)) for poison in (0x00, 0xFF)]
    assert results[0] == results[1], "bytes outside of the buffer were read"
    for line in Dump(data).lines():
        met[line["k"]] += 1
        met["undecoded"] += bool(line.get("undecoded"))
    _payloads(data, met)
    merge = Merge("hostile", None)
    for number, stream in enumerate([data] if beside is None else [data, beside]):
        merge.feed(number, Memory(stream), stream, heads(stream))
        merge.end(number)
    turns = 0
    while not merge.finished:
        blocks = merge.take(64)
        met["events"] += sum(block.count for block in blocks if isinstance(block, EventBlock))
        turns += 1
        assert turns <= len(data) + 1000, "the merge does not end"
    return met


def _kernels(data: Bytes) -> list[bytes]:
    """What the kernels make of bytes, to be compared."""
    found = heads(data)
    walked = walk(data, found.table["offset"], found.table["length"])
    index = walked.index
    assert (index["offset"].astype(np.int64) + index["size"] <= len(data)).all()
    small = [part.tobytes() for part in small_datagrams(data, found.table)]
    assert sum(map(len, small)) <= 2 * len(data) + 32 * len(found.table)
    file = FileIndex("hostile.xtc")
    file.add(data, found.table)
    known = updates(data, index)
    words = repr((found.stop, found.reason, names(data, index, every=True), known.value.tolist(), known.key.tolist()))
    return [found.table.tobytes(), index.tobytes(), walked.corrupt.tobytes(), *small, file.data(), words.encode()]


def _payloads(data: Bytes, met: Counter[str]) -> None:
    """Decode each payload as it stands, without the care that the dump takes."""
    table = heads(data).table
    index = walk(data, table["offset"], table["length"]).index
    assert index.dtype == INDEX
    for entry in index:
        payload = data[int(entry["offset"]) : int(entry["offset"]) + int(entry["size"])]
        contains = int(entry["contains"])
        try:
            if is_compressed(contains):
                payload = decompress(payload)
            if type_id(contains) == EPICS:
                decode_epics(payload)
            elif (type_id(contains), version(contains)) in TYPES:
                decode(TYPES[type_id(contains), version(contains)], payload)
            met["decoded"] += 1
        except XtcmonError:
            met["damaged"] += 1


def broken_files(folder: Path, count: int, seed: int) -> Iterator[tuple[Bytes, Bytes]]:
    """So many mutated files, each with an intact one beside it; the same for the same seed."""
    chance = default_rng(seed)
    whole = seeds(folder)
    for _ in range(count):
        yield mutated(whole[chance.integers(0, len(whole))], chance, whole), whole[chance.integers(0, len(whole))]


def main() -> None:
    """Endure many broken files and say what was met."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--golden", type=Path, default=COMMITTED)
    given = parser.parse_args()
    folder = given.golden / "xtc" if (given.golden / "xtc").is_dir() else given.golden
    if not golden_files(folder):
        parser.error(f"no golden XTC files in {given.golden}")
    met: Counter[str] = Counter()
    slowest, start = 0.0, time.perf_counter()
    for number, (data, beside) in enumerate(broken_files(folder, given.count, given.seed), 1):
        before = time.perf_counter()
        try:
            met += endure(data, beside)
        except BaseException:
            Path(f"hostile-{given.seed}-{number}.xtc").write_bytes(data.tobytes())
            raise
        if number > 10:
            slowest = max(slowest, time.perf_counter() - before)
        if number % 1000 == 0 or number == given.count:
            spent, peak = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            sys.stdout.write(f"{number} files, {spent:.0f} s, slowest {slowest:.2f} s, peak {peak / 1e3:.0f} MB: {dict(met)}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
