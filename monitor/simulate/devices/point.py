"""The point detectors around an area detector, in the versions of the last LCLS-I years: the same for every imaging scenario."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.simulate.contribution import Group, Source, process
from monitor.simulate.devices import beam
from monitor.simulate.devices.control import CONTROL, aliases, partition, run_control
from monitor.simulate.devices.epics import DOUBLE, Archiver, Pv, updates_of
from monitor.simulate.devices.evr import BEAM, DROPPED, EVR, LASER_OFF, LASER_ON, evr_configuration, evr_data
from monitor.simulate.devices.hutch import hutch_pvs
from monitor.simulate.devices.ipimb import Ipimb
from monitor.simulate.devices.payload import detector
from monitor.simulate.options import Setup
from monitor.simulate.physics.shots import Pulses
from monitor.simulate.timeline import Shots
from monitor.xtc.header import Level

EVR_SEGMENT, BLD_SEGMENT, IPM_SEGMENT, EPICS_SEGMENT = (process(Level.SEGMENT, 4000 + i, (172, 21, 10, 10 + i)) for i in range(4))
MONITOR = Ipimb(detector("XppSb3Ipm-1|Ipimb-0"))

SHARES = np.array([0.24, 0.26, 0.25, 0.25])
BEAM_ENERGY_MEV, PHOTON_ENERGY_EV = 13_600.0, 9500.0


class PointDetectors:
    """Event receiver, beam-line data, an intensity monitor, EPICS and the run control of one run.

    Parameters
    ----------
    setup
        Size of the run.
    pulses
        Truth of every pulse.
    random
        Source of chance, for reading errors.
    control
        Name of the scan variable, in fs; empty = no scan.
    values
        Its value in each step, shape (steps,).
    aliases
        Names of further detectors of the run.
    """

    def __init__(
        self,
        setup: Setup,
        pulses: Pulses,
        random: np.random.Generator,
        *,
        control: str,
        values: NDArray[np.float64],
        aliases: Mapping[str, Source],
    ) -> None:
        self._setup, self._pulses, self._control, self._values = setup, pulses, control, values
        self._names = {**aliases, "evr0": EVR, "ipm3": MONITOR.source}
        self._noise = random.normal(0.0, 1.0, (setup.total, 8))
        updates = updates_of(setup)
        pvs = hutch_pvs(updates, random, motors=8, gauges=4, counters=2, switches=2)
        if control:
            target = np.concatenate([values[:1], np.repeat(values, (updates - 1) // setup.steps)])
            pvs.insert(0, Pv(f"LAS:FS1:{control.upper()}", DOUBLE, target, "fs", alias=control))
        self._archiver = Archiver(pvs, setup)

    def configure(self) -> list[Group]:
        """Configuration of everything, names, and what is read out."""
        sources = [*self._names.values(), beam.EBEAM, beam.PHASE_CAVITY, beam.GAS_DETECTOR]
        head = [run_control(4, self._setup.events, {}), partition(sources), aliases(self._names)]
        return [
            Group(CONTROL, head),
            Group(EVR_SEGMENT, [evr_configuration(7)]),
            Group(IPM_SEGMENT, MONITOR.configure()),
            Group(EPICS_SEGMENT, self._archiver.configure()),
        ]

    def begin_step(self, step: int) -> list[Group]:
        """The scan variable, directly under the root."""
        controls = {self._control: float(self._values[step])} if self._control else {}
        return [Group(None, [run_control(4, self._setup.events, controls)])]

    def events(self, shots: Shots) -> list[Group]:
        """All point detectors of these events."""
        at, n, true = shots.run_slice, len(shots), self._pulses
        light, there, noise = true.intensity[at], ~true.dropped[at], self._noise[at]
        codes = {
            BEAM: np.ones(n, bool),
            DROPPED: true.dropped[at],
            LASER_ON: true.laser[at],
            LASER_OFF: ~true.laser[at],
        }
        ebeam = beam.ebeam(
            7,
            n,
            ebeamCharge=there * (0.25 + 0.002 * noise[:, 0]),
            ebeamL3Energy=BEAM_ENERGY_MEV + 5.0 * noise[:, 1],
            ebeamPkCurrBC2=there * 3000.0,
            ebeamPhotonEnergy=there * (PHOTON_ENERGY_EV + 7.0 * noise[:, 1]),
        )
        cavity = beam.phase_cavity(true.cavity_ps[at, 0], true.cavity_ps[at, 1], there * 250.0, n)
        gas = beam.gas_detector(1, 1.2 * light, 0.01 * noise[:, 2:6])
        monitor = (light * (1 + 0.003 * noise[:, 6]))[:, None] * SHARES
        return [
            Group(EVR_SEGMENT, [evr_data(shots, codes, version=4)]),
            Group(BLD_SEGMENT, [ebeam, cavity, gas]),
            Group(IPM_SEGMENT, MONITOR.events(monitor, shots.numbers)),
            Group(EPICS_SEGMENT, [self._archiver.events(shots)]),
        ]

    def facts(self) -> dict[str, Any]:
        """Scan variable, monitor and event codes."""
        scan = {"control": {"pv": self._control, "unit": "fs", "values": self._values.tolist()}} if self._control else {}
        return {
            **scan,
            "monitor": {"source": "XppSb3Ipm-1|Ipimb-0", "value": "IpmFex sum"},
            "event_codes": {"beam": BEAM, "dropped": DROPPED, "laser_on": LASER_ON, "laser_off": LASER_OFF},
        }

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Per-event truth, shape (events,)."""
        true = self._pulses
        return {
            "intensity": true.intensity,
            "laser": true.laser,
            "dropped": true.dropped,
            "jitter_fs": true.jitter_fs,
            "cavity_ps": true.cavity_ps,
        }
