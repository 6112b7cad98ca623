"""Algorithms 7, 71, 72 and 80 to 85: medians of banks, rows in banks and columns in halves, for Jungfrau and Epix10ka.

Source: the facility's Detector, common mode of gain-switching panels; the order is banks, rows, columns. Only pixels in the
ranges that a layout names count and are corrected.
"""

from pydantic import Field

from monitor.settings import Section
from workers.corrections.common_mode.algorithm import ALGORITHMS, Algorithm, Corrector, Situation, named
from workers.corrections.common_mode.medians import Medians
from workers.corrections.common_mode.rule import Rule, Tile, below
from workers.corrections.common_mode.structure import readout_of

ROWS, COLUMNS, BANKS = 1, 2, 4


class Parameters(Section):
    """Steps and limits."""

    mode: int = Field(3, ge=0, le=7)
    """1 rows of a bank, 2 columns of a half, 4 whole banks; sums of these for several steps."""
    cormax: float = Field(10.0, ge=0)
    """Medians from this on are not believed, ADU."""
    npixmin: int = Field(10, ge=0)
    """Pixels that must count: at least so many in a bank, more than so many in a row or column."""


def make(parameters: Parameters, situation: Situation) -> Corrector:
    """Corrector of the wanted steps."""
    if not parameters.mode:
        return Medians(())
    readout = readout_of(situation.panel)
    largest, more = below(parameters.cormax), parameters.npixmin + 1
    bank = Rule(largest=largest, least=parameters.npixmin, everywhere=False)
    line = Rule(largest=largest, least=more, everywhere=False)
    steps = {
        BANKS: (Tile(rows=readout.rows, columns=readout.columns), bank),
        ROWS: (Tile(rows=1, columns=readout.columns), line),
        COLUMNS: (Tile(rows=readout.rows, columns=1), line),
    }
    return Medians([step for bit, step in steps.items() if parameters.mode & bit])


PRESETS = {7: (3, 10.0), 71: (1, 10.0), 72: (2, 10.0), 80: (0, 100.0), 83: (1, 100.0), 84: (2, 10.0), 85: (3, 10.0)}
"""Mode and largest correction of each number (smalldata_tools)."""

for number, (mode, cormax) in PRESETS.items():
    ALGORITHMS.add(
        str(number),
        Algorithm(
            parameters=Parameters,
            make=make,
            preset={"mode": mode, "cormax": cormax},
            from_numbers=named("mode", "cormax", "npixmin"),
        ),
    )
