"""What Prometheus fetches is what the status says."""

import socket
import urllib.request
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.aggregator.bridge import open_bridges
from monitor.aggregator.bridges.prometheus import Metrics, PrometheusBridge
from monitor.errors import ConfigError, Unusable
from monitor.settings import parse
from monitor.wire.message import Message

pytestmark = pytest.mark.processes

STATUS = {
    "reader": {
        "events": 120,
        "rate": 119.5,
        "queue": 7,
        "leased": 3,
        "lag": 0.25,
        "workers": [{"name": "worker-0", "busy": 0.5}],
    },
    "written": 100,
    "lost": 15,
    "quarantined": 5,
    "rate": 118.0,
    "losses": {"no credit": 12, "source": 3, "quarantined": 5},
    "queues": {"order": 1, "epoch": 2, "store": 4},
    "latency": {"total": [0.03, 0.1], "commit": [1.0, 2.0]},
    "balance": {"unaccounted": 0},
    "committed": 118,
    "held_up": "waiting for room",
    "trouble": {"times that the disk had no room": 2},
    "bridges": {"bridges": {"karabo": {"sent": 90, "lost": 6, "bad": 0}}, "missed": 2},
    "processes": {"reader": {"pid": 7, "restarts": 2, "memory": 1000}, "worker-0": {"pid": -1, "restarts": 1, "memory": -1}},
}

Sample = tuple[str, frozenset[tuple[str, str]]]


@pytest.fixture
def bridge() -> Iterator[PrometheusBridge]:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    (made,) = open_bridges(parse({"metrics": {"port": port}}), insecure=False)
    assert isinstance(made, PrometheusBridge)
    yield made
    made.close()


def fetched(bridge: PrometheusBridge) -> dict[Sample, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{bridge.port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    families = text_string_to_metric_families(text)
    return {(sample.name, frozenset(sample.labels.items())): sample.value for family in families for sample in family.samples}


def test_nothing_is_told_before_the_first_status(bridge: PrometheusBridge) -> None:
    assert fetched(bridge) == {}


def test_the_status_is_fetched_as_metrics(bridge: PrometheusBridge) -> None:
    bridge.take(Message("status", STATUS, topic="status"))
    bridge.take(Message("rows", {"written": 5}, topic="rows/events"))
    found = fetched(bridge)

    def value(name: str, **labels: str) -> float:
        return found[name, frozenset(labels.items())]

    assert value("xtcmon_events_read_total") == 120
    assert [value("xtcmon_events_total", fate=fate) for fate in ("written", "lost", "quarantined")] == [100, 15, 5]
    assert value("xtcmon_losses_total", cause="no credit") == 12
    assert value("xtcmon_queue", place="batches") == 7
    assert value("xtcmon_queue", place="leased_batches") == 3
    assert value("xtcmon_queue", place="store_rows") == 4
    assert value("xtcmon_rate_hertz") == 118.0
    assert value("xtcmon_source_rate_hertz") == 119.5
    assert value("xtcmon_latency_seconds", stage="commit", quantile="0.99") == 2.0
    assert value("xtcmon_restarts_total", process="reader") == 2
    assert value("xtcmon_memory_bytes", process="reader") == 1000
    assert ("xtcmon_memory_bytes", frozenset({("process", "worker-0")})) not in found
    assert value("xtcmon_worker_busy_ratio", worker="worker-0") == 0.5
    assert value("xtcmon_held_up") == 1
    assert value("xtcmon_bridge_lost_total", bridge="karabo") == 6
    assert value("xtcmon_bridges_missed_total") == 2
    assert value("xtcmon_trouble_total", what="times that the disk had no room") == 2


@pytest.mark.parametrize(
    "rubbish", [{"reader": 5, "latency": {"total": 1}, "processes": {"a": 2}}, {"losses": {"x": "y"}, "rate": None}]
)
def test_a_strange_status_costs_its_own_numbers_only(rubbish: dict[str, object]) -> None:
    metrics = Metrics()
    metrics.status = rubbish
    assert len(list(metrics.collect())) > 10


def test_a_port_that_is_taken_is_one_sentence(bridge: PrometheusBridge) -> None:
    with pytest.raises(Unusable, match=r"set \[metrics\] port"):
        open_bridges(parse({"metrics": {"port": bridge.port}}), insecure=False)


def test_an_address_that_others_can_reach_has_to_be_meant() -> None:
    with pytest.raises(ConfigError, match="can be reached from other machines"):
        open_bridges(parse({"metrics": {"port": 9, "address": "0.0.0.0"}}), insecure=False)
