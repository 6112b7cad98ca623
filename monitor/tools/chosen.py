"""Events chosen on the command line, by number or by time."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.settings import Settings
from monitor.xtc.event_choice import choice_of, chosen_offsets, common_choice
from monitor.xtc.filename import runs_of


def chosen(files: list[Path], events: str, times: str) -> dict[Path, NDArray[np.int64]] | None:
    """Offsets of the events wanted, by file; ``None`` if all are.

    Raises
    ------
    ConfigError, DamagedData, Unusable
        If the words are not understood, there is no such event, or a file or its index cannot be read.
    """
    choice = choice_of(events, times)
    if choice is None:
        return None
    run = common_choice(runs_of(files), choice)
    return chosen_offsets(run, choice, first_camera_stream=Settings().source.first_camera_stream)
