"""What the benchmarks found, as tables for a person or JSON for a program."""

import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Column, Table

from monitor.tools.screen import WIDE, out

if TYPE_CHECKING:
    from monitor.reader.bench_hop import HopRow
    from monitor.tools.bench_stream import StreamRow


def hop_columns(line: "HopRow") -> dict[str, Any]:
    """One line of the table: what travelled, how, how fast and at what cost."""
    return {
        "event": line.kind,
        "way": line.way,
        "events/s": line.events_per_s,
        "batches/s": line.batches_per_s,
        "GB/s": line.gigabytes_per_s,
        "CPU us/event": line.cpu_per_event_us,
    }


def stream_columns(line: "StreamRow") -> dict[str, Any]:
    """One line of the table: who listened to what, what came, how late."""
    return {
        "subscribers": line.subscribers,
        "subscribe to": line.wanted,
        "rows/s": line.rows_per_s,
        "MB/s": line.megabytes_per_s,
        "missed": f"{100 * line.missed:.1f} %",
        "median ms": line.median_ms,
        "99 % ms": line.most_ms,
    }


def correction_columns(line: Any) -> dict[str, Any]:
    """One line of the table: a step, its time, and how that compares with a copy."""
    return {
        "detector": line.detector,
        "step": line.step,
        "ms/event": line.ms,
        "GB/s": line.gigabytes_per_s,
        "of a copy": line.of_copy,
        "in cache: ms": line.cached_ms,
        "of a copy there": line.of_cached_copy,
    }


def page_columns(line: Any) -> dict[str, Any]:
    """One line of the table; what was not measured is a dash."""
    columns = {
        "viewers": line.viewers,
        "painting": line.painting,
        "Mpx": line.megapixels,
        "per s, slowest": line.per_s_least,
        "mean": line.per_s_mean,
        "age ms, median": line.age_ms_median,
        "99 %": line.age_ms_99,
        "MB/s": line.megabytes_per_s,
        "dashboard, cores": line.dashboard_share,
        "ms a picture": line.ms_per_picture,
        "viewers, cores": line.viewers_share,
        "MB begin": line.mb_begin,
        "end": line.mb_end,
        "events/s": line.events_per_s,
        "lost": line.lost,
    }
    return {name: "-" if value is None else value for name, value in known(columns).items()}


def strip_columns(line: Any) -> dict[str, Any]:
    """One line of the table; what was not measured is a dash."""
    columns = {
        "charts": line.charts,
        "per s, slowest": line.per_s_least,
        "age ms, median": line.age_ms_median,
        "99 %": line.age_ms_99,
        "longest gap, ms": line.longest_ms,
        "paintings a picture": line.paintings,
        "messages/s": line.messages_per_s,
        "kB each": line.kilobytes,
        "dashboard, cores": line.dashboard_share,
        "browser, cores": line.browser_share,
    }
    return {name: "-" if value is None else value for name, value in known(columns).items()}


def known(values: dict[str, Any]) -> dict[str, Any]:
    """The same with ``None`` for NaN, which JSON does not have."""
    return {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in values.items()}


def feature_columns(line: Any) -> dict[str, Any]:
    """One line of the table; how many times faster than the older tools and than plain numpy."""
    original, plain = line.original_ms, line.plain_ms
    return {
        "detector": line.detector,
        "feature": line.feature,
        "ms/event": line.ms,
        "GB/s": line.gigabytes_per_s,
        "older tools, ms": "-" if original is None else original,
        "times": "-" if original is None else original / line.ms,
        "plain numpy, ms": "-" if plain is None else plain,
        "times numpy": "-" if plain is None else plain / line.ms,
    }


def show(title: str, rows: Sequence[dict[str, Any]], as_json: bool) -> None:
    """A table for a person, or JSON for a program."""
    if as_json:
        print(json.dumps(rows))
        return
    said = [{name: words(value) for name, value in row.items()} for row in rows]
    table = Table(*(Column(name, overflow="fold") for name in rows[0]), title=title, box=None)
    for row in said:
        table.add_row(*row.values())
    if len(rows) == 1 or (
        out.measure(table, options=out.options.update(width=WIDE)).maximum > out.width and len(rows) < len(rows[0])
    ):
        # Fewer lines than values: what does not fit side by side fits one under the other.
        table = Table(title=title, show_header=False, box=None)
        for name in rows[0]:
            table.add_row(name, *(row[name] for row in said))
    out.print(table)


def words(value: object) -> str:
    """A number short enough for a table."""
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
