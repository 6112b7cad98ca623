"""``xtcmon topics``: what there is to subscribe to."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from monitor.errors import ConfigError, Unusable
from monitor.tools.screen import out

if TYPE_CHECKING:
    from monitor.client import Monitor


def command(
    service: Annotated[Path | None, typer.Option(help="runtime folder of the service", show_default="the one that runs")] = None,
    address: Annotated[str, typer.Option(help="address of its stream, for a service elsewhere")] = "",
    key: Annotated[str, typer.Option(help="your NAME.key_secret file, for a service elsewhere")] = "",
    server_key: Annotated[str, typer.Option(help="public key of that service, or its .key file")] = "",
    seconds: Annotated[float, typer.Option(help="how long to listen")] = 2.0,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """List the topics of the reduced stream, how often each comes, and the fields of its rows.

    Example: xtcmon topics --seconds 5
    """
    from monitor.tools.find import opened

    if not 0 < seconds <= 3600:
        raise ConfigError("is a time from 0 to 3600 s", key="--seconds")
    with opened(service, address, key, server_key) as monitor:
        topics, fields = listen(monitor, seconds)
    if not topics:
        raise Unusable("nothing came from the service; is the address right, and the key allowed?")
    if as_json:
        print(json.dumps({"topics": topics, "fields": fields}))
        return
    table = Table("topic", "messages", "kB each", "content", box=None)
    for name, entry in sorted(topics.items()):
        table.add_row(name, str(entry["messages"]), f"{entry['bytes'] / entry['messages'] / 1000:.1f}", entry["content"])
    out.print(table)
    rows = Table("field", "type", "shape", "unit", "description", box=None)
    for field in fields:
        shape = "ragged" if field.get("ragged") else "x".join(map(str, field["shape"]))
        rows.add_row(field["name"], field["dtype"], shape, field["unit"], field["description"])
    out.print(rows)


def listen(monitor: "Monitor", seconds: float) -> tuple[dict[str, dict[str, Any]], list[dict[str, Any]]]:
    """Topics with what came of each, and the fields of the rows, after listening for some time."""
    monitor.subscribe("")
    topics: dict[str, dict[str, Any]] = {}
    fields: list[dict[str, Any]] = []
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        message = monitor.receive(left)
        if message is None:
            continue
        arrays = ", ".join(f"{name} {array.dtype}{list(array.shape)}" for name, array in message.arrays.items())
        entry = topics.setdefault(message.topic, {"messages": 0, "bytes": 0, "content": ""})
        entry["messages"] += 1
        entry["bytes"] += sum(array.nbytes for array in message.arrays.values())
        entry["content"] = f"{len(message.arrays)} arrays" if len(message.arrays) > 2 else arrays
        if message.topic == "schema/events":
            fields = list(message.header.get("fields", ()))
    return topics, fields
