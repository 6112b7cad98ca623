"""A beam spot on a small camera, with point detectors around it: little data per event, so that long runs are cheap."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.simulate.constants import Constant
from monitor.simulate.contribution import Group, process
from monitor.simulate.devices.camera import camera_frames
from monitor.simulate.devices.payload import detector
from monitor.simulate.devices.point import PointDetectors
from monitor.simulate.options import Options, Setup
from monitor.simulate.physics.shots import pulses
from monitor.simulate.scenario import Scenario
from monitor.simulate.timeline import Shots, Timeline
from monitor.xtc.header import Level

RANGE_FS = 1500.0
ROWS, COLUMNS = 48, 64
WIDTH_PX = 4.0
WANDER_PX = 3.0
"""Standard deviation of the spot's place from shot to shot."""
BRIGHT, DARK = 900.0, 30
"""Counts at the top of a spot of mean intensity; counts without light. All counts are whole, so that sums of them are exact."""

SEGMENT = process(Level.SEGMENT, 4080, (172, 21, 10, 45))
CAMERA = detector("XppEndstation-0|Opal1000-0", process_id=4480)


class Camera:
    """One run with everything decided.

    Parameters
    ----------
    setup, timeline
        Size and clock of the run.
    """

    def __init__(self, setup: Setup, timeline: Timeline) -> None:
        random = np.random.default_rng([setup.seed, 0xCA])
        self.control = np.linspace(-RANGE_FS, RANGE_FS, setup.steps) if setup.steps > 1 else np.zeros(1)
        self.pulses = pulses(setup.total, random, jitter_fs=100.0, cavity_noise_fs=20.0)
        self.points = PointDetectors(
            setup, self.pulses, random, control="lxt_ttc", values=self.control, aliases={"spot_camera": CAMERA}
        )
        self.centre = np.array([ROWS, COLUMNS]) / 2 + random.normal(0.0, WANDER_PX, (setup.total, 2))
        self.frame_sum = np.zeros(setup.total, np.int64)
        self.image_sum = np.zeros((ROWS, COLUMNS), np.int64)

    def configure(self) -> list[Group]:
        """Configuration of everything around the camera, which has none."""
        return self.points.configure()

    def begin_step(self, step: int) -> list[Group]:
        """The delay of the step."""
        return self.points.begin_step(step)

    def events(self, shots: Shots) -> list[Group]:
        """Frames and point detectors."""
        at = shots.run_slice
        frames = self._frames(self.centre[at], self.pulses.intensity[at])
        self.frame_sum[at] = frames.sum(axis=(1, 2), dtype=np.int64)
        self.image_sum += frames.sum(axis=0, dtype=np.int64)
        return [*self.points.events(shots), Group(SEGMENT, [camera_frames(CAMERA, frames)])]

    def facts(self) -> Mapping[str, Any]:
        """What the spot looks like."""
        return {
            **self.points.facts(),
            "detector": {"source": "XppEndstation-0|Opal1000-0", "alias": "spot_camera", "constants": "none"},
            "width_px": WIDTH_PX,
            "wander_rms_px": WANDER_PX,
            "dark_ADU": DARK,
        }

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        """Truth per event, shape (events,) or (events, 2), and the sum of all frames, int64, shape (48, 64)."""
        return {**self.points.arrays(), "centre_px": self.centre, "frame_sum": self.frame_sum, "image_sum": self.image_sum}

    def constants(self) -> list[Constant]:
        """A camera that is used as it is has none."""
        return []

    @staticmethod
    def _frames(centre: NDArray[np.float64], intensity: NDArray[np.float64]) -> NDArray[np.uint16]:
        """A Gaussian spot per event, whole counts, shape (events, rows, columns)."""
        rows = np.exp(-(((np.arange(ROWS) - centre[:, :1]) / WIDTH_PX) ** 2) / 2)
        columns = np.exp(-(((np.arange(COLUMNS) - centre[:, 1:]) / WIDTH_PX) ** 2) / 2)
        light = BRIGHT * intensity[:, None, None] * rows[:, :, None] * columns[:, None, :]
        frames: NDArray[np.uint16] = (DARK + np.minimum(light, 4000)).astype(np.uint16)
        return frames


SCENARIO = Scenario(
    name="camera",
    summary="a beam spot on a small camera and point detectors: little data, for long runs",
    experiment="xpp12311",
    run=7,
    defaults=Options(steps=10, events=120, streams=2, chunk_size=0, rate=120.0, damage=0.0, detector=""),
    event_size=2 * ROWS * COLUMNS + 2048,
    build=Camera,
)
