"""How the panels of detectors are read out: halves with a row of amplifiers each, one bank of columns per amplifier."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Readout:
    """Rows of a half and columns of a bank."""

    rows: int
    columns: int


READOUTS = {
    (512, 1024): Readout(256, 64),
    (352, 384): Readout(176, 48),
    (704, 768): Readout(352, 96),
    (512, 512): Readout(512, 128),
}
"""By shape of a panel: Jungfrau, Epix10ka, Epix100a, pnCCD."""


def readout_of(panel: tuple[int, int]) -> Readout:
    """Readout of a panel of this shape.

    Raises
    ------
    ValueError
        If no detector with banks has such panels.
    """
    if panel not in READOUTS:
        raise ValueError(f"a panel of {panel[0]} x {panel[1]} pixels has no banks; use another algorithm, or 0 for none")
    return READOUTS[panel]
