"""A recorded run with curves, waveforms, peaks, sums and where the pixels of its detector are."""

from pathlib import Path

import numpy as np

from monitor.model.sums import SumState
from monitor.store.smalldata import SmallDataFile
from tests.support.detector_service import Q, azimuthal, peak_numbers, waveform
from tests.support.some_rows import column, ragged, some_rows

EVENTS = 400
SHAPE = (2, 6, 8)
"""Panels, rows, columns: side by side they are an image of 6 x 16."""

PIXELS = np.arange(96, dtype=float).reshape(SHAPE)


def array_run(folder: Path, run: int = 11) -> Path:
    """Write it; every fourth event is a hit, the laser is on in every odd one."""
    seq = np.arange(EVENTS)
    numbers = peak_numbers(seq)
    peaks = {name: [np.full(n, value(i)) for i, n in enumerate(numbers)] for name, value in PLACES.items()}
    columns = {
        "cspad/azav_azav": column("cspad/azav_azav", azimuthal(seq), unit="keV"),
        "acq/wave": column("acq/wave", waveform(seq), present=seq % 3 == 0),
        "cspad/peaks_hit": column("cspad/peaks_hit", numbers > 0, dtype="<i8"),
        "cspad/peaks_nPeaks": column("cspad/peaks_nPeaks", numbers, dtype="<i8"),
        "lightStatus/laser": column("lightStatus/laser", seq % 2, dtype="<i8"),
        "scan/delay": column("scan/delay", seq // 100, unit="ps"),
        **{f"cspad/var_peaks/{name}": ragged(f"cspad/var_peaks/{name}", each) for name, each in peaks.items()},
    }
    file = SmallDataFile(folder, "e81", run, sync=False)
    file.settings(1, "{}", first=0, author="", time=100.0)
    panel, row, col = np.indices(SHAPE)
    places = {"cspad/x": 10.0 * row, "cspad/y": 10.0 * (col + 8 * panel), "cspad/mask": np.ones(SHAPE, np.uint8)}
    file.config(1, {**places, "cspad/azav__azav_q": Q})
    file.commit([some_rows(0, EVENTS, columns)], sums(), stop=EVENTS)
    file.finish(ledger={"read": EVENTS, "written": EVENTS})
    file.close()
    return folder / f"e81_Run{run:04d}.h5"


PLACES = {"row": lambda i: i // 4 % 6, "col": lambda i: i // 8 % 8, "tile": lambda i: i // 4 % 2}
"""Where the peaks of an event are, all at one place."""


def sums() -> dict[str, SumState]:
    """Every pixel is its number in the mean, 1 higher with the laser on; it scatters by 2."""
    half = EVENTS // 2
    found = {"calib": SumState("mean_image", EVENTS, {"total": PIXELS * EVENTS})}
    for state, shift in (("on", 1.0), ("off", 0.0)):
        mean = PIXELS + shift
        found[f"calib_laser_{state}"] = SumState("mean_image", half, {"total": mean * half})
        squares = {"total": mean * half, "squares": (mean**2 + 4) * half}
        found[f"calib_std_laser_{state}"] = SumState("std_image", half, squares)
    return {f"cspad_{name}": state for name, state in found.items()}
