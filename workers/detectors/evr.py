"""Event receivers: which event codes an event has, and whether X-rays and laser were there."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from monitor.model.column import Column
from monitor.xtc.header import type_id
from monitor.xtc.names import source_text
from workers.corrections.level import readonly
from workers.detectors.family import EVENTS, EventFamily, ReadWhole, Whole, whole
from workers.detectors.light import light_codes, light_status
from workers.kernel import kernel
from workers.payloads import Payloads
from workers.run_view import RunView

DATA, CONFIG = 19, 8
CODE_LIMIT = 4096
"""Event codes are below this; 256 in hardware."""
HEAD, CODE = 4, 12
"""Bytes of the count and of one event code in a payload."""


def open_evr(run: RunView) -> ReadWhole:
    """Reader of ``evr/code_<n>`` for every code configured in any receiver, and of ``lightStatus/xray`` and ``laser``.

    A code counts only if it came with the event's own fiducial. ``lightStatus`` follows the first receiver by name.
    """
    codes = sorted({entry["code"] for record in run.all_of(CONFIG) for entry in record.get("eventcodes", [])})
    codes = [int(code) for code in codes if 0 < code < CODE_LIMIT]
    xray, laser = light_codes(run.settings.light, run.state.experiment, codes)
    watched = sorted({*codes, *(abs(code) for code in (*xray, *laser) if abs(code) < CODE_LIMIT)})
    fields = [(watched.index(code), whole(f"evr/code_{code}", f"event code {code} came with this event")) for code in codes]
    lights = [
        (whole("lightStatus/xray", "X-rays on (1), off (0), unknown (-1)"), xray),
        (whole("lightStatus/laser", "laser on (1), off (0), unknown (-1)"), laser),
    ]

    def read(event: Whole) -> Iterable[Column]:
        receivers = _receivers(event)
        if not receivers and not codes:
            return
        seen = np.zeros((len(watched), event.batch.count), bool)
        present = np.zeros(event.batch.count, bool)
        for position, payloads in enumerate(receivers):
            mine, any_code = codes_seen(payloads, event.batch.events["fiducials"], watched)
            if position == 0:
                for field, rule in lights:
                    yield Column(field, light_status(mine, any_code, watched, rule))
            seen |= mine
            present[payloads.entries["event"]] = True
        if not receivers:
            nothing = np.zeros(event.batch.count, bool)
            for field, rule in lights:
                yield Column(field, light_status(seen, nothing, watched, rule))
        for row, field in fields:
            yield Column(field, seen[row].astype(np.int64), None if present.all() else present)

    return read


def _receivers(event: Whole) -> list[Payloads]:
    """Undamaged payloads of each receiver, in the order of their names."""
    found = []
    for (level, physical, contains), payloads in event.groups.items():
        if type_id(contains) != DATA:
            continue
        name = source_text(level, 0, physical)
        good = payloads.where(payloads.entries["damage"] == 0)
        event.trouble.note(f"damaged {name} EvrData", len(payloads) - len(good))
        found.append((name, good))
    return [payloads for _, payloads in sorted(found, key=lambda pair: pair[0])]


def codes_seen(
    payloads: Payloads, fiducials: NDArray[np.uint32], watched: list[int]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which of the watched codes each event has, shape (codes, events), and whether it has any code at all, shape (events,)."""
    slots = np.full(CODE_LIMIT, -1, np.int64)
    slots[watched] = np.arange(len(watched))
    seen, any_code = np.zeros((len(watched), payloads.count), bool), np.zeros(payloads.count, bool)
    for place, buffer in enumerate(payloads.buffers):
        mine = payloads.entries[payloads.entries["place"] == place]
        if len(mine):
            event, offset, size = (np.ascontiguousarray(mine[name]) for name in ("event", "offset", "size"))
            _codes(readonly(buffer), event, offset, size, fiducials.astype(np.uint32), slots, seen, any_code)
    return seen, any_code


@kernel
def _codes(
    buffer: NDArray[np.uint8],
    event: NDArray[np.int64],
    offset: NDArray[np.int64],
    size: NDArray[np.int64],
    fiducials: NDArray[np.uint32],
    slots: NDArray[np.int64],
    seen: NDArray[np.bool_],
    any_code: NDArray[np.bool_],
) -> None:
    for i in range(len(event)):
        if size[i] < HEAD or offset[i] < 0 or offset[i] > len(buffer) - size[i]:
            continue
        words = buffer[offset[i] : offset[i] + size[i] // 4 * 4].view(np.uint32)
        room = (size[i] - HEAD) // CODE
        for k in range(min(np.int64(words[0]), room)):
            fiducial, code = words[1 + 3 * k], words[3 + 3 * k]
            if fiducial != fiducials[event[i]] or code >= len(slots):
                continue
            any_code[event[i]] = True
            if slots[code] >= 0:
                seen[slots[code], event[i]] = True


EVENTS.add("evr", EventFamily(open=open_evr, types=frozenset({DATA})))
