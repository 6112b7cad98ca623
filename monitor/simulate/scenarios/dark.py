"""A run without light, from which pedestals are made: a CsPad, or a Jungfrau that goes through its gain ranges step by step."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.simulate.constants import Constant
from monitor.simulate.contribution import Contribution, Group
from monitor.simulate.devices import cspad, jungfrau
from monitor.simulate.devices.control import CONTROL, aliases, partition, run_control
from monitor.simulate.devices.evr import BEAM, DROPPED, EVR, evr_configuration, evr_data
from monitor.simulate.devices.point import EVR_SEGMENT
from monitor.simulate.options import Options, Setup
from monitor.simulate.physics.sensor import dark_frame
from monitor.simulate.physics.switching import digitize
from monitor.simulate.scenario import Scenario
from monitor.simulate.scenarios import photons, scattering
from monitor.simulate.timeline import Shots, Timeline

GAIN_MODES = (jungfrau.NORMAL, jungfrau.FORCED_MEDIUM, jungfrau.FORCED_LOW)


class DarkCspad:
    """The CsPad of the scattering run with the same seed."""

    source, text, alias, segment = scattering.CSPAD, scattering.CSPAD_TEXT, "cspad", scattering.SEGMENT

    def __init__(self, setup: Setup) -> None:
        self._seed = setup.seed
        self._sensor = scattering.cspad_sensor(setup.seed)
        self._common = scattering.common_mode(setup.total, np.random.default_rng([setup.seed, 0xD0]))

    def configure(self, step: int) -> Contribution:
        """Always the same."""
        return cspad.cspad_configuration(self.source)

    def frames(self, shots: Shots) -> Contribution:
        """Frames with pedestals, noise and common mode."""
        payloads = cspad.cspad_payloads(shots)
        frame = np.empty(cspad.PANELS, np.int16)
        for i, number in enumerate(shots.numbers):
            dark_frame(frame, self._sensor, self._common[number], np.random.default_rng([self._seed, 0xD1, int(number)]))
            cspad.fill(payloads[i], frame)
        return cspad.cspad_data(self.source, payloads)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What a dark analysis must find."""
        device = self._sensor
        return {"pedestal": device.pedestal, "pixel_rms": device.rms, "pixel_status": device.status, "common_mode": self._common}


class DarkJungfrau:
    """The Jungfrau of the photon run with the same seed; step k is in range k modulo 3."""

    source, text, alias, segment = photons.JUNGFRAU, photons.JUNGFRAU_TEXT, "jungfrau1M", photons.SEGMENT

    def __init__(self, setup: Setup) -> None:
        self._seed = setup.seed
        self._sensor = photons.jungfrau_sensor(setup.seed)
        self._no_light = np.zeros(jungfrau.PANELS, np.float32)

    def configure(self, step: int) -> Contribution:
        """The gain mode of the step."""
        return jungfrau.jungfrau_configuration(self.source, GAIN_MODES[step % 3])

    def frames(self, shots: Shots) -> Contribution:
        """Frames with the pedestals and noise of one range."""
        payloads = jungfrau.jungfrau_payloads(shots)
        for i, number in enumerate(shots.numbers):
            random = np.random.default_rng([self._seed, 0xD2, int(number)])
            digitize(payloads["frame"][i], self._sensor, self._no_light, random, least=shots.step % 3)
        return jungfrau.jungfrau_data(self.source, payloads)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What a dark analysis must find, range first."""
        return {"pedestal": self._sensor.pedestal, "rms": self._sensor.rms}


DETECTORS: Mapping[str, type[DarkCspad] | type[DarkJungfrau]] = {"cspad": DarkCspad, "jungfrau": DarkJungfrau}


class Dark:
    """One dark run with everything decided.

    Parameters
    ----------
    setup, timeline
        Size and clock of the run; ``setup.detector`` is ``cspad`` or ``jungfrau``.

    Raises
    ------
    ConfigError
        For any other detector.
    """

    def __init__(self, setup: Setup, timeline: Timeline) -> None:
        if setup.detector not in DETECTORS:
            raise ConfigError(f"a dark run knows {' and '.join(DETECTORS)}, not {setup.detector!r}", key="simulate.detector")
        self._setup = setup
        self._device = DETECTORS[setup.detector](setup)

    def configure(self) -> list[Group]:
        """Run control, names, event receiver, detector."""
        device = self._device
        head = [run_control(4, self._setup.events, {}), partition([EVR, device.source])]
        head.append(aliases({"evr0": EVR, device.alias: device.source}))
        return [
            Group(CONTROL, head),
            Group(EVR_SEGMENT, [evr_configuration(7)]),
            Group(device.segment, [device.configure(0)]),
        ]

    def begin_step(self, step: int) -> list[Group]:
        """The detector's configuration for this step."""
        setting = Group(None, [run_control(4, self._setup.events, {})])
        return [setting, Group(self._device.segment, [self._device.configure(step)])]

    def events(self, shots: Shots) -> list[Group]:
        """Frames, and event codes that say that there is no beam."""
        always = np.ones(len(shots), bool)
        return [
            Group(EVR_SEGMENT, [evr_data(shots, {BEAM: always, DROPPED: always}, version=4)]),
            Group(self._device.segment, [self._device.frames(shots)]),
        ]

    def facts(self) -> Mapping[str, Any]:
        """Which detector it is."""
        return {"detector": {"alias": self._device.alias, "constants": self._device.text}}

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        """The sensor as it is."""
        return self._device.arrays()

    def constants(self) -> list[Constant]:
        """None: a dark run is there to find them."""
        return []


SCENARIO = Scenario(
    name="dark",
    summary="a run without light, to make pedestals: a CsPad, or a Jungfrau in three gain modes (--detector)",
    experiment="xpp12310",
    run=41,
    defaults=Options(steps=3, events=40, streams=2, chunk_size=0, rate=120.0, damage=0.0, detector="cspad"),
    event_size=cspad.FRAME_BYTES + 2048,
    build=Dark,
)
