"""Intensity and position monitors: four diodes behind charge amplifiers, and the values derived from them.

The recorder derives ``channel = (base - volts) * scale`` per diode, and from the four the sum and two positions (Lusi::IpmFex).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.simulate.contribution import Contribution, Source, contribution
from monitor.simulate.devices.payload import blank, configuration
from monitor.xtc.write import type_word

IPIMB_DATA, IPIMB_CONFIG, IPM_FEX_CONFIG, IPM_FEX, SHARED_IPIMB = 22, 23, 30, 31, 35

VOLTS_PER_COUNT = 3.3 / 65535
"""Digitizer of the first board version."""

BASE = 3.0
"""Volts without light; light lowers them."""

SCALE = 1.0
X_SCALE, Y_SCALE = 1.0, 1.0


@dataclass(frozen=True, slots=True)
class Ipimb:
    """One board with its four diodes."""

    source: Source
    serial: int = 77

    def configure(self) -> list[Contribution]:
        """Board configuration, and the constants of the derived values."""
        diode = {"base": [BASE] * 3, "scale": [SCALE] * 3}
        fex = {"diode": [diode] * 4, "xscale": X_SCALE, "yscale": Y_SCALE}
        return [
            configuration(self.source, IPIMB_CONFIG, 1, board_values(self.serial)),
            configuration(self.source, IPM_FEX_CONFIG, 1, fex),
        ]

    def events(self, channels: NDArray[np.float64], counter: NDArray[np.int64]) -> list[Contribution]:
        """Raw counts and derived values for diode signals in V, shape (events, 4)."""
        counts = digitized(channels)
        raw = blank(IPIMB_DATA, 1, len(counts))
        fill_counts(raw, counts, counter)
        fex = blank(IPM_FEX, 1, len(counts))
        fill_derived(fex, counts)
        return [
            contribution(self.source, type_word(IPIMB_DATA, 1), raw),
            contribution(self.source, type_word(IPM_FEX, 1), fex),
        ]


def shared_ipimb(source: Source, channels: NDArray[np.float64], counter: NDArray[np.int64]) -> Contribution:
    """The beam-line form: raw counts, configuration and derived values in one payload."""
    counts = digitized(channels)
    payload = blank(SHARED_IPIMB, 0, len(counts))
    fill_counts(payload["ipimbData"], counts, counter)
    for name, value in board_values(3).items():
        payload["ipimbConfig"][name] = value
    fill_derived(payload["ipmFexData"], counts)
    return contribution(source, type_word(SHARED_IPIMB, 0), payload)


def board_values(serial: int) -> dict[str, Any]:
    """Settings of a board, first version."""
    return {
        "serialID": serial,
        "chargeAmpRange": 0x55,
        "resetLength": 1_000_000,
        "resetDelay": 4095,
        "chargeAmpRefVoltage": 3.0,
        "diodeBias": 12.0,
        "calStrobeLength": 1000,
        "trigDelay": 89_000,
    }


def digitized(channels: NDArray[np.float64]) -> NDArray[np.int64]:
    """Counts of the digitizer for diode signals in V; a signal beyond the base saturates at 0."""
    counts = np.rint((BASE - channels / SCALE) / VOLTS_PER_COUNT)
    return np.clip(counts, 0, 65535).astype(np.int64)


def fill_counts(payload: NDArray[Any], counts: NDArray[np.int64], counter: NDArray[np.int64]) -> None:
    """Write raw counts, shape (events, 4), into IpimbData payloads."""
    payload["triggerCounter"] = counter
    for i in range(4):
        payload[f"channel{i}"] = counts[:, i]


def fill_derived(payload: NDArray[Any], counts: NDArray[np.int64]) -> None:
    """Write what the recorder derives from counts, shape (events, 4), into IpmFex payloads."""
    channels: NDArray[np.float64] = (BASE - counts.astype(np.float64) * VOLTS_PER_COUNT) * SCALE
    payload["channel"] = channels
    payload["sum"] = channels.sum(axis=1)
    payload["xpos"] = X_SCALE * _asymmetry(channels[:, 1], channels[:, 3])
    payload["ypos"] = Y_SCALE * _asymmetry(channels[:, 0], channels[:, 2])


def _asymmetry(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """(a - b) / (a + b), 0 without light."""
    total = a + b
    there = np.abs(total) > 1e-3
    return np.where(there, (a - b) / np.where(there, total, 1.0), 0.0)
