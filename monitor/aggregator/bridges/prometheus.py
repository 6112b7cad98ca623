"""The status as metrics that Prometheus fetches: ``http://127.0.0.1:PORT/metrics``; [metrics] port, 0 = off."""

from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from monitor.aggregator.bridge import BRIDGES
from monitor.errors import Unusable
from monitor.net.address import check_address
from monitor.settings import Settings
from monitor.wire.message import Message

FATES = ("written", "lost", "quarantined", "late", "damaged", "duplicates")

GAUGES = (
    ("rate", "rate_hertz", "Events per second that come out", ()),
    ("rate", "source_rate_hertz", "Events per second that come in", ("reader",)),
    ("lag", "lag_seconds", "Age of the oldest batch that waits for a worker", ("reader",)),
    ("committed", "committed_event", "Everything before this event is durable", ()),
    ("unaccounted", "unaccounted_events", "Settled events of which nobody knows; 0 or there is a fault", ("balance",)),
)
"""Key in the status, name, help, and the maps that lead there."""

QUEUES = (("queue", "batches", ("reader",)), ("leased", "leased_batches", ("reader",)))


class Metrics:
    """Turns the newest status into metrics whenever somebody asks; a collector of the Prometheus client."""

    def __init__(self) -> None:
        self.status: Mapping[str, Any] = {}

    def collect(self) -> Iterator[Metric]:
        """All metrics; nothing before the first status."""
        status = self.status
        if not status:
            return
        yield from _events(status)
        yield from _gauges(status)
        yield _latency(status)
        yield from _processes(status)
        yield from _bridges(status)


class PrometheusBridge:
    """Serves the metrics.

    Parameters
    ----------
    address, port
        Where.

    Raises
    ------
    Unusable
        If the port is taken.
    """

    def __init__(self, address: str, port: int) -> None:
        self._metrics = Metrics()
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self._metrics)
        try:
            self._server, self._thread = start_http_server(port, address, registry)
        except OSError as error:
            raise Unusable(f"the metrics cannot be served at {address}:{port}: {error.strerror}; set [metrics] port") from error
        self.port = self._server.server_port

    def take(self, message: Message) -> None:
        """Keep the newest status."""
        if message.topic == "status":
            self._metrics.status = message.header

    def close(self) -> None:
        """Give the port free."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def open_prometheus(settings: Settings, insecure: bool) -> PrometheusBridge | None:
    """The bridge of these settings."""
    metrics = settings.metrics
    if not metrics.port:
        return None
    check_address(f"tcp://{metrics.address}:{metrics.port}", bind=True, insecure=insecure)
    return PrometheusBridge(metrics.address, metrics.port)


BRIDGES.add("prometheus", open_prometheus)


def _events(status: Mapping[str, Any]) -> Iterator[Metric]:
    """Events read, by what became of them, and lost ones by reason."""
    read = CounterMetricFamily("xtcmon_events_read", "Events that the source gave")
    read.add_metric([], _number(_map(status, "reader").get("events")))
    yield read
    fates = CounterMetricFamily("xtcmon_events", "Events by what became of them", labels=["fate"])
    for fate in FATES:
        fates.add_metric([fate], _number(status.get(fate)))
    yield fates
    yield _counts("xtcmon_losses", "Events without a row by reason", "cause", _map(status, "losses"))
    yield _counts("xtcmon_trouble", "What went wrong, in words", "what", _map(status, "trouble"))


def _gauges(status: Mapping[str, Any]) -> Iterator[Metric]:
    """Rates, queue depths, and whether the store waits."""
    for key, name, text, way in GAUGES:
        metric = GaugeMetricFamily(f"xtcmon_{name}", text)
        metric.add_metric([], _number(_map(status, *way).get(key)))
        yield metric
    queues = GaugeMetricFamily("xtcmon_queue", "What waits, by where it waits", labels=["place"])
    for key, name, way in QUEUES:
        queues.add_metric([name], _number(_map(status, *way).get(key)))
    for place, depth in _map(status, "queues").items():
        queues.add_metric([f"{place}_rows"], _number(depth))
    yield queues
    held = GaugeMetricFamily("xtcmon_held_up", "1 while nothing can be written, because the disk is full")
    held.add_metric([], float(bool(status.get("held_up"))))
    yield held


def _latency(status: Mapping[str, Any]) -> Metric:
    """Median and 99 % of each stage."""
    metric = GaugeMetricFamily("xtcmon_latency_seconds", "Time per stage of the newest batches", labels=["stage", "quantile"])
    for stage, pair in _map(status, "latency").items():
        if isinstance(pair, list | tuple):
            for quantile, seconds in zip(("0.5", "0.99"), pair, strict=False):
                metric.add_metric([str(stage), quantile], _number(seconds))
    return metric


def _processes(status: Mapping[str, Any]) -> Iterator[Metric]:
    """Restarts and memory of each process, and how busy workers are."""
    restarts = CounterMetricFamily("xtcmon_restarts", "How often a process was started again", labels=["process"])
    memory = GaugeMetricFamily("xtcmon_memory_bytes", "Memory of a process's own", labels=["process"])
    for name, entry in _map(status, "processes").items():
        if isinstance(entry, Mapping):
            restarts.add_metric([name], _number(entry.get("restarts")))
            if _number(entry.get("memory")) >= 0:
                memory.add_metric([name], _number(entry.get("memory")))
    busy = GaugeMetricFamily("xtcmon_worker_busy_ratio", "Share of its time that a worker spends on batches", labels=["worker"])
    workers = _map(status, "reader").get("workers")
    for worker in workers if isinstance(workers, list | tuple) else ():
        if isinstance(worker, Mapping):
            busy.add_metric([str(worker.get("name"))], _number(worker.get("busy")))
    yield from (restarts, memory, busy)


def _bridges(status: Mapping[str, Any]) -> Iterator[Metric]:
    """What became of the messages of each bridge."""
    bridges = {name: entry for name, entry in _map(status, "bridges", "bridges").items() if isinstance(entry, Mapping)}
    for key, text in (
        ("sent", "Messages handed out"),
        ("lost", "Messages that a client lost"),
        ("bad", "Messages that break rules"),
    ):
        yield _counts(f"xtcmon_bridge_{key}", text, "bridge", {name: entry.get(key) for name, entry in bridges.items()})
    missed = CounterMetricFamily("xtcmon_bridges_missed", "Messages of the stream that the bridges' process did not get")
    missed.add_metric([], _number(_map(status, "bridges").get("missed")))
    yield missed


def _counts(name: str, text: str, label: str, counts: Mapping[str, Any]) -> Metric:
    metric = CounterMetricFamily(name, text, labels=[label])
    for key, count in counts.items():
        metric.add_metric([key], _number(count))
    return metric


def _map(status: Mapping[str, Any], *way: str) -> Mapping[str, Any]:
    """A map within maps; empty if it is absent or something else."""
    for name in way:
        inner = status.get(name)
        if not isinstance(inner, Mapping):
            return {}
        status = inner
    return status


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
