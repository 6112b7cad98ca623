"""The process variables of a hutch: motors, gauges, counters, switches and texts, with slowly changing values."""

import numpy as np
from numpy.typing import NDArray

from monitor.simulate.devices.epics import DOUBLE, ENUM, LONG, STRING, Pv

AXES = ("X", "Y", "Z", "PITCH", "YAW", "ROLL", "ROT", "GAP")


def hutch_pvs(
    updates: int, random: np.random.Generator, *, motors: int, gauges: int, counters: int, switches: int, hutch: str = "XPP"
) -> list[Pv]:
    """Process variables of these numbers.

    Parameters
    ----------
    updates
        Values that each variable has over the run.
    random
        Source of chance.
    motors, gauges
        Doubles: positions in mm that stand still but for the encoder's noise; pressures in Torr that drift.
    counters, switches
        Longs that count, and enums of two states.
    hutch
        First part of all names.
    """
    return [
        *(Pv(_motor_name(hutch, i), DOUBLE, _position(updates, random), "mm") for i in range(motors)),
        *(Pv(f"{hutch}:VAC:GAU:{i + 1:02d}:PRESS", DOUBLE, _pressure(updates, random), "Torr") for i in range(gauges)),
        *(Pv(f"{hutch}:USR:CNT:{i + 1:02d}", LONG, np.arange(updates) * (i + 1), "counts") for i in range(counters)),
        *(Pv(f"{hutch}:USR:SHT:{i + 1:02d}:CMD", ENUM, (np.arange(updates) // 7 + i) % 2) for i in range(switches)),
    ]


def text_pv(name: str, texts: list[str], updates: int) -> Pv:
    """A variable with text that changes now and then."""
    return Pv(name, STRING, np.array([texts[i // 10 % len(texts)].encode() for i in range(updates)], "S40"))


def _motor_name(hutch: str, index: int) -> str:
    return f"{hutch}:{('SB2', 'SB3', 'SB4', 'GON')[index % 4]}:MMS:{index // 4 + 1:02d}.{AXES[index % len(AXES)]}"


def _position(updates: int, random: np.random.Generator) -> NDArray[np.float64]:
    return np.round(random.uniform(-20, 20) + random.normal(0, 2e-4, updates), 5)


def _pressure(updates: int, random: np.random.Generator) -> NDArray[np.float64]:
    pressures: NDArray[np.float64] = 10 ** (random.uniform(-8, -6) + 0.01 * np.cumsum(random.normal(0, 1, updates)))
    return pressures
