"""``xtcmon status``: how a running service stands."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from monitor.errors import Unusable
from monitor.tools.screen import out, size

WAYS = {
    "dispatch": "source to worker",
    "process": "in the worker",
    "order": "worker to stream",
    "total": "source to stream",
    "commit": "worker to file",
}

PLACES = {"order": "for earlier ones", "epoch": "for their commit group", "store": "for the disk"}


def command(
    service: Annotated[Path | None, typer.Option(help="runtime folder of the service", show_default="the one that runs")] = None,
    address: Annotated[str, typer.Option(help="address of its stream, for a service elsewhere")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """Say how a running service stands: rates, queues, delays by stage, losses by cause, workers, restarts, memory.

    Example: xtcmon status --json
    """
    from monitor.client import NoAnswer
    from monitor.tools.find import opened

    with opened(service, address) as monitor:
        try:
            status = monitor.status()
        except NoAnswer as error:
            raise Unusable(f"the service does not answer: {error}") from error
    if as_json:
        print(json.dumps(status))
        return
    out.print(summary(status))
    out.print(workers(status))
    for alarm in status.get("alarms") or ():
        out.print(alarm_line(alarm), style="bold red" if alarm.get("severity") == "alarm" else "yellow", markup=False)
    if status.get("processes"):
        out.print(processes(status))
    if status.get("bridges"):
        out.print(bridges(status["bridges"]))
    for text, count in sorted((status.get("trouble") or {}).items()):
        out.print(f"{count:,} x {text}", markup=False)


def summary(status: Mapping[str, Any]) -> Table:
    """Counts and delays of the service."""
    reader = status.get("reader") or {}
    table = Table(show_header=False, box=None)
    rows: list[tuple[str, Any]] = [
        ("run", f"{reader.get('run')}  step {reader.get('step')}  {reader.get('state')}, {reader.get('mode')}"),
        ("events", f"{status.get('processed', 0):,} processed, {status.get('written', 0):,} written"),
        ("rate", f"{reader.get('rate', 0):,.1f} /s in, {status.get('rate', 0):,.1f} /s out"),
        ("missing", f"{status.get('lost', 0):,} lost, {status.get('late', 0):,} late, {status.get('damaged', 0):,} damaged"),
        ("ledger", ", ".join(f"{name} {count:,}" for name, count in (status.get("balance") or {}).items())),
        ("queues", queues(status)),
        ("file", status.get("file") or "none yet"),
    ]
    if held_up := status.get("held_up"):
        rows.append(("held up", held_up))
    for why, count in (status.get("losses") or {}).items():
        rows.append((f"lost, {why}", f"{count:,}"))
    for stage, (median, most) in (status.get("latency") or {}).items():
        rows.append((f"delay, {WAYS.get(stage, stage)}", f"{1000 * median:.1f} ms, 99 % under {1000 * most:.1f} ms"))
    for name, value in rows:
        table.add_row(name, str(value))
    return table


def alarm_line(alarm: Mapping[str, Any]) -> str:
    """One alarm: what, since when, how it stands."""
    since = time.strftime("%H:%M:%S", time.localtime(alarm.get("since", 0)))
    seen = f", acknowledged by {alarm['acknowledged']}" if alarm.get("acknowledged") else ""
    over = ", over" if alarm.get("over") else ""
    return (
        f"{alarm.get('severity')}: {alarm.get('name')} since {since}: {alarm.get('text')} ({alarm.get('value'):.4g}){over}{seen}"
    )


def queues(status: Mapping[str, Any]) -> str:
    """How much waits where."""
    reader, rows = status.get("reader") or {}, status.get("queues") or {}
    waiting = f"{reader.get('queue', 0):,} batches wait for workers, {reader.get('leased', 0):,} are with them; rows that wait: "
    return waiting + ", ".join(f"{count:,} {PLACES.get(place, place)}" for place, count in rows.items())


def processes(status: Mapping[str, Any]) -> Table:
    """One row per process of this machine."""
    table = Table("process", "pid", "restarts", "memory", box=None)
    for name, entry in (status.get("processes") or {}).items():
        memory = entry.get("memory", -1)
        table.add_row(name, str(entry.get("pid")), str(entry.get("restarts")), size(memory) if memory >= 0 else "not running")
    return table


def bridges(told: Mapping[str, Any]) -> Table:
    """One row per bridge."""
    table = Table("bridge", "address", "clients", "sent", "lost", "bad", box=None)
    for name, entry in (told.get("bridges") or {}).items():
        counts = (f"{entry.get(key, 0):,}" for key in ("clients", "sent", "lost", "bad"))
        table.add_row(str(name), str(entry.get("address")), *counts)
    if missed := told.get("missed"):
        table.caption = f"{missed:,} messages of the stream did not reach the bridges"
    return table


def workers(status: Mapping[str, Any]) -> Table:
    """One row per worker."""
    table = Table("worker", "pid", "starts", "events", "busy", "leases", box=None)
    for worker in (status.get("reader") or {}).get("workers", ()):
        table.add_row(
            str(worker.get("name")),
            str(worker.get("pid")),
            str(worker.get("generation", 0) + 1),
            f"{worker.get('events', 0):,}",
            f"{100 * (worker.get('busy') or 0):.0f} %",
            str(worker.get("leases")),
        )
    return table
