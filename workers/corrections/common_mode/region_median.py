"""Algorithms 4 and 34: medians of the regions that one amplifier reads, for Epix100a and FCCD960.

Source: pdscalibdata and PSCalib, common mode 4. The facility's FCCD960 branch takes its median from a histogram with an empirical
shift of 0.8 ADU; here it is the true median.
"""

import math

from pydantic import Field

from monitor.settings import Section
from workers.corrections.common_mode.algorithm import ALGORITHMS, Algorithm, Corrector, Situation, named
from workers.corrections.common_mode.medians import Medians
from workers.corrections.common_mode.rule import Rule, Tile
from workers.corrections.common_mode.structure import readout_of

REGIONS, ROWS, COLUMNS = 1, 2, 4
FEWEST = 10
"""Pixels that must count in any region (the facility's rule)."""
FCCD960 = (960, 960)
FCCD_STEPS = (Tile(rows=1, columns=80, stride=2), Tile(rows=480, columns=10))
"""Six pieces of each row, even and odd columns apart; 192 super-columns."""


class Parameters(Section):
    """Steps and limits."""

    bits: int = Field(6, ge=0, le=7)
    """Epix100a: 1 whole regions, 2 their rows, 4 their columns; FCCD960: 1 pieces of rows, 2 super-columns; or sums of these."""
    range: float = Field(30.0, ge=0)
    """Pixels with a greater absolute value do not count, ADU."""
    maxcorr: float = Field(10.0, ge=0)
    """Greater medians are not believed, ADU; 0 = all are."""


def make(parameters: Parameters, situation: Situation) -> Corrector:
    """Corrector of the wanted steps."""
    rule = Rule(
        lowest=-parameters.range,
        highest=parameters.range,
        largest=parameters.maxcorr or math.inf,
        least=FEWEST,
    )
    if situation.panel == FCCD960:
        tiles: dict[int, Tile] = dict(zip((REGIONS, ROWS), FCCD_STEPS, strict=True))
    else:
        region = readout_of(situation.panel)
        tiles = {
            REGIONS: Tile(rows=region.rows, columns=region.columns),
            ROWS: Tile(rows=1, columns=region.columns),
            COLUMNS: Tile(rows=region.rows, columns=1),
        }
    return Medians([(tile, rule) for bit, tile in tiles.items() if parameters.bits & bit])


for number, preset in ((4, {}), (34, {"range": 100.0, "maxcorr": 100.0})):
    ALGORITHMS.add(
        str(number),
        Algorithm(parameters=Parameters, make=make, preset=preset, from_numbers=named("bits", "range", "maxcorr")),
    )
