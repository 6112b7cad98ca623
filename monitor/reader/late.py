"""Configurations of streams that came when the others were past theirs: they are not handed on, but they hold."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.reader.events.group import Groups
from monitor.reader.intake import Chunk
from monitor.reader.state import Contents
from monitor.xtc.header import Transition


def late_configurations(
    items: NDArray[Any], groups: Groups, start: NDArray[Any], stop: NDArray[Any], chunks: Mapping[int, Chunk]
) -> Iterator[Contents]:
    """Payloads of each Configure among the datagrams that were dropped because they came after their time.

    Parameters
    ----------
    items
        Structured array of dtype ``ITEM``, stream by stream.
    groups
        What was made of them.
    start, stop
        Which of them were taken, by stream, integers, shape (streams,).
    chunks
        Chunks by number.
    """
    if len(groups.item) == int((stop - start).sum()):
        return
    taken = np.concatenate([np.arange(a, z) for a, z in zip(start, stop, strict=True)])
    for item in items[np.setdiff1d(taken, groups.item)]:
        contents = chunks[int(item["chunk"])].contents.get(int(item["offset"]))
        if item["control"] & 15 == Transition.CONFIGURE and contents is not None:
            yield contents
