"""The scanned variables of a step, out of the run state."""

from collections.abc import Mapping

import numpy as np

from monitor.errors import DamagedData
from monitor.model.run_state import RunState
from monitor.xtc.decode import decode
from monitor.xtc.header import type_id, version
from monitor.xtc.types import TYPES
from monitor.xtc2.run_names import XTC2, scanned

CONTROL_CONFIG = 10
"""Type id of the scan control of a calib cycle."""

NO_ARRAY = 0xFFFFFFFF


def controls_of(state: RunState) -> Mapping[str, float]:
    """Name and set value of each scanned variable; elements of an array are ``NAME[index]``. Empty where there is no scan."""
    if state.format == XTC2:
        return scanned(state)
    found: dict[str, float] = {}
    for key, data in state.configs.items():
        kind = TYPES.get((type_id(key.contains), version(key.contains)))
        if kind is None or kind.type_id != CONTROL_CONFIG:
            continue
        try:
            record = decode(kind, np.frombuffer(data, np.uint8))
        except DamagedData:
            # The payload is kept and counted with the step; a step without known controls is still a step.
            continue
        for control in record.get("pvControls", ()):
            index = int(control["index"])
            name = control["name"] if index == NO_ARRAY else f"{control['name']}[{index}]"
            found[name] = float(control["value"])
    return found
