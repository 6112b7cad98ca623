"""A recorder in a process of its own, so that it can be killed: it writes pieces that know nothing of datagrams.

``python -m tests.support.small_writes FOLDER``: each stream of a run in an ``.inprogress`` file, a few bytes of each in turn. No
piece ends where a datagram ends, but the last of a stream; whoever is killed between two pieces leaves a datagram cut.
"""

import argparse
import os
import random
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.xtc_bytes import L1ACCEPT, run_streams

EXPERIMENT, RUN = "xpptut15", 12
LARGEST_PIECE = 90


def stream_data(events: int) -> dict[int, list[bytes]]:
    """The run that is written: two DAQ streams and a camera."""
    return run_streams(steps=4, events=events // 4, daq=2, camera=True)


def chunk_path(folder: Path, stream: int, chunk: int) -> Path:
    """Its final name."""
    return folder / f"{EXPERIMENT}-r{RUN:04d}-s{stream:02d}-c{chunk:02d}.xtc"


def growing_path(folder: Path, stream: int, chunk: int) -> Path:
    """Its name while it is written."""
    final = chunk_path(folder, stream, chunk)
    return final.with_name(final.name + ".inprogress")


def pieces(data: list[bytes], chance: random.Random) -> Iterator[bytes]:
    """The same bytes in pieces that end inside of datagrams."""
    whole, ends, at = b"".join(data), set(), 0
    for one in data:
        at += len(one)
        ends.add(at)
    start = 0
    while start < len(whole):
        stop = min(start + chance.randint(2, LARGEST_PIECE), len(whole))
        stop -= stop in ends and stop < len(whole)
        yield whole[start:stop]
        start = stop


def write(folder: Path, data: dict[int, list[bytes]], chunk: int, *, pause_s: float, seed: int) -> None:
    """Write chunk ``chunk`` of each stream, unbuffered, and rename it when it is complete."""
    chance = random.Random(seed)
    files = {n: growing_path(folder, n, chunk).open("wb", buffering=0) for n in data}
    left = {n: pieces(part, chance) for n, part in data.items()}
    while left:
        stream = chance.choice(list(left))
        piece = next(left[stream], None)
        if piece is None:
            del left[stream]
            files[stream].close()
            growing_path(folder, stream, chunk).rename(chunk_path(folder, stream, chunk))
        else:
            files[stream].write(piece)
            time.sleep(pause_s)


@contextmanager
def writer(folder: Path, *options: object) -> "Iterator[subprocess.Popen[bytes]]":
    """The process; killed at the end of the block, if not before."""
    command = [sys.executable, "-m", "tests.support.small_writes", str(folder), *map(str, options)]
    process = subprocess.Popen(command)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@dataclass(frozen=True)
class Left:
    """What is in a file, found with struct alone: offset, length, fiducials of its whole events; where a cut datagram begins."""

    events: list[tuple[int, int, int]]
    cut_at: int | None


def left_in(path: Path) -> Left:
    """What a writer left behind."""
    data, at, events = path.read_bytes(), 0, []
    while len(data) - at >= 40:
        length = 20 + int(struct.unpack_from("<I", data, at + 36)[0])
        if len(data) - at < length:
            break
        low, high = struct.unpack_from("<2I", data, at + 8)
        if low >> 24 & 15 == L1ACCEPT:
            events.append((at, length, high & 0x1FFFF))
        at += length
    return Left(events, at if at < len(data) else None)


def main() -> None:
    """Command line of the process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--events", type=int, default=240)
    parser.add_argument("--pause", type=float, default=0.002)
    parser.add_argument("--chunk", type=int, default=0)
    parser.add_argument("--first", type=int, nargs=3, default=(0, 0, 0), help="first datagram of each stream")
    parser.add_argument("--stop", type=int, default=None, help="datagrams of each stream in this chunk; nothing comes after them")
    given = parser.parse_args()
    data = stream_data(given.events)
    part = {n: one[first:][: given.stop] for (n, one), first in zip(data.items(), given.first, strict=True)}
    write(given.folder, part, given.chunk, pause_s=given.pause, seed=os.getpid())
    while given.stop is not None:
        time.sleep(1.0)


if __name__ == "__main__":
    main()
