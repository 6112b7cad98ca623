"""The run control: scan variables of a step, names of detectors, and what is read out."""

from typing import Any

import numpy as np

from monitor.simulate.contribution import Contribution, Source, process
from monitor.simulate.devices.payload import configuration
from monitor.xtc.header import Level

RUN_CONTROL, ALIAS, PARTITION = 10, 69, 79

CONTROL = process(Level.CONTROL, 2222, (172, 21, 10, 5))
NOT_AN_ARRAY = 0xFFFFFFFF


def run_control(version: int, events: int, controls: dict[str, float]) -> Contribution:
    """What a step sets: scan variables and the number of events to take.

    Parameters
    ----------
    version
        1 to 4.
    events
        Events per step.
    controls
        Value per scan variable; empty in Configure and in runs without a scan.
    """
    values: dict[str, Any] = {
        "events": events,
        "uses_events": 1,
        "npvControls": len(controls),
        "pvControls": [{"name": name, "index": NOT_AN_ARRAY, "value": value} for name, value in controls.items()],
    }
    return configuration(CONTROL, RUN_CONTROL, version, values)


def aliases(names: dict[str, Source]) -> Contribution:
    """The names people gave to detectors."""
    entries = [{"src": {"log": source.logical, "phy": source.physical}, "aliasName": name} for name, source in names.items()]
    return configuration(CONTROL, ALIAS, 1, {"numSrcAlias": len(entries), "srcAlias": entries})


def partition(sources: list[Source]) -> Contribution:
    """What the run reads: detectors by source, beam-line data as a bit mask."""
    detectors = [source for source in sources if source.level == Level.SOURCE]
    mask = np.zeros(4, np.uint32)
    for source in sources:
        if source.level == Level.REPORTER:
            mask[source.physical >> 5] |= np.uint32(1 << (source.physical & 31))
    entries = [{"src": {"log": source.logical, "phy": source.physical}, "group": 0} for source in detectors]
    values = {"numWords": len(mask), "numSources": len(entries), "bldMask": mask, "sources": entries}
    return configuration(CONTROL, PARTITION, 2, values)
