"""A delay scan with the camera of a time tool, whose stage follows the laser: the edge shows the jitter alone."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.simulate.constants import Constant
from monitor.simulate.contribution import Group, process
from monitor.simulate.devices.camera import camera_frames, opal_configuration
from monitor.simulate.devices.ipimb import Ipimb
from monitor.simulate.devices.payload import detector
from monitor.simulate.devices.point import PointDetectors
from monitor.simulate.options import Options, Setup
from monitor.simulate.physics import time_tool as optics
from monitor.simulate.physics.edge import rise
from monitor.simulate.physics.shots import pulses
from monitor.simulate.scenario import Scenario
from monitor.simulate.timeline import Shots, Timeline
from monitor.xtc.header import Level

RANGE_FS = 400.0
TIME_ZERO_FS, WIDTH_FS = 60.0, 30.0
BASELINE, AMPLITUDE, RATIO_NOISE = 0.5, 0.3, 0.01
JITTER_FS, CAVITY_NOISE_FS = 80.0, 40.0
FIRST_ROW, FIRST_COLUMN = 480, 256
"""Where the frame lies on the 1024 x 1024 pixels of the camera."""

SEGMENT = process(Level.SEGMENT, 4086, (172, 21, 10, 46))
IPM_SEGMENT = process(Level.SEGMENT, 4087, (172, 21, 10, 47))
CAMERA, CAMERA_TEXT = detector("XppEndstation-0|Opal1000-1", process_id=4486), "XppEndstation.0:Opal1000.1"
SIGNAL = Ipimb(detector("XppSb3Pim-1|Ipimb-0"), serial=74)


class TimeTool:
    """One run with everything decided.

    Parameters
    ----------
    setup
        Size of the run.
    control
        The scan variable.
    range_fs
        It goes from minus to plus this.
    follows
        Whether the time tool's own stage moves with the laser, so that the edge stays where it is.
    """

    def __init__(self, setup: Setup, *, control: str, range_fs: float, follows: bool) -> None:
        self._seed = setup.seed
        random = np.random.default_rng([setup.seed, 0x77])
        self.control = np.linspace(-range_fs, range_fs, setup.steps) if setup.steps > 1 else np.zeros(1)
        self.pulses = pulses(setup.total, random, jitter_fs=JITTER_FS, cavity_noise_fs=CAVITY_NOISE_FS)
        names = {"opal_tt": CAMERA, "diode": SIGNAL.source}
        self.points = PointDetectors(setup, self.pulses, random, control=control, values=self.control, aliases=names)
        self.nominal = np.repeat(self.control, setup.events)
        self.delay = self.nominal + self.pulses.jitter_fs
        self.edge_px = optics.edge_at((self.pulses.jitter_fs if follows else self.delay) / 1000)
        self.ratio = BASELINE * (1 + AMPLITUDE * self.pulses.laser * rise(self.delay - TIME_ZERO_FS, WIDTH_FS))
        self._noise = random.normal(0.0, RATIO_NOISE, setup.total)
        self._level = 1 + optics.FLICKER * random.normal(0.0, 1.0, setup.total)
        # The camera and its light are the same in every run of this seed.
        self.dark = optics.dark_pattern(np.random.default_rng([setup.seed, 0x7D]))

    def configure(self) -> list[Group]:
        """Configuration of the camera, of the diode and of everything around them."""
        end = FIRST_ROW + optics.ROWS, FIRST_COLUMN + optics.COLUMNS
        camera = opal_configuration(CAMERA, (FIRST_ROW, FIRST_COLUMN), end)
        return [*self.points.configure(), Group(IPM_SEGMENT, SIGNAL.configure()), Group(SEGMENT, camera)]

    def begin_step(self, step: int) -> list[Group]:
        """The delay of the step."""
        return self.points.begin_step(step)

    def events(self, shots: Shots) -> list[Group]:
        """Frames, diode and point detectors."""
        at = shots.run_slice
        frames = np.stack([self._frame(number) for number in shots.numbers.tolist()])
        channels = np.zeros((len(shots), 4))
        channels[:, 1] = self.pulses.intensity[at] * self.ratio[at] * (1 + self._noise[at])
        return [
            *self.points.events(shots),
            Group(IPM_SEGMENT, SIGNAL.events(channels, shots.numbers)),
            Group(SEGMENT, [camera_frames(CAMERA, frames)]),
        ]

    def facts(self) -> Mapping[str, Any]:
        """How pixels are times, where the stripes are, and where time zero is."""
        return {
            **self.points.facts(),
            "detector": {"source": "XppEndstation-0|Opal1000-1", "alias": "opal_tt", "constants": CAMERA_TEXT},
            "signal": {"source": "XppSb3Pim-1|Ipimb-0", "value": "IpmFex channel[1]"},
            "calibration": list(optics.polynomial()),
            "regions": {"signal": optics.SIGNAL, "reference": optics.REFERENCE, "sideband": optics.SIDEBAND},
            "edge_depth": optics.DEPTH,
            "edge_soft_px": optics.SOFT_PX,
            "time_zero_fs": TIME_ZERO_FS,
            "width_fs": WIDTH_FS,
            "width_uncorrected_fs": float(np.hypot(WIDTH_FS, JITTER_FS)),
            "amplitude": AMPLITUDE,
            "baseline": BASELINE,
            "jitter_rms_fs": JITTER_FS,
            "cavity_noise_rms_fs": CAVITY_NOISE_FS,
        }

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        """Truth per event, shape (events,); the edge in pixels from the left border of the frame, also where nothing shows it."""
        return {
            **self.points.arrays(),
            "control_fs": self.nominal,
            "delay_fs": self.delay,
            "ratio": self.ratio,
            "edge_px": self.edge_px,
            "dark": self.dark,
        }

    def constants(self) -> list[Constant]:
        """Pedestals of the camera."""
        return [Constant(source=CAMERA_TEXT, ctype="pedestals", content=self.dark)]

    def _frame(self, number: int) -> NDArray[np.uint16]:
        """One frame; its chance depends on its number alone."""
        true = self.pulses
        shot = optics.Shot(
            edge_px=float(self.edge_px[number]),
            intensity=float(true.intensity[number]),
            laser=bool(true.laser[number]),
            level=float(self._level[number]),
            drift=number / len(self.edge_px),
        )
        return optics.frame(shot, self.dark, np.random.default_rng([self._seed, 0x7F, number]))


def scan(setup: Setup, timeline: Timeline) -> TimeTool:
    """The scan of the pump laser, which the time tool's stage follows."""
    return TimeTool(setup, control="lxt_ttc", range_fs=RANGE_FS, follows=True)


EVENT_SIZE = 2 * optics.ROWS * optics.COLUMNS + 2048

SCENARIO = Scenario(
    name="time-tool",
    summary="a laser delay scan with the camera of a time tool: the edge shows the jitter, and corrects it",
    experiment="xpp12314",
    run=21,
    defaults=Options(steps=21, events=240, streams=2, chunk_size=0, rate=120.0, damage=0.0, detector=""),
    event_size=EVENT_SIZE,
    build=scan,
)
