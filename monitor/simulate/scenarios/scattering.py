"""Liquid scattering on a full CsPad with a pump laser: rings whose peaks move when the sample is excited."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.simulate.constants import Constant
from monitor.simulate.contribution import Group, process
from monitor.simulate.devices import cspad
from monitor.simulate.devices.cspad_place import IMAGE_CENTRE, PIXEL_UM, geometry_text, pixel_places
from monitor.simulate.devices.payload import detector
from monitor.simulate.devices.point import PointDetectors
from monitor.simulate.options import Options, Setup
from monitor.simulate.physics.alias import draw_from
from monitor.simulate.physics.liquid import liquid, momentum_transfer, response
from monitor.simulate.physics.sensor import DEAD, HOT, Sensor, dark_frame, scatter, sensor
from monitor.simulate.physics.shots import pulses
from monitor.simulate.scenario import Scenario
from monitor.simulate.timeline import Shots, Timeline
from monitor.xtc.header import Level

RANGE_FS = 3000.0
TIME_ZERO_FS = 200.0
RISE_FS = 120.0
DECAY_FS = 8000.0
EXCITED = 0.5
"""Fraction of photons that come from excited liquid right after time zero."""
SHIFT = 0.15
"""How far excitation moves the peaks, 1/angstrom."""
JITTER_FS = 120.0
CAVITY_NOISE_FS = 20.0
PHOTONS = 200_000
"""Per frame at mean intensity; 0.09 per pixel, so that each panel keeps a peak at zero photons."""
PHOTON_ADU = 25
DISTANCE_MM = 100.0
ENERGY_KEV = 9.5
PEDESTAL, PEDESTAL_SPREAD, NOISE, BAD = 1150.0, 90.0, 3.5, 2e-4
COMMON_MODE = 8.0
"""Standard deviation of each panel's shift from shot to shot, ADU; it also drifts by as much over some hundred shots."""

SEGMENT = process(Level.SEGMENT, 4070, (172, 21, 10, 40))
CSPAD = detector("XppGon-0|Cspad-0", process_id=4470)
CSPAD_TEXT = "XppGon.0:Cspad.0"


class Scattering:
    """One scattering run with everything decided.

    Parameters
    ----------
    setup, timeline
        Size and clock of the run.
    """

    def __init__(self, setup: Setup, timeline: Timeline) -> None:
        self._setup = setup
        random = np.random.default_rng([setup.seed, 0xC5])
        self.control = np.linspace(-RANGE_FS, RANGE_FS, setup.steps) if setup.steps > 1 else np.array([RANGE_FS / 2])
        self.pulses = pulses(setup.total, random, jitter_fs=JITTER_FS, cavity_noise_fs=CAVITY_NOISE_FS)
        self.points = PointDetectors(setup, self.pulses, random, control="lxt_ttc", values=self.control, aliases={"cspad": CSPAD})
        self.delay = np.repeat(self.control, setup.events) + self.pulses.jitter_fs
        self.excited = EXCITED * self.pulses.laser * response(self.delay - TIME_ZERO_FS, RISE_FS, DECAY_FS)
        self.sensor = cspad_sensor(setup.seed)
        self._photons = np.rint(PHOTONS * self.pulses.intensity).astype(np.int64)
        self.common = common_mode(setup.total, random)
        self.q = _q_of_pixels()
        live = self.sensor.status != DEAD
        self._rest = draw_from((liquid(self.q) * live).reshape(-1))
        self._moved = draw_from((liquid(self.q, SHIFT) * live).reshape(-1))

    def configure(self) -> list[Group]:
        """Configuration of the detector and of everything around it."""
        return [*self.points.configure(), Group(SEGMENT, [cspad.cspad_configuration(CSPAD)])]

    def begin_step(self, step: int) -> list[Group]:
        """The delay of the step."""
        return self.points.begin_step(step)

    def events(self, shots: Shots) -> list[Group]:
        """Frames and point detectors."""
        payloads = cspad.cspad_payloads(shots)
        for i, number in enumerate(shots.numbers):
            self._expose(payloads[i], int(number))
        return [*self.points.events(shots), Group(SEGMENT, [cspad.cspad_data(CSPAD, payloads)])]

    def facts(self) -> Mapping[str, Any]:
        """Constants of the physics, and the curves behind the rings."""
        q = np.linspace(0.2, 3.8, 181)
        return {
            **self.points.facts(),
            "detector": {"source": "XppGon-0|Cspad-0", "alias": "cspad", "constants": CSPAD_TEXT},
            "image_centre_px": list(IMAGE_CENTRE),
            "pixel_um": PIXEL_UM,
            "distance_mm": DISTANCE_MM,
            "energy_keV": ENERGY_KEV,
            "photons_per_frame": PHOTONS,
            "photon_ADU": PHOTON_ADU,
            "common_mode_rms_ADU": COMMON_MODE,
            "dead_pixels": int((self.sensor.status == DEAD).sum()),
            "hot_pixels": int((self.sensor.status == HOT).sum()),
            "time_zero_fs": TIME_ZERO_FS,
            "rise_fs": RISE_FS,
            "decay_fs": DECAY_FS,
            "jitter_rms_fs": JITTER_FS,
            "cavity_noise_rms_fs": CAVITY_NOISE_FS,
            "model": "photons(q) ~ (1 - excited) * rest(q) + excited * moved(q), each normalised over the live pixels",
            "curves": {"q": q.tolist(), "rest": liquid(q).tolist(), "moved": liquid(q, SHIFT).tolist()},
        }

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        """Per-event truth, shape (events,) or (events, 32), and per-pixel constants, shape (32, 185, 388)."""
        return {
            **self.points.arrays(),
            "delay_fs": self.delay,
            "excited": self.excited,
            "photons": self._photons,
            "common_mode": self.common,
            "pedestal": self.sensor.pedestal,
            "pixel_rms": self.sensor.rms,
            "pixel_status": self.sensor.status,
            "q": self.q.astype(np.float32),
        }

    def constants(self) -> list[Constant]:
        """Pedestals, noise, status and geometry of the CsPad."""
        return [
            Constant(source=CSPAD_TEXT, ctype="pedestals", content=self.sensor.pedestal),
            Constant(source=CSPAD_TEXT, ctype="pixel_rms", content=self.sensor.rms),
            Constant(source=CSPAD_TEXT, ctype="pixel_status", content=self.sensor.status, form="%d"),
            Constant(source=CSPAD_TEXT, ctype="geometry", content=geometry_text()),
        ]

    def _expose(self, payload: NDArray[Any], number: int) -> None:
        """Fill the pixels of one frame; the chance of a frame depends on its number alone."""
        random = np.random.default_rng([self._setup.seed, 0xF0, number])
        frame = np.empty(cspad.PANELS, np.int16)
        dark_frame(frame, self.sensor, self.common[number], random)
        photons = int(self._photons[number])
        moved = int(random.binomial(photons, self.excited[number]))
        scatter(frame, self._rest, photons - moved, PHOTON_ADU, random)
        scatter(frame, self._moved, moved, PHOTON_ADU, random)
        cspad.fill(payload, frame)


def _q_of_pixels() -> NDArray[np.float64]:
    rows, columns = pixel_places()
    radius = np.hypot(rows - IMAGE_CENTRE[0], columns - IMAGE_CENTRE[1]) * PIXEL_UM / 1000
    return momentum_transfer(radius, DISTANCE_MM, ENERGY_KEV)


def cspad_sensor(seed: int) -> Sensor:
    """The CsPad of all runs with this seed."""
    random = np.random.default_rng([seed, 0xC5, 1])
    return sensor(cspad.PANELS, random, pedestal=PEDESTAL, spread=PEDESTAL_SPREAD, rms=NOISE, bad=BAD)


def common_mode(count: int, random: np.random.Generator) -> NDArray[np.float32]:
    """Common mode of each panel and event, ADU, shape (events, 32): a slow wave and a fast part."""
    panels = cspad.PANELS[0]
    wave = np.sin(2 * np.pi * (np.arange(count)[:, None] / random.uniform(150, 500, panels) + random.random(panels)))
    return (COMMON_MODE * (wave + random.normal(0, 1, (count, panels)))).astype(np.float32)


SCENARIO = Scenario(
    name="scattering",
    summary="liquid rings on a full CsPad that change with the delay of a pump laser; common mode, dead and hot pixels",
    experiment="xpp12310",
    run=42,
    defaults=Options(steps=11, events=24, streams=2, chunk_size=0, rate=120.0, damage=0.0, detector=""),
    event_size=cspad.FRAME_BYTES + 2048,
    build=Scattering,
)
