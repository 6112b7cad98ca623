"""European XFEL's karabo-bridge, versions 1.0 and 2.2: one message per event, sources of named values.

The layout is that of ``karabo_bridge/serializer.py`` 0.7; arrays in version 1.0 are maps as msgpack-numpy makes them.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

import msgpack
import numpy as np
from numpy.typing import NDArray

from monitor.aggregator.dialect import DIALECTS, ROWS, SocketDialect, frame_topics, options_of
from monitor.aggregator.events import Moment, TableMaker, Value, frame_of
from monitor.settings import Bridge, Section
from monitor.wire.message import Message, Part

EVENT = "event"
"""Source of the fields whose path has one step, and of time and fiducials."""

ATTOSECONDS = 10**9
"""In a nanosecond."""

Sources = dict[str, dict[str, Value]]


class Options(Section):
    """Further keys of a karabo bridge."""

    version: Literal["2.2", "1.0"] = "2.2"


class Karabo:
    """Makes karabo-bridge messages."""

    def __init__(self, settings: Bridge) -> None:
        self._pack = PACKERS[options_of(settings, Options).version]
        self._maker = TableMaker(settings.fields, settings.every)
        self.topics = (ROWS, *frame_topics(settings))

    def translate(self, message: Message) -> Iterator[Sequence[Part]]:
        """One message per event, and one per frame."""
        if message.topic.startswith("frame/"):
            detector, moment, image = frame_of(message)
            yield self._pack({detector: {"image": image}}, moment)
            return
        for moment, values in self._maker.table(message).events():
            yield self._pack(sources(moment, values), moment)

    def lost(self) -> None:
        """Every message stands for itself."""


def sources(moment: Moment, values: dict[str, Value]) -> Sources:
    """The values by source (first step of the path) and key (the rest)."""
    found: Sources = {EVENT: {"seconds": moment.seconds, "nanoseconds": moment.nanoseconds, "fiducials": moment.fiducials}}
    for path, value in values.items():
        source, _, key = path.partition("/")
        found.setdefault(source if key else EVENT, {})[key or path] = value
    return found


def metadata(source: str, moment: Moment) -> dict[str, Any]:
    """Who and when; without the time where it is not known."""
    known: dict[str, Any] = {"source": source, "timestamp.tid": moment.seq}
    if moment.seconds < 0:
        return known
    frac = f"{moment.nanoseconds * ATTOSECONDS:018d}"
    return {**known, "timestamp": moment.time, "timestamp.sec": str(moment.seconds), "timestamp.frac": frac}


def version_2_2(found: Sources, moment: Moment) -> list[Part]:
    """Pairs of header and content: the plain values of a source, then each of its arrays, uncopied."""
    parts: list[Part] = []
    for source, values in sorted(found.items()):
        plain = {key: value for key, value in values.items() if not isinstance(value, np.ndarray)}
        header = {"source": source, "content": "msgpack", "metadata": metadata(source, moment)}
        parts += [msgpack.packb(header), msgpack.packb(plain)]
        for key, value in values.items():
            if isinstance(value, np.ndarray):
                parts += _array_parts(source, key, value)
    return parts


def version_1_0(found: Sources, moment: Moment) -> list[Part]:
    """One map of all sources, arrays as msgpack-numpy writes them."""
    whole = {
        source: {**{key: _plain_1_0(value) for key, value in values.items()}, "metadata": metadata(source, moment)}
        for source, values in sorted(found.items())
    }
    return [msgpack.packb(whole)]


PACKERS: dict[str, Callable[[Sources, Moment], list[Part]]] = {"2.2": version_2_2, "1.0": version_1_0}


def _array_parts(source: str, key: str, array: NDArray[Any]) -> list[Part]:
    """Header and bytes of an array; the client takes the dtype for that of its own machine."""
    native = np.ascontiguousarray(array, array.dtype.newbyteorder("="))
    header = {"source": source, "content": "array", "path": key, "dtype": str(native.dtype), "shape": array.shape}
    return [msgpack.packb(header), native.reshape(-1).view(np.uint8).data]


def _plain_1_0(value: Value) -> Any:
    if not isinstance(value, np.ndarray):
        return value
    return {b"nd": True, b"type": value.dtype.str, b"kind": b"", b"shape": value.shape, b"data": value.tobytes()}


DIALECTS.add("karabo", SocketDialect(Karabo, ("rep", "pub", "push")))
