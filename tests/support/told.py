"""Messages of the reduced stream with every kind of field, and the values that each event must have at the other end."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.wire.message import Message, decode, encode
from monitor.wire.rows import rows_message
from tests.support.some_rows import column, ragged, some_reduced, some_rows


def event_time(seq: int) -> int:
    """Second ``seq``, nanosecond ``7 * seq``."""
    return seq << 32 | 7 * seq


def values_at(seq: int) -> dict[str, Any]:
    """What event ``seq`` has; the ADC is absent in every third event."""
    told: dict[str, Any] = {
        "ipm2/sum": seq / 8,
        "ipm2/channels": np.array([seq, seq + 0.5, -seq], np.float32),
        "evr/codes": np.arange(6, dtype=np.uint16).reshape(2, 3) + seq % 100,
        "laser/on": seq % 2 == 0,
        "camera/mode": f"m{seq % 10}",
        "gas/counts": 2**40 + seq,
        "epix/var_droplet/x": np.arange(seq % 4, dtype=np.float64) + seq,
    }
    if seq % 3:
        told["adc/value"] = -seq
    return told


def rows(first: int, stop: int) -> Message:
    """Rows as a subscriber gets them."""
    seqs = range(first, stop)
    told = [values_at(seq) for seq in seqs]
    some = some_rows(first, stop).columns
    columns = {
        "event_time": column("event_time", [event_time(seq) for seq in seqs], dtype="<i8"),
        "fiducials": some["fiducials"],
        "pipeline_version": some["pipeline_version"],
        "ipm2/sum": column("ipm2/sum", [each["ipm2/sum"] for each in told], unit="V"),
        "ipm2/channels": column("ipm2/channels", [each["ipm2/channels"] for each in told], dtype="<f4"),
        "evr/codes": column("evr/codes", [each["evr/codes"] for each in told], dtype="<u2"),
        "laser/on": column("laser/on", [each["laser/on"] for each in told], dtype="?"),
        "camera/mode": column("camera/mode", [each["camera/mode"].encode() for each in told], dtype="S8"),
        "gas/counts": column("gas/counts", [each["gas/counts"] for each in told], dtype="<i8"),
        "adc/value": column(
            "adc/value", [each.get("adc/value", 0) for each in told], dtype="<i4", present=[seq % 3 > 0 for seq in seqs]
        ),
        "epix/var_droplet/x": ragged("epix/var_droplet/x", [each["epix/var_droplet/x"] for each in told]),
    }
    table = type(some_rows(0, 1))(first, stop - first, columns)
    return travelled(rows_message(some_reduced(first, stop, rows=table), topic="rows/events"))


def image_at(seq: int) -> NDArray[np.float32]:
    """The frame of an event; one pixel is masked."""
    image = np.arange(12, dtype=np.float32).reshape(3, 4) + seq
    image[1, 2] = np.nan
    return image


def frame(seq: int, detector: str = "cspad") -> Message:
    """A frame as a subscriber gets it."""
    header = {"seq": seq, "unit": "keV", "rough": False, "events": seq, "event_time": event_time(seq), "fiducials": 3 * seq}
    return travelled(Message("frame", header, {"image": image_at(seq)}, f"frame/{detector}"))


def travelled(message: Message) -> Message:
    """The message as it is behind a socket."""
    return decode([bytes(part) for part in encode(message)])


def same(value: Any, other: Any) -> bool:
    """Whether two values agree in type, shape and content."""
    if isinstance(other, np.ndarray):
        return isinstance(value, np.ndarray) and value.dtype == other.dtype and np.array_equal(value, other, equal_nan=True)
    return type(value) is type(other) and value == other
