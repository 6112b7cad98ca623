"""Electron beam: position, angle, energy, charge, and the photon energy computed from them."""

from collections.abc import Iterable

import numpy as np

from monitor.model.column import Column
from monitor.model.damage import Damage
from monitor.xtc.types import PayloadType
from workers.detectors.family import POINTS, PointFamily, Read
from workers.detectors.table import named
from workers.payloads import Payloads
from workers.run_view import RunView, Source

MASK = "damageMask"
NAMES = {
    "ebeamCharge": "charge",
    "ebeamL3Energy": "L3_energy",
    "ebeamLTUPosX": "LTU_pos_x",
    "ebeamLTUPosY": "LTU_pos_y",
    "ebeamLTUAngX": "LTU_ang_x",
    "ebeamLTUAngY": "LTU_ang_y",
    "ebeamPkCurrBC2": "pk_curr_bc2",
    "ebeamEnergyBC2": "energy_bc2",
    "ebeamPkCurrBC1": "pk_curr_bc1",
    "ebeamEnergyBC1": "energy_bc1",
    "ebeamUndPosX": "und_pos_x",
    "ebeamUndPosY": "und_pos_y",
    "ebeamUndAngX": "und_ang_x",
    "ebeamUndAngY": "und_ang_y",
    "ebeamXTCAVAmpl": "XTCAV_ampl",
    "ebeamXTCAVPhase": "XTCAV_phase",
    "ebeamDumpCharge": "dump_charge",
    "ebeamPhotonEnergy": "photon_energy",
    "ebeamLTU250": "LTU_250",
    "ebeamLTU450": "LTU_450",
}
"""Small-data names; the values of ``damageMask`` follow the order of the fields in the payload."""


def open_ebeam(source: Source, kind: PayloadType, run: RunView) -> Read:
    """Reader of ``ebeam/*``: only the fields of the recorded version; a value named by the damage mask is absent."""
    dtype = kind.struct.dtype
    if dtype is None or dtype.names is None:
        raise ValueError(f"{kind.name} version {kind.version} has no fixed size")
    fields = named(kind.struct, "ebeam", NAMES)
    bits = {name: np.uint32(1 << bit) for bit, name in enumerate(name for name in dtype.names if name != MASK)}

    def read(payloads: Payloads) -> Iterable[Column]:
        rows = payloads.table(dtype)
        mask = rows[MASK]
        present = np.zeros(payloads.count, bool)
        present[payloads.entries["event"]] = payloads.entries["damage"] == 0
        # With user damage the mask says which values are bad; if it says nothing, none can be trusted.
        present |= _arrived(payloads) & (mask != 0)
        return [Column(field, rows[name].copy(), present & (mask & bits[name] == 0)) for name, field in fields.items()]

    return read


def _arrived(payloads: Payloads) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    arrived = np.zeros(payloads.count, bool)
    arrived[payloads.entries["event"]] = True
    return arrived


POINTS.add("ebeam", PointFamily(types=frozenset({15}), open=open_ebeam, usable_damage=Damage.USER_DEFINED))
