"""Beam-line data that accompany every shot: electron beam, gas detector, phase cavity."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitor.simulate.contribution import Contribution, contribution
from monitor.simulate.devices.payload import beam_line, blank
from monitor.xtc.write import type_word

EBEAM_TYPE, GAS_TYPE, CAVITY_TYPE = 15, 14, 16

EBEAM, PHASE_CAVITY = beam_line("EBeam"), beam_line("PhaseCavity")
GAS_DETECTOR, NH2_IPM = beam_line("FEEGasDetEnergy"), beam_line("NH2-SB1-IPM-01")


def ebeam(version: int, count: int, **values: ArrayLike) -> Contribution:
    """Electron beam; values by field name (``ebeamCharge`` in nC, ``ebeamL3Energy`` in MeV, ...), one or one per event."""
    return contribution(EBEAM, type_word(EBEAM_TYPE, version), _filled(EBEAM_TYPE, version, count, values))


def gas_detector(version: int, energy_mJ: NDArray[np.float64], noise: NDArray[np.float64]) -> Contribution:
    """Gas detector from the pulse energy before attenuation.

    Parameters
    ----------
    version
        0 or 1.
    energy_mJ
        Pulse energy, shape (events,).
    noise
        Reading errors in mJ, shape (events, 4).
    """
    payload = blank(GAS_TYPE, version, len(energy_mJ))
    for i, (name, factor) in enumerate((("f_11_ENRC", 1.0), ("f_12_ENRC", 1.0), ("f_21_ENRC", 0.8), ("f_22_ENRC", 0.8))):
        payload[name] = factor * energy_mJ + noise[:, i]
    return contribution(GAS_DETECTOR, type_word(GAS_TYPE, version), payload)


def phase_cavity(time_1_ps: ArrayLike, time_2_ps: ArrayLike, charge_pC: ArrayLike, count: int) -> Contribution:
    """Arrival times and charges of both cavities; each one value or one per event."""
    values = {"fitTime1": time_1_ps, "fitTime2": time_2_ps, "charge1": charge_pC, "charge2": charge_pC}
    return contribution(PHASE_CAVITY, type_word(CAVITY_TYPE, 0), _filled(CAVITY_TYPE, 0, count, values))


def _filled(type_id: int, version: int, count: int, values: dict[str, Any]) -> NDArray[Any]:
    payload = blank(type_id, version, count)
    for name, value in values.items():
        payload[name] = value
    return payload
