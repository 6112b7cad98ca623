"""What a bridge is: something that hears the reduced stream and tells it on in other words; here those inside the aggregator."""

from collections.abc import Callable
from typing import Protocol

from monitor.plugins import Registry, load_folder
from monitor.settings import Settings
from monitor.wire.message import Message


class Bridge(Protocol):
    """Takes what is published."""

    def take(self, message: Message) -> None:
        """Hear one message; never waits, never raises for what a message holds."""

    def close(self) -> None:
        """Let go of sockets and threads."""


OpenBridge = Callable[[Settings, bool], Bridge | None]
"""Opens the bridge as the settings say, ``None`` if they do not want it; the flag allows addresses other machines can reach."""

BRIDGES: Registry[OpenBridge] = Registry("bridge")


def open_bridges(settings: Settings, *, insecure: bool) -> list[Bridge]:
    """Every bridge that the settings want.

    Raises
    ------
    ConfigError, Unusable
        If an address may not or cannot be used.
    """
    load_folder("monitor.aggregator.bridges")
    opened: list[Bridge] = []
    try:
        for _, open_bridge in BRIDGES.items():
            if (bridge := open_bridge(settings, insecure)) is not None:
                opened.append(bridge)
    except BaseException:
        for bridge in opened:
            bridge.close()
        raise
    return opened
