"""Time tool by its EPICS variables (small-data ``tt``): edge position, amplitude, width, and the calibrated time."""

from collections.abc import Iterable

import numpy as np

from monitor.model.column import Column
from workers.detectors.epics import values_of
from workers.detectors.family import EVENTS, EventFamily, ReadWhole, Whole, real
from workers.run_view import RunView

MARK = "FLTPOSFWHM"
"""A time tool is known by a variable whose name has this in it; the others have the same name but for it."""
POSITION, TIME = "FLTPOS", "FLTPOS_PS"
UNITS = {POSITION: "pixel", TIME: "ps", "AMPL": "", MARK: "pixel", "REFAMPL": "", "AMPLNXT": ""}
CORRECTION = real("tt/ttCorr", "ps", "calibrated arrival time; 0 = no edge was found")
CONFIG = 86


def open_time_tool_epics(run: RunView) -> ReadWhole:
    """Reader of ``tt/FLTPOS`` ... and ``tt/ttCorr``; of several time tools the first by name."""
    places = variables(run)
    fields = [(name, real(f"tt/{name}", unit)) for name, unit in UNITS.items() if name in places]
    terms = calibration(run)

    def read(event: Whole) -> Iterable[Column]:
        if not fields:
            return
        rows = dict(zip((name for name, _ in fields), values_of(event.batch, [places[name] for name, _ in fields]), strict=True))
        for name, field in fields:
            yield Column(field, rows[name])
        if POSITION in rows and terms:
            position = rows[POSITION]
            time = np.polynomial.polynomial.polyval(position, np.array(terms))
            yield Column(CORRECTION, np.where(position == 0, 0.0, time))
        elif TIME in rows:
            yield Column(CORRECTION, rows[TIME])

    return read


def variables(run: RunView) -> dict[str, int]:
    """Number of each variable of the time tool by the end of its name."""
    for text in ("pv", "alias"):
        names = {getattr(pv, text): i for i, pv in enumerate(run.state.pvs)}
        marked = sorted(name for name in names if MARK in name)
        if marked:
            before, _, after = marked[0].partition(MARK)
            return {end: names[before + end + after] for end in UNITS if before + end + after in names}
    return {}


def calibration(run: RunView) -> tuple[float, ...]:
    """Polynomial from pixel to ps, lowest power first: of the settings, else of the data acquisition; empty if there is none."""
    if run.settings.timetool.calibration is not None:
        return run.settings.timetool.calibration
    found = [tuple(float(term) for term in record["calib_poly"]) for record in run.all_of(CONFIG)]
    return next((terms for terms in found if any(terms)), ())


EVENTS.add("time_tool_epics", EventFamily(open=open_time_tool_epics))
