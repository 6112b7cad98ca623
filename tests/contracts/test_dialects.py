"""Every dialect keeps the contract: refuses what cannot be meant, survives anything, never pickles, gives its address free."""

from pathlib import Path
from typing import Any

import pytest

from monitor.aggregator.dialect import DIALECTS, FOLDER, check_bridges
from monitor.errors import ConfigError
from monitor.plugins import load_folder
from monitor.settings import Bridge, parse
from monitor.wire.message import Message
from tests.support.bridged import bridged
from tests.support.told import frame, rows

load_folder(FOLDER)
NAMES = [name for name, _ in DIALECTS.items()]
NEEDS: dict[str, dict[str, Any]] = {name: {} if name in ("bsread", "http", "karabo") else {"frames": ["cspad"]} for name in NAMES}
HERE = "tcp://127.0.0.1:0"


def wish(kind: str, **more: Any) -> Bridge:
    return Bridge.model_validate({"kind": kind, "address": HERE, **NEEDS[kind], **more})


@pytest.mark.parametrize("name", NAMES)
def test_a_key_of_nobody_is_refused_by_name_with_the_nearest(name: str) -> None:
    with pytest.raises(ConfigError, match=f"bridge.{name}.feilds.*did you mean 'fields'"):
        DIALECTS.get(name).check(wish(name, feilds=["ipm2/sum"]))


@pytest.mark.parametrize("name", NAMES)
def test_an_address_of_other_machines_needs_the_word(name: str) -> None:
    with pytest.raises(ConfigError, match="insecure"):
        DIALECTS.get(name).check(wish(name, address="tcp://0.0.0.0:0"))
    DIALECTS.get(name).check(wish(name, address="tcp://0.0.0.0:0", insecure=True))


@pytest.mark.parametrize("name", NAMES)
def test_anything_may_come_and_the_next_message_is_told(name: str) -> None:
    hostile = [
        Message("rows", {}, {}, "rows/events"),
        Message("rows", {"first": -1, "count": 1 << 62, "fields": {"x": 3}}, {}, "rows/events"),
        Message("frame", {"seq": "x"}, {}, "frame/cspad"),
        Message("frame", {"seq": 1}, {"image": rows(0, 3).arrays["c/event_time"]}, "frame/cspad"),
        Message("run", {}, {}, "run"),
        Message("x", {}, {}, "no such topic"),
    ]
    with bridged(name, **NEEDS[name]) as running:
        running.tell(*hostile)
        broken = running.report()["bad"]
        assert broken > 0
        running.tell(rows(0, 3), frame(2), rows(3, 5))
        assert running.report()["bad"] == broken


@pytest.mark.parametrize("name", NAMES)
def test_an_address_is_free_again_when_a_bridge_is_closed(name: str) -> None:
    with bridged(name, **NEEDS[name]) as running:
        address = running.address
    with bridged(name, **{**NEEDS[name], "address": address}) as again:
        assert again.address == address


def test_two_bridges_of_one_name_are_refused() -> None:
    with pytest.raises(ConfigError, match="name"):
        check_bridges([wish("karabo"), wish("karabo")])
    check_bridges([wish("karabo"), wish("karabo", name="second")])


def test_a_kind_that_is_none_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'karabo'"):
        check_bridges(parse({"bridge": [{"kind": "karbo", "address": HERE}]}).bridge)


def test_no_file_of_the_bridges_knows_pickle() -> None:
    import monitor.aggregator.bridges as folder

    for path in Path(folder.__path__[0]).parent.rglob("*.py"):
        text = path.read_text()
        assert "import pickle" not in text
        assert "allow_pickle=True" not in text
