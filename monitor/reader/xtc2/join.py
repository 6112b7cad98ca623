"""Joins the datagrams of several streams by their clocks: equal clocks are one event or one transition. Pure."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ITEM = np.dtype(
    [
        ("timestamp", "<u8"),
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
(``big_offset`` in ``place``), which is elsewhere if small data are at hand."""


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


def ready(queues: list[NDArray[Any]], ended: list[bool]) -> list[int]:
    """How many datagrams of each stream can be joined: no stream that goes on can still bring an earlier one.

    Parameters
    ----------
    queues
        Per stream its datagrams (dtype ``ITEM``), clocks ascending.
    ended
        Whether nothing more will come of it.
    """
    if any(len(queue) == 0 and not over for queue, over in zip(queues, ended, strict=True)):
        return [0] * len(queues)
    last = [queue["timestamp"][-1] for queue, over in zip(queues, ended, strict=True) if not over]
    if not last:
        return [len(queue) for queue in queues]
    return [int(np.searchsorted(queue["timestamp"], min(last), side="right")) for queue in queues]


def join(parts: list[NDArray[Any]]) -> Joined:
    """Group datagrams by clock.

    Parameters
    ----------
    parts
        Per stream its datagrams (dtype ``ITEM``), clocks ascending.
    """
    items = np.concatenate([np.empty(0, ITEM), *parts])
    items = items[np.lexsort((items["stream"], items["timestamp"]))]
    again = np.zeros(len(items), np.bool_)
    same_clock = items["timestamp"][1:] == items["timestamp"][:-1]
    again[1:] = same_clock & (items["stream"][1:] == items["stream"][:-1])
    items = items[~again]
    starts = np.ones(len(items), np.bool_)
    starts[1:] = items["timestamp"][1:] != items["timestamp"][:-1]
    group = np.cumsum(starts) - 1
    service = items["service"][starts]
    strange = items["service"] != service[group]
    items, group = items[~strange], group[~strange]
    first = np.searchsorted(group, np.arange(len(service) + 1))
    return Joined(items, first, service, int(again.sum()), int(strange.sum()))
