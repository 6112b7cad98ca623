"""The delay scan of the facility's tutorial (experiment e81, run 98): point detectors, one scan variable, a step at time zero.

Devices, types and counts are those of the tutorial's scan table: 61 steps of 240 events over two streams give 14 826 merged
datagrams and, with 220 process variables updated four times per step in each stream, 107 580 EPICS values.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.simulate.constants import Constant
from monitor.simulate.contribution import Contribution, Group, process
from monitor.simulate.devices import beam
from monitor.simulate.devices.control import CONTROL, run_control
from monitor.simulate.devices.epics import DOUBLE, Archiver, Pv, updates_of
from monitor.simulate.devices.evr import BEAM, DROPPED, LASER_OFF, LASER_ON, evr_configuration, evr_data
from monitor.simulate.devices.hutch import hutch_pvs, text_pv
from monitor.simulate.devices.ipimb import Ipimb, shared_ipimb
from monitor.simulate.devices.payload import detector
from monitor.simulate.options import Options, Setup
from monitor.simulate.physics.edge import jitter_variance, position_error, rise, slope
from monitor.simulate.physics.shots import pulses
from monitor.simulate.scenario import Scenario
from monitor.simulate.timeline import Shots, Timeline
from monitor.xtc.header import Level

CONTROL_PV = "fs2:ramp_angsft_target"
RANGE_FS = 1500.0
TIME_ZERO_FS = 137.0
WIDTH_FS = 90.0
AMPLITUDE = 0.30
BASELINE = 0.50
JITTER_FS = 140.0
CAVITY_NOISE_FS = 20.0
RATIO_NOISE = 0.01
"""Relative error of one shot's signal / monitor; the monitor alone has a third of it."""
GAS_MISSING = 78 / 14640
"""Shots without gas detector in the tutorial's run."""

SEGMENTS = [process(Level.SEGMENT, 4000 + i, (172, 21, 10, 10 + i)) for i in range(7)]
SB2, PIM4 = Ipimb(detector("XppSb2Ipm-1|Ipimb-0"), serial=72), Ipimb(detector("XppSb4Pim-1|Ipimb-0"), serial=75)
MONITOR = Ipimb(detector("XppSb3Ipm-1|Ipimb-0"), serial=73)
SIGNAL = Ipimb(detector("XppSb3Pim-1|Ipimb-0"), serial=74)

SHARES = np.array([0.24, 0.26, 0.25, 0.25])
"""Of the light on a monitor, what each diode sees."""


class DelayScan:
    """One delay scan with everything decided.

    Parameters
    ----------
    setup, timeline
        Size and clock of the run.
    """

    def __init__(self, setup: Setup, timeline: Timeline) -> None:
        self._setup = setup
        random = np.random.default_rng([setup.seed, 81])
        count = setup.total
        self.control = np.linspace(-RANGE_FS, RANGE_FS, setup.steps) if setup.steps > 1 else np.zeros(1)
        self.pulses = pulses(count, random, jitter_fs=JITTER_FS, cavity_noise_fs=CAVITY_NOISE_FS)
        self.nominal = np.repeat(self.control, setup.events)
        self.delay = self.nominal + self.pulses.jitter_fs
        self.ratio = BASELINE * (1 + AMPLITUDE * self.pulses.laser * rise(self.delay - TIME_ZERO_FS, WIDTH_FS))
        self.gas_absent = np.zeros(count, bool)
        self.gas_absent[random.choice(count, round(GAS_MISSING * count), replace=False)] = True
        self._noise = random.normal(0.0, 1.0, (count, 12))
        self.archiver = Archiver(_pvs(setup, self.control, random), setup)

    def configure(self) -> list[Group]:
        """Configuration of everything, one example of each beam-line type, and the names of the process variables."""
        nowhere = np.zeros(1, np.int64)
        return [
            Group(CONTROL, [run_control(1, self._setup.events, {})]),
            Group(SEGMENTS[0], [evr_configuration(4)]),
            *(Group(SEGMENTS[1 + i], board.configure()) for i, board in enumerate((SB2, MONITOR, SIGNAL, PIM4))),
            Group(SEGMENTS[5], self._beam(nowhere, absent=np.zeros(1, bool))),
            Group(SEGMENTS[6], self.archiver.configure()),
        ]

    def begin_step(self, step: int) -> list[Group]:
        """The scan variable of the step, and the event receiver's configuration once more."""
        setting = run_control(1, self._setup.events, {CONTROL_PV: float(self.control[step])})
        return [Group(None, [setting]), Group(SEGMENTS[0], [evr_configuration(4)])]

    def events(self, shots: Shots) -> list[Group]:
        """All devices of the tutorial's run."""
        at = shots.run_slice
        true, noise, here = self.pulses, self._noise[at], np.arange(at.start, at.stop)
        light = true.intensity[at]
        codes = {
            BEAM: np.ones(len(shots), bool),
            DROPPED: true.dropped[at],
            LASER_ON: true.laser[at],
            LASER_OFF: ~true.laser[at],
        }
        monitor = light * (1 + RATIO_NOISE / 3 * noise[:, 0])
        signal = light * self.ratio[at] * (1 + RATIO_NOISE * noise[:, 1])
        boards = (
            (SB2, _spread(light * (1 + 0.02 * noise[:, 2]))),
            (MONITOR, _spread(monitor)),
            (SIGNAL, _on_channel_1(signal)),
            (PIM4, _spread(0.3 * light * (1 + 0.05 * noise[:, 3]))),
        )
        return [
            Group(SEGMENTS[0], [evr_data(shots, codes)]),
            *(Group(SEGMENTS[1 + i], board.events(light_of, shots.numbers)) for i, (board, light_of) in enumerate(boards)),
            Group(SEGMENTS[5], self._beam(here, absent=self.gas_absent[at])),
            Group(SEGMENTS[6], [self.archiver.events(shots)]),
        ]

    def facts(self) -> Mapping[str, Any]:
        """Where time zero is, and how well it can be found with and without the phase cavity."""
        return {
            "control": {"pv": CONTROL_PV, "unit": "fs", "values": self.control.tolist()},
            "signal": {"source": "XppSb3Pim-1|Ipimb-0", "value": "IpmFex channel[1]"},
            "monitor": {"source": "XppSb3Ipm-1|Ipimb-0", "value": "IpmFex sum", "threshold": 0.1},
            "model": "signal/monitor = baseline * (1 + amplitude * laser * (1 + erf((t - time_zero) / (sqrt(2) width))) / 2)",
            "corrected_time": "t = control + 1000 * PhaseCavity.fitTime1",
            "time_zero_fs": TIME_ZERO_FS,
            "width_fs": WIDTH_FS,
            "amplitude": AMPLITUDE,
            "baseline": BASELINE,
            "jitter_rms_fs": JITTER_FS,
            "cavity_noise_rms_fs": CAVITY_NOISE_FS,
            "width_corrected_fs": float(np.hypot(WIDTH_FS, CAVITY_NOISE_FS)),
            "width_uncorrected_fs": float(np.hypot(WIDTH_FS, JITTER_FS)),
            "time_zero_error_corrected_fs": self._error(self.delay, CAVITY_NOISE_FS),
            "time_zero_error_uncorrected_fs": self._error(self.nominal, JITTER_FS),
            "event_codes": {"beam": BEAM, "dropped": DROPPED, "laser_on": LASER_ON, "laser_off": LASER_OFF},
        }

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        """Per-event truth, shape (events,): delays and jitter in fs, the rest relative or true/false."""
        true = self.pulses
        return {
            "control_fs": self.nominal,
            "delay_fs": self.delay,
            "jitter_fs": true.jitter_fs,
            "cavity_ps": true.cavity_ps,
            "intensity": true.intensity,
            "ratio": self.ratio,
            "laser": true.laser,
            "dropped": true.dropped,
            "gas_absent": self.gas_absent,
        }

    def constants(self) -> list[Constant]:
        """Point detectors have none."""
        return []

    def _beam(self, at: NDArray[np.int64], *, absent: NDArray[np.bool_]) -> list[Contribution]:
        """Beam-line data of these events of the run."""
        true, noise = self.pulses, self._noise[at]
        light, there = true.intensity[at], ~true.dropped[at]
        energy = 13_600.0 + 5.0 * noise[:, 4]
        gas = beam.gas_detector(0, 1.2 * light, 0.01 * noise[:, 5:9])
        gas.absent = absent.copy()
        return [
            beam.ebeam(
                1,
                len(at),
                ebeamCharge=there * (0.25 + 0.002 * noise[:, 9]),
                ebeamL3Energy=energy,
                ebeamLTUPosX=0.01 * noise[:, 10],
                ebeamLTUPosY=0.01 * noise[:, 11],
                ebeamPkCurrBC2=there * 3000.0,
            ),
            beam.phase_cavity(true.cavity_ps[at, 0], true.cavity_ps[at, 1], there * 250.0, len(at)),
            gas,
            shared_ipimb(beam.NH2_IPM, _spread(light * (1 + 0.02 * noise[:, 3])), at),
        ]

    def _error(self, time: NDArray[np.float64], timing_noise: float) -> float:
        """How well time zero can be known from laser-on shots with this time axis, fs."""
        used = self.pulses.laser & ~self.pulses.dropped
        late, height = time[used] - TIME_ZERO_FS, BASELINE * AMPLITUDE
        variance = (RATIO_NOISE * self.ratio[used]) ** 2 * (1 + 1 / 9)
        variance = variance + height**2 * jitter_variance(late, WIDTH_FS, timing_noise)
        return position_error(height * slope(late, float(np.hypot(WIDTH_FS, timing_noise))), variance)


def _spread(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Signals of four diodes that share the light, shape (events, 4)."""
    signals: NDArray[np.float64] = light[:, None] * SHARES
    return signals


def _on_channel_1(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Signals of a board whose only diode is on channel 1, shape (events, 4)."""
    channels = np.zeros((len(light), 4))
    channels[:, 1] = light
    return channels


def _pvs(setup: Setup, control: NDArray[np.float64], random: np.random.Generator) -> list[Pv]:
    """The 220 process variables: the scan variable's target, and what a hutch has besides."""
    updates = updates_of(setup)
    target = np.concatenate([control[:1], np.repeat(control, (updates - 1) // setup.steps)])
    return [
        Pv(CONTROL_PV, DOUBLE, target, "fs"),
        *hutch_pvs(updates, random, motors=160, gauges=39, counters=8, switches=10),
        text_pv("XPP:USR:SAMPLE", ["K0.3MoO3", "Bi 111"], updates),
        text_pv("XPP:USR:OPERATOR", ["day shift", "night shift"], updates),
    ]


SCENARIO = Scenario(
    name="delay-scan",
    summary="the XPP tutorial's run 98: a laser delay scan with point detectors, a step at time zero, jitter and a phase cavity",
    experiment="e81",
    run=98,
    defaults=Options(steps=61, events=240, streams=2, chunk_size=0, rate=120.0, damage=0.0, detector=""),
    event_size=2048,
    build=DelayScan,
)
