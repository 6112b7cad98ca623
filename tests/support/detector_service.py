"""A fake service with everything that the pages of detectors show: curves, waveforms, an edge, peaks, readings and presence."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.wire.message import Message
from tests.support.fake_service import FRAME_SHAPE, UNITS, FakeService

Q = np.linspace(0.5, 3.4, 30)
PHI = np.array([-np.pi, 0.0, np.pi])
SAMPLES = 200
PIXELS = 300
PS_PER_PIXEL = 0.0125
CENTRE = 150.0
STEP_PS = 0.04
"""One step of the fake's delay scan."""

MORE_UNITS = {
    "cspad/azav_azav": "keV",
    "acq/wave": "V",
    "opal/ttEdge_pos": "pixel",
    "opal/ttEdge_amp": "1",
    "opal/ttEdge_fwhm": "pixel",
    "opal/ttEdge_f": "1",
    "cspad/peaks_nPeaks": "peak",
    "cspad/peaks_hit": "1",
    "cspad_env/temperature": "degC",
    "damage/cspad": "1",
    "damage/opal": "1",
    "damage/acq": "1",
}
PEAKS = {"cspad/var_peaks/row": "pixel", "cspad/var_peaks/col": "pixel", "cspad/var_peaks/tile": "1"}
HITS = {"acq/var_cfd/hitIndices": "sample"}

Lists = dict[str, tuple[NDArray[Any], NDArray[np.int64]]]


@dataclass
class DetectorService(FakeService):
    """As ``FakeService``; ``opal_until`` is the event from which on the camera is missing."""

    units: dict[str, str] = field(default_factory=lambda: {**UNITS, **MORE_UNITS})
    axes: dict[str, NDArray[Any]] = field(default_factory=lambda: {"cspad/azav__azav_q": Q, "cspad/azav__azav_phiVec": PHI})
    opal_until: int = 1 << 60
    controlled: dict[str, Any] = field(default_factory=dict)

    def columns(self, first: int, count: int) -> dict[str, NDArray[Any]]:
        """The further values follow from the event's number."""
        known = super().columns(first, count)
        seq = np.arange(first, first + count)
        position = CENTRE + known["scan/delay"] / 1000 / PS_PER_PIXEL + seq % 5 - 2.0
        peaks = peak_numbers(seq)
        return {
            **known,
            "cspad/azav_azav": azimuthal(seq),
            "acq/wave": waveform(seq),
            "opal/ttEdge_pos": np.where(seq < self.opal_until, position, np.nan),
            "opal/ttEdge_amp": 1.0 + (seq % 10) / 10,
            "opal/ttEdge_fwhm": 30.0 + seq % 3,
            "opal/ttEdge_f": np.exp(-(((np.arange(PIXELS) - position[:, None]) / 12) ** 2)),
            "cspad/peaks_nPeaks": peaks,
            "cspad/peaks_hit": (peaks > 0).astype(np.int64),
            "cspad_env/temperature": 20 + 0.001 * (seq % 1000),
            "damage/cspad": np.ones(count, np.int64),
            "damage/opal": (seq < self.opal_until).astype(np.int64),
            "damage/acq": (seq % 12 == 0).astype(np.int64),
        }

    def lists(self, first: int, count: int) -> Lists:
        """Peaks, and hits in the waveform."""
        seq = np.arange(first, first + count)
        numbers = peak_numbers(seq)
        of = np.repeat(seq, numbers)
        which = np.concatenate([np.arange(n) for n in numbers]) if count else np.empty(0)
        parts = {"row": 20.0 + 10 * which, "col": 30.0 + 10 * (of % 3), "tile": np.zeros(len(of))}
        found: Lists = {name: (parts[name.rpartition("/")[2]], numbers) for name in PEAKS}
        return {**found, "acq/var_cfd/hitIndices": (20 + seq % 100, np.ones(count, np.int64))}

    def settings(self) -> dict[str, Any]:
        """With an edge and a peak finder."""
        plain = super().settings()
        peaks = {"kind": "peakFinder", "name": "peaks", "min_peaks": 1, **self.controlled}
        plain["detector"][0]["feature"].append(peaks)
        edge = {"kind": "timetoolEdge", "name": "ttEdge", "weights": [-1, 0, 1], "ttCalib": [0.0, 1.0]}
        plain["detector"].append({"name": "opal", "source": "", "feature": [edge]})
        return plain

    def _message(self, kind: str, topic: str, first: int, count: int, **more: Any) -> Message:
        message = super()._message(kind, topic, first, count, **more)
        if kind == "history":
            short = {name: array for name, array in message.arrays.items() if array.ndim == 1 or array.shape[-1] < 16}
            return replace(message, arrays=short)
        lists, units = self.lists(first, count), {**PEAKS, **HITS}
        fields = {name: [units[name], "", {"ragged": True, "aligned": ""}] for name in lists}
        arrays = {f"c/{name}": values for name, (values, _) in lists.items()}
        arrays |= {f"n/{name}": lengths for name, (_, lengths) in lists.items()}
        header = {**message.header, "fields": {**message.header["fields"], **fields}}
        return replace(message, header=header, arrays={**message.arrays, **arrays})


def peak_numbers(seq: NDArray[np.int64]) -> NDArray[np.int64]:
    """Every fourth event is a hit, with 1 to 5 peaks."""
    return np.where(seq % 4 == 0, 1 + seq // 4 % 5, 0)


def azimuthal(seq: NDArray[np.int64]) -> NDArray[np.float64]:
    """Two azimuths: a ring at q = 2, with the laser on 10 % higher; the second azimuth is twice the first."""
    ring = 10 + 5 * np.exp(-(((Q - 2.0) / 0.2) ** 2))
    shot = (1 + 0.1 * (seq % 2) + 0.01 * (seq % 7 - 3))[:, None, None]
    both: NDArray[np.float64] = shot * ring * np.array([1.0, 2.0])[:, None]
    return both


def waveform(seq: NDArray[np.int64]) -> NDArray[np.float64]:
    """A pulse at the sample that is listed as a hit."""
    shape: NDArray[np.float64] = np.exp(-np.abs(np.arange(SAMPLES) - (20 + seq % 100)[:, None]) / 4.0)
    return shape


assert FRAME_SHAPE == (185, 388)
