"""Sparse single photons and bright spots on a Jungfrau 1M, so that all three gain ranges are in use."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.simulate.constants import Constant
from monitor.simulate.contribution import Group, process
from monitor.simulate.devices import jungfrau
from monitor.simulate.devices.payload import detector
from monitor.simulate.devices.point import PointDetectors
from monitor.simulate.options import Options, Setup
from monitor.simulate.physics.photons import SHARED_FRACTION, deposited, sparse, spots
from monitor.simulate.physics.shots import pulses
from monitor.simulate.physics.switching import Switching, digitize, switching
from monitor.simulate.scenario import Scenario
from monitor.simulate.timeline import Shots, Timeline
from monitor.xtc.header import Level

PHOTON_KEV = 9.5
PHOTONS = 10_000
"""Single photons per frame at mean intensity: one in a hundred pixels."""
SPOTS = 12
BRIGHTEST, FAINTEST = 20_000.0, 50.0
"""Photons of a spot at mean intensity; the brightest reaches the lowest gain range."""

SEGMENT = process(Level.SEGMENT, 4090, (172, 21, 10, 50))
JUNGFRAU = detector("XppEndstation-0|Jungfrau-0", process_id=4490)
JUNGFRAU_TEXT = "XppEndstation.0:Jungfrau.0"


class Photons:
    """One photon run with everything decided.

    Parameters
    ----------
    setup, timeline
        Size and clock of the run.
    """

    def __init__(self, setup: Setup, timeline: Timeline) -> None:
        self._setup = setup
        random = np.random.default_rng([setup.seed, 0x1F])
        self.pulses = pulses(setup.total, random, jitter_fs=100.0, cavity_noise_fs=20.0)
        still = np.zeros(setup.steps)
        self.points = PointDetectors(setup, self.pulses, random, control="", values=still, aliases={"jungfrau1M": JUNGFRAU})
        self.sensor = jungfrau_sensor(setup.seed)
        edge = np.array(jungfrau.PANELS) - [0, 8, 8]
        self.centres = random.integers([0, 8, 8], edge, (SPOTS, 3))
        self.brightness = np.geomspace(BRIGHTEST, FAINTEST, SPOTS)
        self.singles = np.zeros(setup.total, np.int64)
        self.in_spots = np.zeros(setup.total, np.int64)
        self.ranges = np.zeros((setup.total, 3), np.int64)
        self.photon_sum = np.zeros(jungfrau.PANELS, np.int64)

    def configure(self) -> list[Group]:
        """Configuration of the detector and of everything around it."""
        return [*self.points.configure(), Group(SEGMENT, [jungfrau.jungfrau_configuration(JUNGFRAU)])]

    def begin_step(self, step: int) -> list[Group]:
        """Nothing is scanned."""
        return self.points.begin_step(step)

    def events(self, shots: Shots) -> list[Group]:
        """Frames and point detectors."""
        payloads = jungfrau.jungfrau_payloads(shots)
        for i, number in enumerate(shots.numbers):
            self._expose(payloads["frame"][i], int(number))
        return [*self.points.events(shots), Group(SEGMENT, [jungfrau.jungfrau_data(JUNGFRAU, payloads)])]

    def facts(self) -> Mapping[str, Any]:
        """Constants of the physics."""
        return {
            **self.points.facts(),
            "detector": {"source": "XppEndstation-0|Jungfrau-0", "alias": "jungfrau1M", "constants": JUNGFRAU_TEXT},
            "photon_keV": PHOTON_KEV,
            "single_photons_per_frame": PHOTONS,
            "shared_fraction": SHARED_FRACTION,
            "spots": {"centres": self.centres.tolist(), "photons_at_mean_intensity": self.brightness.tolist()},
        }

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        """Photons and pixels per range of each event, shape (events,) or (events, 3); their sum over the run; constants."""
        return {
            **self.points.arrays(),
            "single_photons": self.singles,
            "spot_photons": self.in_spots,
            "pixels_in_range": self.ranges,
            "photon_sum": self.photon_sum,
            "pedestal": self.sensor.pedestal,
            "gain": self.sensor.gain,
        }

    def constants(self) -> list[Constant]:
        """Pedestals and gains (ADU/keV) of the three ranges."""
        return [
            Constant(source=JUNGFRAU_TEXT, ctype="pedestals", content=self.sensor.pedestal),
            Constant(source=JUNGFRAU_TEXT, ctype="pixel_gain", content=self.sensor.gain, form="%.5f"),
        ]

    def _expose(self, frame: NDArray[np.uint16], number: int) -> None:
        """Fill the pixels of one frame; the chance of a frame depends on its number alone."""
        random = np.random.default_rng([self._setup.seed, 0xF1, number])
        light = self.pulses.intensity[number]
        single = sparse(jungfrau.PANELS, int(random.poisson(PHOTONS * light)), random)
        bright = spots(jungfrau.PANELS, self.centres, light * self.brightness, random)
        hits = np.concatenate([single, bright])
        energy = deposited(jungfrau.PANELS, hits, PHOTON_KEV, random)
        self.ranges[number] = digitize(frame, self.sensor, energy, random)
        self.singles[number], self.in_spots[number] = len(single), len(bright)
        self.photon_sum += np.bincount(hits, minlength=self.photon_sum.size).reshape(jungfrau.PANELS)


def jungfrau_sensor(seed: int) -> Switching:
    """The Jungfrau of all runs with this seed."""
    return switching(jungfrau.PANELS, np.random.default_rng([seed, 0x1F, 1]))


SCENARIO = Scenario(
    name="photons",
    summary="single photons and bright spots on a Jungfrau 1M, in three gain ranges",
    experiment="xpp59218",
    run=79,
    defaults=Options(steps=1, events=120, streams=2, chunk_size=0, rate=120.0, damage=0.0, detector=""),
    event_size=jungfrau.ELEMENT.itemsize + 2048,
    build=Photons,
)
