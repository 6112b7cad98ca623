"""``xtcmon subscribe``: print the reduced stream as it comes."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.tools.screen import out

if TYPE_CHECKING:
    from monitor.client import Message

COLUMNS_SHOWN = 6


def command(
    topic: Annotated[str, typer.Argument(help="beginning of the topics wanted")] = "rows/events",
    fields: Annotated[
        list[str] | None, typer.Option("-f", "--field", help="a field to print; repeat it", show_default="some")
    ] = None,
    service: Annotated[Path | None, typer.Option(help="runtime folder of the service", show_default="the one that runs")] = None,
    address: Annotated[str, typer.Option(help="address of its stream, for a service elsewhere")] = "",
    count: Annotated[int, typer.Option("-n", "--count", help="messages to print; 0 = until the service ends")] = 0,
) -> None:
    """Print rows, or any other topic of the reduced stream, as they arrive.

    Example: xtcmon subscribe rows/events -f ebeam/charge -f scan/varStep
    """
    from monitor.client import Monitor
    from monitor.tools.find import stream_address

    if count < 0:
        raise ConfigError("must not be below 0", key="--count")
    printed = 0
    with Monitor(stream_address(service, address)) as monitor:
        for message in monitor.messages(topic):
            for line in lines(message, fields or []):
                out.print(line, markup=False)
            printed += 1
            if printed == count:
                return


def lines(message: "Message", fields: list[str]) -> list[str]:
    """A message in words: a line per event for rows, one line for anything else."""
    if not message.topic.startswith("rows/"):
        header = {key: value for key, value in message.header.items() if key not in ("settings", "fields")}
        arrays = {name: f"{array.dtype}{list(array.shape)}" for name, array in message.arrays.items()}
        return [f"{message.topic} {plain(header)} {plain(arrays)}".rstrip()]
    names = [name for name in message.header["fields"] if f"c/{name}" in message.arrays]
    chosen = (
        fields
        or [name for name in names if message.arrays[f"c/{name}"].ndim == 1 and f"n/{name}" not in message.arrays][:COLUMNS_SHOWN]
    )
    first = int(message.header["first"])
    return [
        " ".join([f"{first + i}", *(f"{name}={value(message, name, i)}" for name in chosen)])
        for i in range(int(message.header["count"]))
    ]


def value(message: "Message", name: str, i: int) -> str:
    """One value of one event; ``-`` where it has none."""
    array, present = message.arrays.get(f"c/{name}"), message.arrays.get(f"p/{name}")
    if array is None or (present is not None and not present[i]):
        return "-"
    lengths = message.arrays.get(f"n/{name}")
    if lengths is not None:
        first = int(lengths[:i].sum())
        return shown(array[first : first + int(lengths[i])])
    if array.ndim > 1:
        return shown(array[i])
    return f"{array[i]:.6g}" if array.dtype.kind == "f" else str(array[i])


def shown(array: NDArray[Any]) -> str:
    """Some numbers in one line."""
    return np.array2string(array, precision=5, threshold=8, separator=",").replace("\n", "")


def plain(items: Mapping[str, Any]) -> str:
    """``key=value`` pairs."""
    return " ".join(f"{key}={item}" for key, item in items.items())
