"""A batch as a message: events, pieces and EPICS as arrays; the bytes by reference, in a ring, or as further arrays."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ProtocolError
from monitor.model.batch import Batch
from monitor.model.event import EPICS_CHANGE, EVENT_ID, PIECE
from monitor.model.place import FilePlace, InlinePlace, Place, RingPlace
from monitor.wire.message import Message

NUMBERS = ("first", "run", "step", "pipeline", "state", "epoch", "lease")
NUMBER_LIMIT = 1 << 62


def batch_message(batch: Batch, inline: Sequence[NDArray[np.uint8]] = ()) -> Message:
    """The message that hands out a batch.

    Parameters
    ----------
    batch
        What to hand out.
    inline
        Bytes of the places that are ``InlinePlace``: ``InlinePlace(i)`` is ``inline[i]``, 1-d uint8; large ones are not copied.
    """
    header = {
        "first": batch.first,
        "run": batch.run,
        "step": batch.step,
        "pipeline": batch.pipeline,
        "state": batch.state,
        "epoch": batch.epoch,
        "lease": batch.lease,
        "format": batch.format,
        "show": batch.show,
        "created": batch.created,
        "places": [_place_to_wire(place) for place in batch.places],
    }
    arrays = {
        "events": batch.events,
        "pieces": batch.pieces,
        "epics_start": batch.epics_start,
        "epics_changes": batch.epics_changes,
    }
    for i, data in enumerate(inline):
        arrays[f"bytes/{i}"] = data
    return Message("batch", header, arrays)


def batch_of(message: Message) -> Batch:
    """The batch in a message; its inline bytes stay in ``message.arrays["bytes/<i>"]``.

    Raises
    ------
    ProtocolError
        If a field is missing or of the wrong kind, or an index points outside.
    """
    header, arrays = message.header, message.arrays
    if message.kind != "batch":
        raise ProtocolError(f"expected a batch, got {message.kind!r}")
    numbers = {name: _number(header.get(name), name) for name in NUMBERS}
    created, form, show = header.get("created"), header.get("format"), header.get("show")
    if not isinstance(created, float) or not math.isfinite(created) or not isinstance(show, bool) or not isinstance(form, str):
        raise ProtocolError("a batch lacks created, format or show")
    batch = Batch(
        **numbers,
        format=form,
        show=show,
        created=created,
        events=_table(arrays, "events", EVENT_ID),
        pieces=_table(arrays, "pieces", PIECE),
        places=_places(header.get("places"), message),
        epics_start=_table(arrays, "epics_start", np.dtype("<f8")),
        epics_changes=_table(arrays, "epics_changes", EPICS_CHANGE),
    )
    _check_indices(batch)
    return batch


def _place_to_wire(place: Place) -> dict[str, str]:
    """One entry of ``places``."""
    if isinstance(place, FilePlace):
        return {"file": place.path}
    if isinstance(place, RingPlace):
        return {"ring": place.name}
    return {"inline": f"bytes/{place.part}"}


def _number(value: object, name: str) -> int:
    """A whole number of believable size; -1 stands for "before the first"."""
    if not isinstance(value, int) or isinstance(value, bool) or not -1 <= value < NUMBER_LIMIT:
        raise ProtocolError(f"{name!r} of a batch is {value!r}")
    return value


def _table(arrays: Any, name: str, dtype: np.dtype[Any]) -> NDArray[Any]:
    """A one-dimensional array of exactly this dtype."""
    array = arrays.get(name)
    if array is None or array.dtype != dtype or array.ndim != 1:
        raise ProtocolError(f"array {name!r} of a batch is missing or has another dtype or shape")
    checked: NDArray[Any] = array
    return checked


def _places(entries: object, message: Message) -> tuple[Place, ...]:
    """Places of a batch; an inline one must have its bytes with it."""
    if not isinstance(entries, list):
        raise ProtocolError("the places of a batch are not a list")
    return tuple(_place(entry, message) for entry in entries)


def _place(entry: object, message: Message) -> Place:
    """One place."""
    if not isinstance(entry, dict) or len(entry) != 1:
        raise ProtocolError(f"a place of a batch is {entry!r}")
    ((kind, name),) = entry.items()
    if not isinstance(name, str):
        raise ProtocolError(f"a place of a batch is {entry!r}")
    if kind == "file" and "\0" not in name:
        return FilePlace(name)
    if kind == "ring":
        return RingPlace(name)
    number = name.removeprefix("bytes/")
    array = message.arrays.get(name)
    if kind != "inline" or not number.isascii() or not number.isdigit() or len(number) > 9 or name != f"bytes/{int(number)}":
        raise ProtocolError(f"a place of a batch is {entry!r}")
    if array is None or array.dtype != np.uint8 or array.ndim != 1:
        raise ProtocolError(f"the bytes of place {name!r} are missing")
    return InlinePlace(int(number))


def _check_indices(batch: Batch) -> None:
    """Refuse pieces and EPICS changes that point at events, places or variables that are not there."""
    pieces, changes = batch.pieces, batch.epics_changes
    if len(batch.events) == 0:
        raise ProtocolError("a batch has no events")
    if len(pieces) and (pieces["event"].max() >= len(batch.events) or pieces["place"].max() >= len(batch.places)):
        raise ProtocolError("a piece of a batch belongs to no event or no place")
    if len(pieces) > 1 and (pieces["event"][1:] < pieces["event"][:-1]).any():
        raise ProtocolError("the pieces of a batch are not in event order")
    if len(changes) and (changes["event"].max() >= len(batch.events) or changes["pv"].max() >= len(batch.epics_start)):
        raise ProtocolError("an EPICS change of a batch belongs to no event or no variable")
