"""A million small XTC2 events to columns, as a ratio to reading their bytes."""

import time

import numpy as np
import pytest

from monitor.xtc2.columns import locate
from monitor.xtc2.header import Transition
from monitor.xtc2.heads import heads
from monitor.xtc2.names import table_of
from monitor.xtc2.walk import walk
from tests.support.xtc2_bytes import GMD, at, configure, gmd

pytestmark = pytest.mark.processes

ROUND = 100_000


def test_small_events_become_columns() -> None:
    head = np.frombuffer(configure(), np.uint8)
    names = table_of(head, walk(head, np.array([0]), np.array([len(head)])).index).blocks[GMD.names_id]
    data = np.frombuffer(b"".join(at(Transition.L1ACCEPT, tick, gmd(tick)) for tick in range(100)) * (ROUND // 100), np.uint8)
    for _ in range(2):
        start = time.perf_counter()
        total = int(data.sum())
        read_s = time.perf_counter() - start
        start = time.perf_counter()
        table = heads(data).table
        index = walk(data, table["offset"], table["length"]).index
        walked_s = time.perf_counter() - start
        found = locate(data, index, names)
        columns = [found.column(number)[1] for number in range(3)]
        columns_s = time.perf_counter() - start
    rate = ROUND / columns_s
    print(
        f"{rate:.3g} events/s to columns, {ROUND / walked_s:.3g}/s to the index; {columns_s / read_s:.2g} times reading the bytes"
    )
    assert total
    assert columns[0].sum() == sum(tick / 2 for tick in range(100)) * (ROUND // 100)
