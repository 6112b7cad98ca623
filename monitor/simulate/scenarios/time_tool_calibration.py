"""The calibration of the time tool of ``time_tool``: its stage stands still, the laser moves, and the edge moves along."""

from monitor.simulate.options import Options, Setup
from monitor.simulate.scenario import Scenario
from monitor.simulate.scenarios.time_tool import EVENT_SIZE, TimeTool
from monitor.simulate.timeline import Timeline

RANGE_FS = 300.0
"""Jitter included, the edge stays on the camera."""


def calibration(setup: Setup, timeline: Timeline) -> TimeTool:
    """The scan of the laser alone."""
    return TimeTool(setup, control="lxt", range_fs=RANGE_FS, follows=False)


SCENARIO = Scenario(
    name="time-tool-calibration",
    summary="the time tool of time-tool while its laser alone is scanned: the edge moves with the delay",
    experiment="xpp12314",
    run=20,
    defaults=Options(steps=21, events=240, streams=2, chunk_size=0, rate=120.0, damage=0.0, detector=""),
    event_size=EVENT_SIZE,
    build=calibration,
)
