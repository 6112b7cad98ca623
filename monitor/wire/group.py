"""The message by which a worker hands over sums, and exactly which batches they are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from numpy.typing import NDArray

from monitor.errors import ProtocolError
from monitor.model.sums import Sums, SumState
from monitor.wire import checked
from monitor.wire.message import Message


@dataclass(frozen=True, slots=True)
class Cover:
    """One hand-out that a group contains: events ``first`` to ``stop`` under ``lease``."""

    lease: int
    first: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Merged sums of a stated set of batches of one epoch; it counts entirely or not at all.

    Attributes
    ----------
    epoch, run
        Of the batches.
    worker
        Name of the worker.
    covers
        The batches. All their rows left for the aggregator before this message, on the same socket.
    sums
        Their statistics; empty if there are none.
    """

    epoch: int
    run: int
    worker: str
    covers: tuple[Cover, ...]
    sums: Sums


def group_message(group: Group) -> Message:
    """The message for a group; arrays are the statistics' own, not copies, so keep them unchanged until sent."""
    header = {
        "epoch": group.epoch,
        "run": group.run,
        "worker": group.worker,
        "covers": [[cover.lease, cover.first, cover.stop] for cover in group.covers],
        "sums": {name: {"kind": state.kind, "count": state.count} for name, state in group.sums.items()},
    }
    arrays = {f"s/{name}/{part}": array for name, state in group.sums.items() for part, array in state.arrays.items()}
    return Message("group", header, arrays)


def group_of(message: Message) -> Group:
    """The group in a message; arrays are read-only views into the received parts.

    Raises
    ------
    ProtocolError
        If an entry is missing or wrong, batches overlap, or an array belongs to no statistic.
    """
    covers = tuple(Cover(*entry) for entry in checked.stretches(message, "covers", 3))
    ends = sorted((cover.first, cover.stop) for cover in covers)
    if any(later[0] < earlier[1] for earlier, later in pairwise(ends)):
        raise ProtocolError("the batches of a group overlap")
    arrays = _arrays_by_statistic(message)
    return Group(
        epoch=checked.integer(message, "epoch"),
        run=checked.integer(message, "run"),
        worker=checked.text(message, "worker"),
        covers=covers,
        sums={name: _state(name, entry, arrays.get(name, {})) for name, entry in checked.mapping(message, "sums").items()},
    )


def _arrays_by_statistic(message: Message) -> dict[str, dict[str, NDArray[Any]]]:
    """Arrays by statistic and by their name within it."""
    found: dict[str, dict[str, NDArray[Any]]] = {}
    for name, array in message.arrays.items():
        statistic, slash, part = name.removeprefix("s/").rpartition("/")
        if not slash or not name.startswith("s/") or statistic not in checked.mapping(message, "sums"):
            raise ProtocolError(f"array {name[:60]!r} of a group belongs to no statistic")
        found.setdefault(statistic, {})[part] = array
    return found


def _state(name: str, entry: object, arrays: Mapping[str, NDArray[Any]]) -> SumState:
    """One statistic."""
    if not isinstance(entry, dict):
        raise ProtocolError(f"the statistic {name!r} comes without its kind and count")
    inner = Message(f"statistic {name}", entry)
    return SumState(checked.text(inner, "kind"), checked.integer(inner, "count"), arrays)
