"""What the service says about itself, as the texts of tiles and tables."""

from collections.abc import Iterator, Mapping
from typing import Any

from dashboards.snapshot import Snapshot
from dashboards.texts import clock, count, duration


def tiles(snapshot: Snapshot, *names: str) -> dict[str, str]:
    """Texts of these tiles."""
    status, reader = snapshot.status, _reader(snapshot)
    total, processed = reader.get("total"), status.get("processed")
    share = ""
    # A total that is not known is 0 or below.
    if isinstance(total, int) and isinstance(processed, int) and total > 0:
        share = f"{100 * processed / total:.0f} % of {count(total)}"
    texts = {
        "state": "ended" if snapshot.ended else str(reader.get("state", "–")),
        "mode": str(reader.get("mode", "")),
        "processed": count(processed),
        "share": share,
        "written": count(status.get("written")),
        "late": count(status.get("late")),
        "lost": count(status.get("lost")),
        "damaged": count(status.get("damaged")),
        "quarantined": count(reader.get("quarantined")),
        "lag": duration(float(reader["lag"])) if isinstance(reader.get("lag"), int | float) else "–",
        "restarts": count(sum(n for n in _restarts(snapshot).values() if isinstance(n, int))),
        "missed": count(sum(snapshot.missed.values())),
        "file": str(status.get("file") or "no file is written"),
        "balance": ", ".join(f"{name} {count(n)}" for name, n in _map(status, "balance").items()),
    }
    return {name: texts[name] for name in names}


def tables(snapshot: Snapshot) -> dict[str, list[list[str]]]:
    """Rows of the tables."""
    reader = _reader(snapshot)
    trouble = [*_flat(_map(snapshot.status, "trouble")), *_flat(_map(reader, "damage"))]
    restarts = [(f"{name} started anew", n) for name, n in _restarts(snapshot).items() if n]
    stages = _map(snapshot.status, "latency").items()
    losses = [(f"lost, {why}", n) for why, n in _map(snapshot.status, "losses").items()]
    return {
        "workers": [*_workers(reader)],
        "trouble": [[str(what), count(n)] for what, n in (*losses, *restarts, *trouble)] or [["none", ""]],
        "latency": [
            [stage, duration(pair[0]), duration(pair[1])] for stage, pair in stages if isinstance(pair, list) and len(pair) == 2
        ],
    }


def _workers(reader: Mapping[str, Any]) -> Iterator[list[str]]:
    """One row per worker: name, host and pid, start, batches, events, busy, leases, last seen."""
    restarts = _map(reader, "restarts")
    workers = reader.get("workers")
    for worker in workers if isinstance(workers, list) else ():
        if not isinstance(worker, Mapping):
            continue
        seen, busy = worker.get("last_seen"), worker.get("busy")
        yield [
            str(worker.get("name", "–")),
            f"{worker.get('host', '')} {worker.get('pid', '')}".strip(),
            count(worker.get("events")),
            count(worker.get("batches")),
            f"{100 * busy:.0f} %" if isinstance(busy, int | float) else "–",
            count(worker.get("leases")),
            duration(float(seen)) if isinstance(seen, int | float) else "–",
            count(restarts.get(str(worker.get("name")), 0)),
        ]


def process_rows(snapshot: Snapshot) -> list[list[str]]:
    """One row per process of the service's machine: name, number (a dash if it does not run), restarts, memory."""
    known = _map(snapshot.status, "processes")
    rows = [
        [
            name,
            "–" if each.get("pid") in (None, -1) else str(each["pid"]),
            count(each.get("restarts")),
            memory(each.get("memory")),
        ]
        for name, each in known.items()
        if isinstance(each, Mapping)
    ]
    return rows or [["nobody watches over processes here"]]


def memory(value: object) -> str:
    """Bytes as MB; a dash if it is not known or the process does not run."""
    return f"{value / 1e6:.0f} MB" if isinstance(value, int | float) and value >= 0 else "–"


def _restarts(snapshot: Snapshot) -> Mapping[str, Any]:
    """Restarts by process: what the supervisor knows of all, else what the reader knows of its workers."""
    processes = _map(snapshot.status, "processes")
    known = {name: entry.get("restarts", 0) for name, entry in processes.items() if isinstance(entry, Mapping)}
    return known or _map(_reader(snapshot), "restarts")


def _flat(counts: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Counts within maps within maps, each with the names that lead to it."""
    for name, value in counts.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}: ")
        else:
            yield f"{before}{name}", value


def log_line(entry: Mapping[str, Any]) -> list[str]:
    """A line of the log: time, level, who and what, details."""
    said = entry.get("fields")
    details = ", ".join(f"{key} {value}" for key, value in said.items()) if isinstance(said, Mapping) else ""
    said_by = f"{entry.get('process', '')}: {entry.get('event', '')}".removeprefix(": ")
    return [clock(entry.get("time")), str(entry.get("level", "")), said_by, details]


def _reader(snapshot: Snapshot) -> Mapping[str, Any]:
    return _map(snapshot.status, "reader")


def _map(holder: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A map within a map; empty if it is absent or something else."""
    value = holder.get(key)
    return value if isinstance(value, Mapping) else {}
