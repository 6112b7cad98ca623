"""Joins the datagrams of several streams by their clocks: equal clocks are one event or one transition. Pure."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ITEM = np.dtype(
    [
        ("timestamp", "<u8"),
        ("order", "<u8"),
        ("late", "?"),
        ("offset", "<u8"),
        ("big_offset", "<u8"),
        ("length", "<u4"),
        ("big_length", "<u4"),
        ("service", "<u4"),
        ("stream", "<u4"),
        ("chunk", "<u4"),
        ("place", "<u4"),
        ("damage", "<u4"),
    ]
)
"""One datagram: its clock, where it lies in the bytes at hand (``offset`` in ``chunk``), and where for those behind the reader
(``big_offset`` in ``place``), which is elsewhere if small data are at hand.

``order`` is the newest clock of the stream so far; ``late`` says that its own is older, which real runs have: an event may be
recorded behind the Disable that came after it.
"""


def in_order(timestamps: NDArray[np.uint64], newest: int) -> NDArray[np.uint64]:
    """Newest clock so far at each datagram of a stream whose newest was ``newest`` before."""
    return np.maximum.accumulate(np.append(np.uint64(newest), timestamps))[1:]


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """Datagrams in the order of their clocks.

    Attributes
    ----------
    items
        Structured array of dtype ``ITEM``, lowest stream first within a group.
    first
        Where each group begins, and the end, int64, shape (groups + 1,).
    service
        Of each group, that of its lowest stream, shape (groups,).
    duplicates
        Datagrams left out because their stream had that clock already.
    strangers
        Datagrams left out because they are of another kind than the lowest stream's.
    """

    items: NDArray[Any]
    first: NDArray[np.int64]
    service: NDArray[np.uint32]
    duplicates: int
    strangers: int


def ready(queues: list[NDArray[Any]], ended: list[bool], reached: int = 0) -> list[int]:
    """How many datagrams of each stream can be joined: no stream that goes on can still bring an earlier one.

    Parameters
    ----------
    queues
        Per stream its datagrams (dtype ``ITEM``), ``order`` ascending.
    ended
        Whether nothing more will come of it.
    reached
        No stream will bring anything before this clock.
    """
    going_on = [queue for queue, over in zip(queues, ended, strict=True) if not over]
    if not going_on:
        return [len(queue) for queue in queues]
    before = np.uint64(max(reached, 1) - 1)
    last = [max(queue["order"][-1], before) if len(queue) else before for queue in going_on]
    if not reached and not all(map(len, going_on)):
        return [0] * len(queues)
    return [int(np.searchsorted(queue["order"], min(last), side="right")) for queue in queues]


def join(parts: list[NDArray[Any]]) -> Joined:
    """Group datagrams by clock.

    Parameters
    ----------
    parts
        Per stream its datagrams (dtype ``ITEM``), ``order`` ascending. One that is late comes behind those with its ``order``, by
        itself or with others that are as late.
    """
    items = np.concatenate([np.empty(0, ITEM), *parts])
    items = items[np.lexsort((items["stream"], items["timestamp"], items["late"], items["order"]))]
    again = np.zeros(len(items), np.bool_)
    again[1:] = _same(items) & (items["stream"][1:] == items["stream"][:-1])
    items = items[~again]
    starts = np.ones(len(items), np.bool_)
    starts[1:] = ~_same(items)
    group = np.cumsum(starts) - 1
    service = items["service"][starts]
    strange = items["service"] != service[group]
    items, group = items[~strange], group[~strange]
    first = np.searchsorted(group, np.arange(len(service) + 1))
    return Joined(items, first, service, int(again.sum()), int(strange.sum()))


def _same(items: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether each datagram has the clock of the one before it, shape (items - 1,)."""
    clock = items["timestamp"][1:] == items["timestamp"][:-1]
    order = (items["late"][1:] == items["late"][:-1]) & (items["order"][1:] == items["order"][:-1])
    same: NDArray[np.bool_] = clock & order
    return same
