"""A followed run in real time: three streams at 120 Hz, one of them 2 s behind, a chunk change in the middle.

A second process writes; this one reads as the reader does and says what came, how late behind the slowest stream, and in how much
memory. Long form: ``python -m tests.bench.follow_run --seconds 600``.
"""

import argparse
import json
import multiprocessing
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import psutil

from monitor.reader.block import EventBlock
from monitor.reader.process import LONGEST_WAIT_S
from monitor.reader.sources.follow import FollowSource, WatchedRun
from monitor.settings import Settings
from tests.support.recorder import Recorder
from tests.support.xtc_bytes import (
    BEGIN_CYCLE,
    BEGIN_RUN,
    CAMERA,
    CONFIGURE,
    END_CYCLE,
    END_RUN,
    L1ACCEPT,
    Clock,
    container,
    datagram,
    ipm,
    xtc,
)

LAG_S = 2.0
FRAME_BYTES = 16 << 10


@dataclass(frozen=True)
class FollowRun:
    """What came of it.

    Attributes
    ----------
    events, twice_or_missing
        Events written, and how many did not come exactly once and in order.
    delay_median_s, delay_99_s, delay_most_s
        From the moment at which the slowest stream was past an event until it was handed out.
    anonymous_first, anonymous_last, resident_most
        Memory of the reader in bytes: its own after a tenth of the run and at the end, and the most with mapped files counted.
    cpu
        Part of one core that reading took.
    counts
        What the source complained of.
    """

    events: int
    twice_or_missing: int
    delay_median_s: float
    delay_99_s: float
    delay_most_s: float
    anonymous_first: int
    anonymous_last: int
    resident_most: int
    cpu: float
    counts: dict[str, int]


def frame(when: tuple[int, int], fiducials: int) -> bytes:
    """A camera's event; its clock is 3 s ahead."""
    image = container(xtc(CAMERA, 1 << 16 | 2, bytes(FRAME_BYTES)))
    return datagram(L1ACCEPT, image, time=(when[0] + 3, when[1]), fiducials=fiducials)


def write_run(folder: str, events: int, rate: float, lag_s: float) -> None:
    """Write the run at its rate; the moment at which each stream had each event goes to ``written.npy``."""
    recorders = {n: Recorder(Path(folder), n, []) for n in (0, 1, 80)}
    clock, due, written = Clock(), [], np.full((events, 3), np.nan)
    start = time.monotonic() + 1.0
    lags = {0: 0.0, 1: lag_s, 80: 0.0}

    def transition(at: float, service: int, env: int = 0) -> None:
        when = clock.tick()
        due.extend((at + lags[n], n, -1, datagram(service, time=when, env=env)) for n in recorders)

    for service in (CONFIGURE, BEGIN_RUN, BEGIN_CYCLE):
        transition(0.0, service, env=12)
    for k in range(events):
        when, at = clock.tick(), (k + 1) / rate
        daq = k % 2
        words = {"fiducials": clock.fiducial, "vector": k % 32768, "env": 1}
        due.append((at + lags[daq], daq, k, datagram(L1ACCEPT, container(*(ipm(k) for _ in range(6))), time=when, **words)))
        due.append((at, 80, k, (when, clock.fiducial)))
    for service in (END_CYCLE, END_RUN):
        transition((events + 1) / rate, service)
    for one in recorders.values():
        one.open()
    half = {n: (events / rate) / 2 + lags[n] for n in recorders}
    for at, stream, k, data in sorted(due, key=lambda item: item[0]):
        while (left := start + at - time.monotonic()) > 0:
            time.sleep(left)
        one = recorders[stream]
        if one.chunk == 0 and at > half[stream]:
            one.close()
            one.open()
        one.left.append(data if isinstance(data, bytes) else frame(*data))
        one.write(1)
        if k >= 0:
            written[k, {0: 0, 1: 1, 80: 2}[stream]] = time.monotonic()
    for one in recorders.values():
        one.close()
    np.save(Path(folder) / "written.npy", written)


def passed(written: np.ndarray) -> np.ndarray:
    """When each event was behind all streams: the moment at which the last of them had it or a later one, shape (events,)."""
    moments = np.where(np.isnan(written), np.inf, written)
    return np.minimum.accumulate(moments[::-1], axis=0)[::-1].max(axis=1)


def measure(seconds: float, rate: float = 120.0, lag_s: float = LAG_S) -> FollowRun:
    """Write a run of so many seconds and follow it."""
    events = round(seconds * rate)
    with tempfile.TemporaryDirectory() as folder:
        writer = multiprocessing.get_context("spawn").Process(target=write_run, args=(folder, events, rate, lag_s))
        writer.start()
        run = WatchedRun(experiment="xpptut15", run=12, paths={}, folder=Path(folder))
        source = FollowSource([run], Settings.model_validate({"source": {"follow_timeout": 10 + 2 * lag_s}}))
        process, anonymous, resident = psutil.Process(), [], 0
        numbers: list[int] = []
        handed: list[float] = []
        begun = process.cpu_times()
        while not source.finished:
            blocks = source.read(256)
            now = time.monotonic()
            for block in blocks:
                if isinstance(block, EventBlock):
                    numbers += block.events["vector"].tolist()
                    handed += [now] * block.count
            if not blocks:
                memory = process.memory_info()
                anonymous.append(memory.rss - memory.shared)
                resident = max(resident, memory.rss)
                time.sleep(LONGEST_WAIT_S)
        used = process.cpu_times()
        source.close()
        writer.join(30)
        behind = passed(np.load(Path(folder) / "written.npy"))
    wrong = sum(a != b % 32768 for b, a in enumerate(numbers)) + abs(len(numbers) - events)
    # The last events are let go by the transitions behind them.
    delay = (np.array(handed[: len(behind)]) - behind[: len(handed)])[:-2]
    return FollowRun(
        events=events,
        twice_or_missing=wrong,
        delay_median_s=float(np.median(delay)),
        delay_99_s=float(np.quantile(delay, 0.99)),
        delay_most_s=float(delay.max()),
        anonymous_first=anonymous[len(anonymous) // 10],
        anonymous_last=anonymous[-1],
        resident_most=resident,
        cpu=(used.user + used.system - begun.user - begun.system) / seconds,
        counts=dict(source.counts),
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--lag", type=float, default=LAG_S)
    arguments = parser.parse_args()
    print(json.dumps(asdict(measure(arguments.seconds, lag_s=arguments.lag)), indent=1))


if __name__ == "__main__":
    main()
