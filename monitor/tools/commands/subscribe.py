"""``xtcmon subscribe``: print, record or plot the reduced stream as it comes."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from monitor.errors import ConfigError, XtcmonError
from monitor.tools.screen import out

if TYPE_CHECKING:
    from monitor.client import Message, Monitor, Rows

COLUMNS_SHOWN = 6
CURVE_ROWS = 2000
LINE_LETTERS = 72
"""Of a terminal line what name and numbers beside a curve take."""


def command(
    topic: Annotated[str, typer.Argument(help="beginning of the topics wanted; see `xtcmon topics`")] = "rows/events",
    fields: Annotated[
        list[str] | None, typer.Option("-f", "--field", help="only this field; repeat it", show_default="some, or all with -o")
    ] = None,
    every: Annotated[int, typer.Option(help="only every n-th event")] = 1,
    history: Annotated[bool, typer.Option("--history", help="begin with what there is of the run")] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="record the rows in this HDF5 file")] = None,
    plot: Annotated[bool, typer.Option("--plot", help="curves in the terminal instead of numbers")] = False,
    service: Annotated[Path | None, typer.Option(help="runtime folder of the service", show_default="the one that runs")] = None,
    address: Annotated[str, typer.Option(help="address of its stream, for a service elsewhere")] = "",
    key: Annotated[str, typer.Option(help="your NAME.key_secret file, for a service elsewhere")] = "",
    server_key: Annotated[str, typer.Option(help="public key of that service, or its .key file")] = "",
    count: Annotated[int, typer.Option("-n", "--count", help="messages to take; 0 = until the service ends")] = 0,
) -> None:
    """Print rows, or any other topic of the reduced stream, as they arrive; or record them, or draw them.

    Example: xtcmon subscribe -f ebeam/charge -f ipm2/sum --every 10 --plot
    """
    from monitor.client import Refused
    from monitor.tools.find import opened

    wanted = fields or []
    if count < 0 or every < 1:
        raise ConfigError("must not be below 0, nor --every below 1", key="--count")
    of_rows = topic.startswith("rows/")
    if not of_rows and (output or plot or wanted or every > 1 or history):
        raise ConfigError("only rows/events has fields to record, draw, thin or look back on", key=topic)
    with opened(service, address, key, server_key) as monitor:
        try:
            if output is not None:
                _record(_limited(monitor.rows(*wanted, every=every, history=history), count), output)
            elif plot:
                _draw(monitor, wanted, every, count)
            elif wanted or every > 1 or history:
                for rows in _limited(monitor.rows(*wanted, every=every, history=history), count):
                    _say(row_lines(rows, wanted))
            else:
                for message in _limited(monitor.messages(topic), count):
                    _say(lines(message, wanted))
        except Refused as error:
            raise XtcmonError(f"the service refused this: {error}") from error


def _limited(items: Iterator[Any], count: int) -> Iterator[Any]:
    """At most ``count`` items; 0 = all."""
    for taken, item in enumerate(items, 1):
        yield item
        if taken == count:
            return


def _say(texts: Sequence[str]) -> None:
    for text in texts:
        out.print(text, markup=False)


def _record(pieces: Iterator["Rows"], path: Path) -> None:
    """Write rows into a file until they end, or somebody interrupts."""
    from monitor.model.column import Column
    from monitor.model.field import Field
    from monitor.store.recording import Recording

    with Recording(path) as recording:
        try:
            for rows in pieces:
                seq = Column(Field(name="seq", dtype=rows.seq.dtype, unit="1"), rows.seq)
                columns = {
                    name: Column(
                        Field(name=name, dtype=values.dtype, shape=values.shape[1:], unit=rows.units.get(name, "")),
                        values,
                        rows.present.get(name),
                        rows.lengths.get(name),
                    )
                    for name, values in rows.values.items()
                    if name != "seq"
                }
                recording.add({"seq": seq, **columns}, len(rows))
        except KeyboardInterrupt:
            out.print()
    left = f"; left out, for they are ragged: {', '.join(sorted(recording.left_out))}" if recording.left_out else ""
    out.print(f"{recording.rows:,} rows in {path}{left}", markup=False)


def _draw(monitor: "Monitor", wanted: list[str], every: int, count: int) -> None:
    """Draw the newest rows, a few times a second, until they end."""
    from rich.live import Live

    from monitor.tools.spark import curves

    table = monitor.table(*wanted, every=every, most=CURVE_ROWS)
    turns = 0
    with Live(console=out, refresh_per_second=5) as live:
        while not table.ended and (not count or turns < count):
            if not table.update(0.2):
                continue
            turns += 1
            names = wanted or [name for name in table if name not in ("seq", "run", "step", "event_time", "fiducials")]
            plain = {name: table[name].astype(np.float64) for name in names if name in table and table[name].ndim == 1}
            shown = dict([*plain.items()][: shutil.get_terminal_size().lines - 3])
            live.update(curves(shown, table.units, max(8, shutil.get_terminal_size().columns - LINE_LETTERS)))


def row_lines(rows: "Rows", fields: Sequence[str]) -> list[str]:
    """A line per event: its number, and the fields asked for or the first few scalars."""
    names = fields or [name for name in rows.values if rows.values[name].ndim == 1 and name not in rows.lengths][:COLUMNS_SHOWN]
    return [" ".join([str(rows.seq[i]), *(f"{name}={row_value(rows, name, i)}" for name in names)]) for i in range(len(rows))]


def row_value(rows: "Rows", name: str, i: int) -> str:
    """One value of one event; ``-`` where it has none."""
    present = rows.present.get(name)
    if name not in rows or (present is not None and not present[i]):
        return "-"
    single = rows.of_event(name, i) if name in rows.lengths else rows.values[name][i]
    return number(single)


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
    return number(array[i])


def number(single: Any) -> str:
    """A number, or some of them in one line."""
    if np.ndim(single):
        return shown(single)
    return f"{single:.6g}" if single.dtype.kind == "f" else str(single)


def shown(array: NDArray[Any]) -> str:
    """Some numbers in one line."""
    return np.array2string(array, precision=5, threshold=8, separator=",").replace("\n", "")


def plain(items: Mapping[str, Any]) -> str:
    """``key=value`` pairs."""
    return " ".join(f"{key}={item}" for key, item in items.items())
