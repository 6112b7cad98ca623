"""Photons on an Epix100a, a pnCCD and an array of Epix10ka panels in different gain modes, all in the same run."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.simulate.constants import Constant
from monitor.simulate.contribution import Group, process
from monitor.simulate.devices import epix, pnccd
from monitor.simulate.devices.payload import detector
from monitor.simulate.devices.point import PointDetectors
from monitor.simulate.options import Options, Setup
from monitor.simulate.physics.auto_gain import auto_gain, digitize_panel, measurable
from monitor.simulate.physics.photons import sparse, spots
from monitor.simulate.physics.sensor import ADC_MAX, Sensor, dark_frame, sensor
from monitor.simulate.physics.shots import pulses
from monitor.simulate.scenario import Scenario
from monitor.simulate.timeline import Shots, Timeline
from monitor.xtc.header import Level

PHOTON_KEV = 9.5
EPIX100A_ADU, PNCCD_ADU = 150, 300
"""Height of one photon."""
PHOTONS = 3000
"""Single photons on each detector at mean intensity; on the Epix10ka on each panel."""
SPOT_PHOTONS = 4000.0
"""Photons of the spot on each Epix10ka panel at mean intensity: its middle switches to low gain, or leaves a fixed one."""
COMMON_ADU = 4.0
"""Standard deviation of the common mode of a panel of the Epix100a and the pnCCD."""

SEGMENT = process(Level.SEGMENT, 4095, (172, 21, 10, 55))
EPIX100A = detector("XppGon-0|Epix100a-1", process_id=4495)
PNCCD = detector("XppEndstation-0|pnCCD-0", process_id=4496)
TEXTS = {"epix100": "XppGon.0:Epix100a.1", "pnccd": "XppEndstation.0:pnCCD.0"}
ARRAYS = {"epix10kaQuad": ("Epix10kaQuad", epix.QUAD), "epix10ka2M": ("Epix10ka2M", epix.LARGE)}


class Cameras:
    """One run with everything decided.

    Parameters
    ----------
    setup, timeline
        Size and clock of the run.
    """

    def __init__(self, setup: Setup, timeline: Timeline) -> None:
        if setup.detector not in ARRAYS:
            raise ConfigError(f"must be one of {', '.join(ARRAYS)}", key="simulate.detector", nearest="epix10kaQuad")
        device, self._panels = ARRAYS[setup.detector]
        self._array, self._array_text = detector(f"XppEndstation-0|{device}-0", process_id=4497), f"XppEndstation.0:{device}.0"
        self._seed = setup.seed
        random = np.random.default_rng([setup.seed, 0xCB])
        self.pulses = pulses(setup.total, random, jitter_fs=100.0, cavity_noise_fs=20.0)
        names = {"epix100": EPIX100A, "pnccd": PNCCD, "epix10ka": self._array}
        self.points = PointDetectors(setup, self.pulses, random, control="", values=np.zeros(setup.steps), aliases=names)
        self._sensors = {
            "epix100": sensor(epix.EPIX100A_PANELS, random, pedestal=2500.0, spread=60.0, rms=8.0, bad=2e-4),
            "pnccd": sensor(pnccd.PANELS, random, pedestal=1200.0, spread=50.0, rms=6.0, bad=2e-4),
        }
        modes = np.array([epix.MODES[panel % len(epix.MODES)] for panel in range(self._panels)])
        self._auto = auto_gain((self._panels, *epix.EPIX10KA_PANEL), modes, random)
        self._configured = epix.epix10ka_configuration(self._array, self._panels)
        self._spot = np.array([[0, 120, 200]])
        self.photons = {name: np.zeros(setup.total, np.int64) for name in self._sensors}
        self.common = {
            name: random.normal(0, COMMON_ADU, (setup.total, len(each.pedestal))).astype(np.float32)
            for name, each in self._sensors.items()
        }
        self.energy = np.zeros((setup.total, self._panels))
        self.switched = np.zeros((setup.total, self._panels), np.int64)

    def configure(self) -> list[Group]:
        """Configuration of the detectors and of everything around them."""
        parts = [epix.epix100a_configuration(EPIX100A), pnccd.pnccd_configuration(PNCCD), self._configured]
        return [*self.points.configure(), Group(SEGMENT, parts)]

    def begin_step(self, step: int) -> list[Group]:
        """Nothing is scanned."""
        return self.points.begin_step(step)

    def events(self, shots: Shots) -> list[Group]:
        """Frames and point detectors."""
        small, large = epix.epix100a_payloads(EPIX100A, shots), epix.epix10ka_payloads(self._configured, shots)
        quadrants = np.empty((len(shots), *pnccd.PANELS), np.uint16)
        for i, number in enumerate(shots.numbers):
            self._expose("epix100", small["frame"][i][None], int(number), EPIX100A_ADU)
            self._expose("pnccd", quadrants[i], int(number), PNCCD_ADU)
            self._expose_array(large["frame"][i], int(number))
        parts = [
            epix.epix100a_data(EPIX100A, small),
            pnccd.pnccd_data(PNCCD, shots, quadrants),
            epix.epix10ka_data(self._array, large),
        ]
        return [*self.points.events(shots), Group(SEGMENT, parts)]

    def facts(self) -> Mapping[str, Any]:
        """Constants of the physics."""
        return {
            **self.points.facts(),
            "detectors": {**TEXTS, "epix10ka": self._array_text},
            "photon_ADU": {"epix100": EPIX100A_ADU, "pnccd": PNCCD_ADU},
            "photon_keV": PHOTON_KEV,
            "gain_modes": self._auto.modes.tolist(),
            "gain_ADU_per_keV": self._auto.gain.tolist(),
        }

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        """Photons of each event, shape (events,); common mode, measurable energy, switched pixels by panel; constants."""
        return {
            **self.points.arrays(),
            **{f"{name}_photons": counts for name, counts in self.photons.items()},
            **{f"{name}_common_mode": values for name, values in self.common.items()},
            **{f"{name}_pedestal": each.pedestal for name, each in self._sensors.items()},
            **{f"{name}_status": each.status for name, each in self._sensors.items()},
            "epix10ka_energy_keV": self.energy,
            "epix10ka_switched": self.switched,
        }

    def constants(self) -> list[Constant]:
        """Pedestals and status of all, and the gains of the Epix10ka's seven modes."""
        plain = [
            constant
            for name, text in TEXTS.items()
            for constant in (
                Constant(source=text, ctype="pedestals", content=self._sensors[name].pedestal),
                Constant(source=text, ctype="pixel_status", content=self._sensors[name].status, form="%d"),
            )
        ]
        gains = np.broadcast_to(self._auto.gain[:, None, None, None], self._auto.pedestal.shape)
        return [
            *plain,
            Constant(source=self._array_text, ctype="pedestals", content=self._auto.pedestal, form="%d"),
            Constant(source=self._array_text, ctype="pixel_gain", content=gains, form="%.3f"),
        ]

    def _expose(self, name: str, frame: NDArray[np.uint16], number: int, height: int) -> None:
        """Fill one frame; the chance of a frame depends on its number alone."""
        device: Sensor = self._sensors[name]
        random = np.random.default_rng([self._seed, len(name), number])
        dark_frame(frame, device, self.common[name][number], random)
        hits = sparse(device.pedestal.shape, int(random.poisson(PHOTONS * self.pulses.intensity[number])), random)
        hits = hits[device.status.reshape(-1)[hits] == 0]
        light = height * np.bincount(hits, minlength=frame.size).reshape(frame.shape)
        frame[:] = np.minimum(frame + light, ADC_MAX)
        self.photons[name][number] = len(hits)

    def _expose_array(self, frames: NDArray[np.uint16], number: int) -> None:
        """Fill the panels of the Epix10ka."""
        random = np.random.default_rng([self._seed, 0xE1, number])
        light, panel = self.pulses.intensity[number], (1, *epix.EPIX10KA_PANEL)
        for i in range(self._panels):
            single = sparse(panel, int(random.poisson(PHOTONS * light)), random)
            bright = spots(panel, self._spot, np.array([SPOT_PHOTONS * light]), random)
            energy = PHOTON_KEV * np.bincount(np.concatenate([single, bright]), minlength=frames[i].size).reshape(panel[1:])
            frames[i] = digitize_panel(self._auto, i, energy, random)
            self.energy[number, i] = measurable(self._auto, i, energy).sum()
            self.switched[number, i] = (frames[i] >> 14).sum()


SCENARIO = Scenario(
    name="cameras",
    summary="photons on an Epix100a, a pnCCD and Epix10ka panels (quad or 2M) in four gain modes",
    experiment="xpp12313",
    run=12,
    defaults=Options(steps=1, events=24, streams=2, chunk_size=0, rate=120.0, damage=0.0, detector="epix10kaQuad"),
    event_size=5 << 20,
    build=Cameras,
)
