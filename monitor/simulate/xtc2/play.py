"""What is true of every event of the simulated LCLS-II run, and the payloads that say it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.simulate.xtc2.layout import CHANNELS, EPIX, EPIX_CONFIG, GMD, HSD, HSD_CONFIG, JUNGFRAU, SEGMENTS, TIMING
from monitor.xtc2.write import shapes_data

LASER_OFF_CODE = 273
SOFT_XRAYS, DUMP = 4, 2
"""Destinations of the beam."""
SLOW_EVERY = 4
"""The Jungfrau is read out with one event in so many."""

EPIX_PANEL, JUNGFRAU_PANEL = (352, 384), (512, 1024)
PEDESTAL, GAIN = 2000, 60
"""Dark level of the first range, ADU, and ADU per keV; range n has ``PEDESTAL + 50 n`` and ``GAIN / (n + 1)``."""
RANGE_STEP = 50
SPOT = 40
"""Side of the square that is lit in the corner of each panel."""
SWITCHED_KEV = 60
"""From here on a pixel shows up in the next range."""
EPIX_RANGES, JUNGFRAU_RANGES = 7, 3
EPIX_AUTO, EPIX_AUTO_SWITCHED = 3, 5
"""Gain mode of all pixels: automatic, high to low."""
EPIX_BIT, JUNGFRAU_BIT = 1 << 14, 1 << 14

NO_COMMON_MODE = np.array([7, 0, 10, 10], np.float32)
"""The facility's algorithm for gain ranges with none of its steps: the simulated pixels have no common noise."""

BASELINE = 2048
GATE_NS = 270
SAMPLES = 1600
FEX_LOW, FEX_HIGH = 1948, 2148
PEAK = np.array([300, 900, 500, 200])
PEAK_GROUPS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What is true of each event, shape (events, ...).

    Attributes
    ----------
    energy
        Pulse energy as the gas monitor says, mJ; 0 without X-rays.
    xray, laser
        Whether they were there.
    photon_energy
        What each lit pixel gets, keV, whole numbers.
    peak
        First sample of the peak in each digitizer channel, a multiple of four, shape (events, channels).
    """

    energy: NDArray[np.float64]
    xray: NDArray[np.bool_]
    laser: NDArray[np.bool_]
    photon_energy: NDArray[np.int64]
    peak: NDArray[np.int64]

    @classmethod
    def of(cls, count: int, seed: int) -> "Truth":
        """Truth of so many events."""
        random = np.random.default_rng([seed, 0x2])
        xray = random.random(count) > 0.1
        energy = np.where(xray, random.gamma(4.0, 0.25, count), 0.0)
        peak = 4 * random.integers(20, SAMPLES // 4 - 20, (count, CHANNELS))
        return cls(energy, xray, np.arange(count) % 2 == 0, np.rint(energy * 40).astype(np.int64), peak)


def beam(truth: Truth, event: int, timestamp: int) -> list[bytes]:
    """Timing and gas monitor."""
    words = np.zeros(18, np.uint16)
    words[LASER_OFF_CODE >> 4] = int(not truth.laser[event]) << (LASER_OFF_CODE & 15)
    timing: dict[str, Any] = dict.fromkeys(TIMING.fields, 0)
    timing |= {name: np.zeros(n) for name, n in (("fixedRates", 10), ("acRates", 6), ("ebeamEnergy", 4), ("xWavelength", 2))}
    timing |= {"mpsLimits": np.zeros(16), "mpsPowerClass": np.zeros(16), "inhibitCounts": np.zeros(8), "sequenceValues": words}
    timing |= {
        "pulseId": 1_000_000 + event,
        "timeStamp": timestamp,
        "ebeamPresent": 1,
        "ebeamDestn": SOFT_XRAYS if truth.xray[event] else DUMP,
    }
    energy = truth.energy[event]
    gas: dict[str, Any] = dict.fromkeys(GMD.fields, 0) | {"energy": energy, "avgIntensity": 1.0, "rmsElectronSum": event}
    return [shapes_data(TIMING, timing, data_first=True), shapes_data(GMD, gas, data_first=True)]


def quad(truth: Truth, event: int, segments: range) -> list[bytes]:
    """Some segments of the Epix10ka quad."""
    keV = int(truth.photon_energy[event])
    switched = keV >= SWITCHED_KEV
    mode, bit = (EPIX_AUTO_SWITCHED, EPIX_BIT) if switched else (EPIX_AUTO, 0)
    found = []
    for segment in segments:
        frame = np.full(EPIX_PANEL, PEDESTAL + RANGE_STEP * EPIX_AUTO, np.uint16)
        frame[:SPOT, :SPOT] = word_of(keV, mode) | bit
        found.append(shapes_data(EPIX[segment], {"raw": frame, "aux": np.zeros((4, EPIX_PANEL[1]))}))
    return found


def jungfrau(truth: Truth, event: int) -> list[bytes]:
    """The Jungfrau, in events that it is read out with."""
    if event % SLOW_EVERY:
        return []
    keV = int(truth.photon_energy[event])
    mode, bit = (1, JUNGFRAU_BIT) if keV >= SWITCHED_KEV else (0, 0)
    frame = np.full((1, *JUNGFRAU_PANEL), PEDESTAL, np.uint16)
    frame[:, :SPOT, :SPOT] = word_of(keV, mode) | bit
    values = dict.fromkeys(JUNGFRAU.fields, 0) | {"raw": frame, "frame_cnt": event // SLOW_EVERY}
    return [shapes_data(JUNGFRAU, values)]


def waves(truth: Truth, event: int) -> list[bytes]:
    """Both digitizer channels, with the whole waveform and what the firmware keeps of it."""
    found = []
    for channel in range(CHANNELS):
        wave = np.full(SAMPLES, BASELINE, np.uint16)
        first = int(truth.peak[event, channel])
        wave[first : first + len(PEAK)] += PEAK.astype(np.uint16)
        kept = wave[first : first + 4 * PEAK_GROUPS]
        fex = np.concatenate([skipped(first), kept, skipped(SAMPLES - first - len(kept))])
        packed = np.concatenate([stream_of(0, wave), stream_of(1, fex)])
        found.append(shapes_data(HSD[channel], {"eventHeader": [3 << 20, 0], "chan00": packed}))
    return found


def word_of(keV: int, mode: int) -> int:
    """ADC value of so much energy in a gain range."""
    return PEDESTAL + RANGE_STEP * mode + round(keV * GAIN / (mode + 1))


def skipped(samples: int) -> NDArray[np.uint16]:
    """Groups of four words that say how many samples are left out."""
    words = np.zeros(4, np.uint16)
    words[0] = 0x8000 | samples
    return words


def stream_of(number: int, samples: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """One stream of a digitizer: a head of 16 bytes, and the samples."""
    head = np.array([len(samples), number << 24, 0, 0], "<u4")
    return np.concatenate([head.view(np.uint8), samples.astype("<u2").view(np.uint8)])


def configuration() -> tuple[list[bytes], list[bytes], list[bytes]]:
    """Settings of both halves of the quad, and of the digitizer."""
    pixels: dict[str, Any] = {"asicPixelConfig": np.zeros((4, 176, 192)), "trbit": [1] * 4}
    quads = [shapes_data(layout, pixels) for layout in EPIX_CONFIG]
    gate = {"user.raw.gate_ns": GATE_NS, "user.fex.gate_ns": GATE_NS, "user.fex.ymin": FEX_LOW, "user.fex.ymax": FEX_HIGH}
    half = SEGMENTS // 2
    return quads[:half], quads[half:], [shapes_data(layout, gate) for layout in HSD_CONFIG]


def constants() -> dict[str, dict[str, NDArray[np.float32]]]:
    """Pedestals, gains and common mode of both pixel detectors, of all ranges."""
    found = {}
    for name, ranges, shape in (
        ("epixquad", EPIX_RANGES, (SEGMENTS, *EPIX_PANEL)),
        ("jungfrau", JUNGFRAU_RANGES, (1, *JUNGFRAU_PANEL)),
    ):
        number = np.arange(ranges, dtype=np.float32).reshape(-1, 1, 1, 1)
        ones = np.ones((ranges, *shape), np.float32)
        found[name] = {
            "pedestals": (PEDESTAL + RANGE_STEP * number) * ones,
            "pixel_gain": GAIN / (number + 1) * ones,
            "common_mode": NO_COMMON_MODE,
        }
    return found
