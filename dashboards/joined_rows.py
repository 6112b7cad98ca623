"""Row messages that came in one turn as few: what is done per message and column is then done once per turn."""

from collections.abc import Sequence

import numpy as np

from monitor.wire.message import Message

ROWS = "rows/events"


def groups_of(messages: Sequence[Message]) -> list[list[Message]]:
    """Messages in their order, those in one list to be joined: neighbours that are rows with the same columns and no gap."""
    groups: list[list[Message]] = []
    for message in messages:
        if groups and _follows(groups[-1][-1], message):
            groups[-1].append(message)
        else:
            groups.append([message])
    return groups


def as_one(group: Sequence[Message]) -> Message:
    """Rows that follow each other as one message; a single one as it is."""
    first = group[0]
    if len(group) == 1:
        return first
    arrays = {name: np.concatenate([message.arrays[name] for message in group]) for name in first.arrays}
    header = {**group[-1].header, "first": first.header["first"], "count": sum(each.header["count"] for each in group)}
    return Message(first.kind, header, arrays, first.topic)


def _follows(before: Message, message: Message) -> bool:
    """Whether the rows are the next ones, of the same run and step, and every array can stand behind the other's."""
    if before.topic != ROWS or message.topic != ROWS or not (_is_whole(before) and _is_whole(message)):
        return False
    one, other = before.header, message.header
    same = all(one.get(key) == other.get(key) for key in ("run", "step", "session", "fields"))
    return same and one["first"] + one["count"] == other["first"] and _shapes(before) == _shapes(message)


def _is_whole(message: Message) -> bool:
    """Whether each column and presence has a value per row, so that no other message's rows can fill in for a missing one."""
    first, count = message.header.get("first"), message.header.get("count")
    if not isinstance(first, int) or not isinstance(count, int) or "c/seq" in message.arrays:
        return False
    # Ragged fields have as many elements as they like; such messages stay alone.
    ragged = any(name.startswith("n/") for name in message.arrays)
    return not ragged and all(array.ndim and len(array) == count for array in message.arrays.values())


def _shapes(message: Message) -> dict[str, tuple[str, tuple[int, ...]]]:
    return {name: (array.dtype.str, array.shape[1:]) for name, array in message.arrays.items()}
