"""Frames that travel by place: on one machine a message says in which memory its image lies, instead of carrying it."""

import logging
from collections.abc import Callable
from dataclasses import asdict, fields, replace
from typing import Any

import numpy as np

from monitor.errors import ProtocolError, Unusable
from monitor.net.parts import LARGE
from monitor.net.slots import COUNT, Mapped, Place, Slots
from monitor.wire.message import Message, array_in, column_of

log = logging.getLogger(__name__)

FRAMES = "frame/"
"""Topics whose images are put into memory: the newest frame counts, and it comes several times a second."""

IMAGE = "image"
MEMORY = "memory"
"""Header entry of a message whose image lies in memory: the fields of ``Place``, and ``column`` as in any header."""

MOST_BYTES = 512 << 20
"""Of all frames' memory together; what has no room in it travels whole."""

MOST_MAPPED = 16
"""Topics whose memory a reader keeps mapped."""


class FrameMemory:
    """Where a publisher puts frames."""

    def __init__(self) -> None:
        self._slots: dict[str, Slots] = {}
        self._refused = False

    def placed(self, message: Message) -> Message | None:
        """The message with the place of its image; ``None`` if it must travel whole."""
        image = message.arrays.get(IMAGE)
        if self._refused or image is None or image.nbytes < LARGE or not message.topic.startswith(FRAMES):
            return None
        try:
            slots = self._slots_for(message.topic, image.nbytes)
            place = None if slots is None else slots.put(np.ascontiguousarray(image).reshape(-1).view(np.uint8))
        except Unusable as error:
            self._refused = True
            self.keep(lambda topic: False)
            log.warning("frames_not_in_memory", extra={"why": str(error)})
            return None
        if place is None:
            return None
        header = {**message.header, MEMORY: {**asdict(place), "column": column_of(IMAGE, image)}}
        return replace(message, header=header, arrays={name: array for name, array in message.arrays.items() if name != IMAGE})

    def keep(self, wanted: Callable[[str], bool]) -> None:
        """Let go of the memory of topics that nobody wants."""
        for topic in [topic for topic in self._slots if not wanted(topic)]:
            self._slots.pop(topic).close()

    def _slots_for(self, topic: str, size: int) -> Slots | None:
        """Memory for frames of this size; ``None`` if it would be too much."""
        slots = self._slots.get(topic)
        if slots is None or slots.size != size:
            self.keep(lambda other: other != topic)
            if COUNT * (size + sum(other.size for other in self._slots.values())) > MOST_BYTES:
                return None
            slots = self._slots[topic] = Slots(size)
        return slots


class Recall:
    """Finds the images of messages that say where they lie.

    Attributes
    ----------
    gone
        Images that were written over before they were looked at.
    """

    def __init__(self) -> None:
        self.gone = 0
        self._mapped: dict[str, tuple[tuple[int, int, int], Mapped]] = {}

    def whole(self, message: Message) -> Message | None:
        """The message with its image, which stays as it is while it is used; ``None`` if something else is there by now.

        Raises
        ------
        Unusable
            If that memory cannot be read here.
        ProtocolError
            If the message does not say what it must.
        """
        said = message.header.get(MEMORY)
        if said is None:
            return message
        place = place_of(said)
        data: Any = self._memory_of(message.topic, place).read(place)
        if data is None:
            self.gone += 1
            return None
        name, image = array_in(said.get("column"), [memoryview(data)])
        header = {key: value for key, value in message.header.items() if key != MEMORY}
        return replace(message, header=header, arrays={**message.arrays, name: image})

    def keep(self, wanted: Callable[[str], bool]) -> None:
        """Let go of the memory of topics that nobody wants; images that are in use stay."""
        self._mapped = {topic: mapped for topic, mapped in self._mapped.items() if wanted(topic)}

    def close(self) -> None:
        """Let go of all memory; images that are in use stay."""
        self._mapped.clear()

    def _memory_of(self, topic: str, place: Place) -> Mapped:
        """Memory of a topic, in place of what it had before: of a service that was restarted, or of frames of another size."""
        key = (place.process, place.descriptor, place.key)
        known, mapped = self._mapped.get(topic, (None, None))
        if mapped is None or known != key:
            mapped = Mapped(place)
            while len(self._mapped) >= MOST_MAPPED:
                del self._mapped[next(iter(self._mapped))]
            self._mapped[topic] = (key, mapped)
        return mapped


def place_of(said: object) -> Place:
    """The place in a header's entry.

    Raises
    ------
    ProtocolError
        If it is none.
    """
    numbers: dict[str, Any] = {field.name: said.get(field.name) for field in fields(Place)} if isinstance(said, dict) else {}
    if not numbers or not all(type(number) is int and 0 <= number < 1 << 62 for number in numbers.values()):
        raise ProtocolError("a message does not say in which memory its image lies")
    return Place(**numbers)
