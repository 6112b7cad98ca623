"""What blocks say, event by event, however they are cut."""

from typing import Any

from monitor.reader.block import Block, EventBlock


def flat(blocks: list[Block]) -> list[Any]:
    """Transitions as they are; of each event its identity, where its datagrams lie, its EPICS values, and its state."""
    result: list[Any] = []
    for block in blocks:
        if not isinstance(block, EventBlock):
            result.append(block)
            continue
        values = block.epics_start.copy()
        for number, one in enumerate(block.events.tolist()):
            for change in block.epics_changes[block.epics_changes["event"] == number]:
                values[change["pv"]] = change["value"]
            pieces = block.pieces[block.pieces["event"] == number]
            where = [(block.places[p["place"]], *p[["stream", "offset", "length"]].tolist()) for p in pieces]
            result.append((one, where, values.tobytes(), block.state))
    return result
