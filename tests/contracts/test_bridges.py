"""Every bridge keeps the contract: off by default, deaf to what it does not know, gone when closed."""

import threading

import pytest

from monitor.aggregator.bridge import BRIDGES, open_bridges
from monitor.plugins import load_folder
from monitor.settings import Settings
from monitor.wire.message import Message

pytestmark = pytest.mark.processes

load_folder("monitor.aggregator.bridges")


def test_there_are_bridges() -> None:
    assert "prometheus" in [name for name, _ in BRIDGES.items()]


@pytest.mark.parametrize("name", [name for name, _ in BRIDGES.items()])
def test_a_bridge_is_off_unless_the_settings_want_it(name: str) -> None:
    assert BRIDGES.get(name)(Settings(), False) is None


def test_nothing_is_left_of_bridges_that_were_never_opened() -> None:
    before = threading.active_count()
    for bridge in open_bridges(Settings(), insecure=False):
        bridge.take(Message("rubbish", {"v": object()}, {}, "no such topic"))
        bridge.close()
    assert threading.active_count() == before
