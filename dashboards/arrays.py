"""Fields with more than one number per event, as they come in a message."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboards.rows import sequence_of
from monitor.errors import ProtocolError
from monitor.wire.message import Message


@dataclass(frozen=True, slots=True)
class Piece:
    """Values of one array field in one message, only of the events that have it.

    Attributes
    ----------
    name
        Of the field.
    seq
        Sequence numbers, rising, int64, shape (events,).
    values
        Shape (events, ...); of a ragged field the elements of all events one behind the other.
    lengths
        Elements of each event of a ragged field, int64, shape (events,); ``None`` for all others.
    """

    name: str
    seq: NDArray[np.int64]
    values: NDArray[Any]
    lengths: NDArray[np.int64] | None = None


def pieces_of(message: Message) -> list[Piece]:
    """Array fields of a ``rows`` message, views where every event has the field.

    Raises
    ------
    ProtocolError
        If lengths or presence do not fit.
    """
    first, count = int(message.header["first"]), int(message.header["count"])
    seq = sequence_of(message.arrays.get("c/seq"), first, count)
    return [*_pieces(message, seq)]


def _pieces(message: Message, seq: NDArray[np.int64]) -> Iterator[Piece]:
    for key, values in message.arrays.items():
        if not key.startswith("c/") or values.dtype.kind not in "iufb":
            continue
        name = key[2:]
        present = message.arrays.get("p/" + name)
        lengths = message.arrays.get("n/" + name)
        if present is not None and present.shape != seq.shape:
            raise ProtocolError(f"the presence of {name!r} does not have one value per row")
        there = slice(None) if present is None else present.astype(bool)
        if lengths is not None:
            kept = _checked(name, lengths, values, seq)[there]
            if kept.sum() != len(values):
                raise ProtocolError(f"the lengths of {name!r} count elements of events that do not have it")
            yield Piece(name, seq[there], values, kept)
        elif values.ndim >= 2:
            yield Piece(name, seq[there], values[there])


def _checked(name: str, lengths: NDArray[Any], values: NDArray[Any], seq: NDArray[np.int64]) -> NDArray[np.int64]:
    """Lengths that can be used as positions."""
    fits = lengths.dtype.kind in "iu" and lengths.shape == seq.shape and values.ndim == 1
    if not fits or not all(0 <= n <= len(values) for n in lengths.tolist()) or int(lengths.sum()) != len(values):
        raise ProtocolError(f"the lengths of {name!r} do not fit its values")
    return lengths.astype(np.int64)
