"""The message by which a worker hands over the rows of one batch, and its newest frames if somebody looks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ProtocolError
from monitor.model.column import Column
from monitor.model.field import Field
from monitor.model.rows import Rows
from monitor.wire import checked
from monitor.wire.message import Message
from monitor.wire.side_by_side import fits, put_side_by_side, take_apart

ALWAYS_THERE = ("event_time", "fiducials", "pipeline_version")
COUNT_LIMIT = 1 << 20
"""Most events of one message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The newest corrected frame of a detector, for the eye.

    Attributes
    ----------
    image
        Shape (rows, columns), float32, in ``unit``; NaN = masked or no pixel.
    index
        Shape of ``image``, int32: ``image = panels.ravel()[index]``, -1 = no pixel. ``None`` = as sent before, or the panels
        are the image.
    seq
        Event it belongs to.
    unit
        Unit of the image.
    rough
        The panels stand roughly in place, not by a measured geometry.
    """

    image: NDArray[np.float32]
    seq: int
    unit: str = ""
    rough: bool = False
    index: NDArray[np.int32] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduced:
    """What a worker made of a batch, and when.

    Attributes
    ----------
    rows
        One row per event of the batch.
    experiment, run, step, epoch, lease
        Of the batch.
    worker
        Name of the worker.
    created, received, finished
        Unix time in seconds at which the first event left its source, the batch came to the worker, the rows were ready.
    trouble
        What went wrong (damaged payloads, failed features), and how often.
    frames
        Detector to newest frame; usually empty.
    config
        What the worker used to make rows of this run and pipeline version, by path (``cspad/mask``); empty = as told before.
    """

    rows: Rows
    experiment: str
    run: int
    step: int
    epoch: int
    lease: int
    worker: str
    created: float
    received: float
    finished: float
    trouble: Mapping[str, int] = field(default_factory=dict)
    frames: Mapping[str, Frame] = field(default_factory=dict)
    config: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def part(self, first: int, stop: int) -> "Reduced":
        """The rows of events ``first`` to ``stop`` as views, without frames, trouble and config: these belong to the whole."""
        whole = first <= self.rows.first and self.rows.stop <= stop
        return replace(self, rows=self.rows if whole else self.rows.part(first, stop), trouble={}, frames={}, config={})


def rows_message(reduced: Reduced, *, kind: str = "rows", topic: str = "", packed: bool = False) -> Message:
    """The message for the rows of a batch; its arrays are the columns themselves, not copies.

    Parameters
    ----------
    reduced
        Rows and all that is said with them.
    kind, topic
        ``history`` replies and the reduced stream use the same fields under another kind or topic.
    packed
        Scalar columns that every event has travel as matrices; for the aggregator, others need not know of it.
    """
    columns = reduced.rows.columns
    beside = {path: column for path, column in columns.items() if fits(column)} if packed else {}
    layout, matrices = put_side_by_side(beside.values()) if beside else (b"", {})
    arrays: dict[str, NDArray[Any]] = {}
    fields: dict[str, list[Any]] = {}
    for path, column in columns.items():
        if path in beside:
            continue
        fields[path] = _about(column.field)
        arrays[f"c/{path}"] = column.values
        if column.present is not None and not column.present.all():
            arrays[f"p/{path}"] = column.present
        if column.lengths is not None:
            arrays[f"n/{path}"] = column.lengths
    arrays |= matrices | {f"k/{path}": array for path, array in reduced.config.items()}
    frames = {}
    for name, frame in reduced.frames.items():
        frames[name] = {"seq": frame.seq, "unit": frame.unit, "rough": frame.rough}
        arrays[f"f/{name}"] = frame.image
        if frame.index is not None:
            arrays[f"i/{name}"] = frame.index
    header = {
        **{name: getattr(reduced, name) for name in ("experiment", "run", "step", "epoch", "lease", "worker")},
        **{name: getattr(reduced, name) for name in ("created", "received", "finished")},
        "first": reduced.rows.first,
        "count": reduced.rows.count,
        "fields": fields,
        **({"layout": layout} if layout else {}),
        "trouble": dict(reduced.trouble),
        "frames": frames,
        "config": list(reduced.config),
    }
    return Message(kind, header, arrays, topic)


def _about(field: Field) -> list[Any]:
    """What the header says of a field besides the name, dtype and shape of its array."""
    if not field.ragged and not field.aligned:
        return [field.unit, field.description]
    return [field.unit, field.description, {"ragged": field.ragged, "aligned": field.aligned}]


def rows_of(message: Message) -> Reduced:
    """Rows and all that was said with them; arrays are read-only views into the received parts.

    Raises
    ------
    ProtocolError
        If an entry is missing, a column has another length than ``count``, the lengths of a ragged column do not fit its values
        or the other columns of its group, a field that every row has is absent, or a frame is no image.
    """
    first, count = checked.integer(message, "first"), checked.integer(message, "count", high=COUNT_LIMIT)
    columns = take_apart(message, count)
    columns |= {name: _column(message, name, count) for name in checked.mapping(message, "fields")}
    for name in ALWAYS_THERE:
        if name not in columns or columns[name].values.dtype != np.int64 or columns[name].values.ndim != 1:
            raise ProtocolError(f"rows from {first} lack the int64 field {name!r}")
    if torn := torn_groups(columns.values()):
        raise ProtocolError(f"the fields below {min(torn)!r} have different lengths in one event")
    return Reduced(
        rows=Rows(first, count, columns),
        experiment=checked.text(message, "experiment"),
        run=checked.integer(message, "run"),
        step=checked.integer(message, "step", low=-1),
        epoch=checked.integer(message, "epoch"),
        lease=checked.integer(message, "lease"),
        worker=checked.text(message, "worker"),
        created=checked.number(message, "created"),
        received=checked.number(message, "received"),
        finished=checked.number(message, "finished"),
        trouble=checked.counts(message, "trouble"),
        frames={name: _frame(message, name, entry) for name, entry in checked.mapping(message, "frames").items()},
        config=_config(message),
    )


def _column(message: Message, path: str, count: int) -> Column:
    """One column, its length and presence checked against ``count``."""
    about = message.header["fields"][path]
    values, present, lengths = (message.arrays.get(f"{kind}/{path}") for kind in "cpn")
    if not isinstance(about, list) or len(about) not in (2, 3) or not isinstance(about[0], str) or not isinstance(about[1], str):
        raise ProtocolError(f"field {path!r} comes without unit and description")
    ragged, aligned = _kind(path, about[2]) if len(about) == 3 else (False, "")
    if ragged != (lengths is not None):
        raise ProtocolError(f"field {path!r} is ragged without lengths, or has lengths without being ragged")
    if values is None or values.ndim == 0 or values.dtype.names is not None or (not ragged and len(values) != count):
        raise ProtocolError(f"field {path!r} does not have one value for each of {count} events")
    if present is not None and (present.dtype != np.bool_ or present.shape != (count,)):
        raise ProtocolError(f"the presence of field {path!r} is not one truth value for each of {count} events")
    if lengths is not None:
        lengths = _lengths(path, lengths, values, present, count)
    name = path.removeprefix(f"{aligned}/") if aligned else path
    field = _field(name, values.dtype, values.shape[1:], about[0], about[1], ragged, aligned)
    return Column(field, values, present, lengths)


def _kind(path: str, about: object) -> tuple[bool, str]:
    """Whether a field is ragged, and its group of its own rate."""
    if not isinstance(about, dict) or not isinstance(about.get("ragged"), bool) or not isinstance(about.get("aligned"), str):
        raise ProtocolError(f"field {path!r} does not say whether it is ragged and to which group it belongs")
    aligned: str = about["aligned"]
    if aligned and not path.startswith(f"{aligned}/"):
        raise ProtocolError(f"field {path!r} does not lie in its group {aligned!r}")
    return about["ragged"], aligned


def _lengths(
    path: str, lengths: NDArray[Any], values: NDArray[Any], present: NDArray[np.bool_] | None, count: int
) -> NDArray[np.int64]:
    """Lengths of a ragged column, checked against its values before anybody slices with them."""
    if lengths.dtype != np.int64 or lengths.shape != (count,):
        raise ProtocolError(f"the lengths of field {path!r} are not one whole number for each of {count} events")
    if 0 in values.shape[1:]:
        raise ProtocolError(f"the elements of field {path!r} are empty")
    # No single length above the number of elements: so the sum of them cannot overflow.
    if count and (lengths.min() < 0 or lengths.max() > len(values)):
        raise ProtocolError(f"a length of field {path!r} is negative, or above its {len(values)} elements")
    if int(lengths.sum()) != len(values):
        raise ProtocolError(f"the lengths of field {path!r} do not sum to its {len(values)} elements")
    if present is not None and lengths[~present].any():
        raise ProtocolError(f"field {path!r} has elements in events in which it is absent")
    return lengths


def torn_groups(columns: Iterable[Column]) -> set[str]:
    """Ragged groups two of whose columns differ in the number of elements of an event that has both."""
    torn = set()
    known: dict[str, tuple[NDArray[np.int64], NDArray[np.bool_]]] = {}
    for column in columns:
        if column.lengths is None:
            continue
        lengths, mask = known.get(column.field.group, (column.lengths, column.mask))
        if (lengths != column.lengths)[mask & column.mask].any():
            torn.add(column.field.group)
        known[column.field.group] = np.maximum(lengths, column.lengths), mask | column.mask
    return torn


@lru_cache(maxsize=16384)
def _field(
    name: str, dtype: np.dtype[Any], shape: tuple[int, ...], unit: str, description: str, ragged: bool, aligned: str
) -> Field:
    """The field of a column: the same object for every batch, so that later comparisons cost nothing."""
    try:
        return Field(name=name, dtype=dtype, shape=shape, unit=unit, description=description, ragged=ragged, aligned=aligned)
    except ValueError as error:
        raise ProtocolError(str(error)) from error


def _config(message: Message) -> dict[str, NDArray[Any]]:
    """What the worker used, by path."""
    found = {}
    for path in checked.sequence(message, "config"):
        array = message.arrays.get(f"k/{path}")
        if not isinstance(path, str) or array is None or array.dtype.names is not None:
            raise ProtocolError(f"the configuration {path!r} comes without a plain array")
        found[path] = array
    return found


def _frame(message: Message, name: str, entry: object) -> Frame:
    """One frame, its image and index checked against each other."""
    image, index = message.arrays.get(f"f/{name}"), message.arrays.get(f"i/{name}")
    if image is None or image.dtype != np.float32 or image.ndim != 2:
        raise ProtocolError(f"the frame of {name!r} is no float32 image")
    if index is not None and (index.dtype != np.int32 or index.shape != image.shape):
        raise ProtocolError(f"the index of {name!r} does not have the shape of its image")
    if not isinstance(entry, dict):
        raise ProtocolError(f"the frame of {name!r} comes without its description")
    inner = Message(f"frame of {name}", entry)
    return Frame(
        image=image,
        index=index,
        seq=checked.integer(inner, "seq"),
        unit=checked.text(inner, "unit"),
        rough=entry.get("rough") is True,
    )
