"""Algorithm 8: medians of rows, columns and banks of a pnCCD panel.

Source: Detector's common mode for pnCCD. Unlike it, banks without a mask are corrected as banks, not row by row.
"""

from pydantic import Field

from monitor.settings import Section
from workers.corrections.common_mode.algorithm import ALGORITHMS, Algorithm, Corrector, Situation, named
from workers.corrections.common_mode.medians import Medians
from workers.corrections.common_mode.rule import Rule, Tile, below
from workers.corrections.common_mode.structure import readout_of

SHORT_ROWS, ROWS, COLUMNS, BANKS = 1, 2, 4, 8


class Parameters(Section):
    """Steps and limits."""

    mode: int = Field(3, ge=0, le=15)
    """1 rows of a bank (128 pixels), 2 rows (512), 4 columns (512), 8 banks; sums of these for several steps."""
    cormax: float = Field(500.0, ge=0)
    """Medians from this on are not believed, ADU."""
    npixmin: int = Field(10, ge=0)
    """Pixels that must count: at least so many in a bank, more than so many in a row or column."""


def make(parameters: Parameters, situation: Situation) -> Corrector:
    """Corrector of the wanted steps."""
    rows, columns = situation.panel
    bank = readout_of(situation.panel)
    largest = below(parameters.cormax)
    line = Rule(largest=largest, least=parameters.npixmin + 1, everywhere=False)
    steps = {
        SHORT_ROWS: (Tile(rows=1, columns=bank.columns), line),
        ROWS: (Tile(rows=1, columns=columns), line),
        COLUMNS: (Tile(rows=rows, columns=1), line),
        BANKS: (
            Tile(rows=bank.rows, columns=bank.columns),
            Rule(largest=largest, least=parameters.npixmin, everywhere=False),
        ),
    }
    return Medians([step for bit, step in steps.items() if parameters.mode & bit])


ALGORITHMS.add("8", Algorithm(parameters=Parameters, make=make, from_numbers=named("mode", "cormax", "npixmin")))
