"""Which device a source is, for families that share a payload type."""

from collections.abc import Callable

from monitor.xtc.header import Level
from monitor.xtc.name_table import DEVICES
from workers.run_view import RunView, Source


def device_is(*names: str) -> Callable[[Source, RunView], bool]:
    """Whether a source is one of these devices."""
    numbers = {DEVICES.index(name) for name in names}

    def wants(source: Source, run: RunView) -> bool:
        return source.level == Level.SOURCE and source.physical >> 8 & 0xFF in numbers

    return wants
