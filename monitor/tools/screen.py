"""What all commands share on the terminal: progress bars that vanish when nobody looks, and sizes in words."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

WIDE = 200
"""Columns of a file or a pipe, which has no edge of its own: a table that is cut is lost there."""

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else WIDE)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Advance = Callable[[int, int | None], None]
"""Called with (done so far, total or None)."""


@contextmanager
def progress(text: str, unit: str = "events") -> Iterator[Advance]:
    """A progress bar on standard error while the block runs; nothing at all when that is not a terminal."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(text, total=None, rate="")

        def advance(done: int, total: int | None) -> None:
            speed = bar.tasks[0].finished_speed or bar.tasks[0].speed
            bar.update(task, completed=done, total=total, rate=f"{speed:,.0f} {unit}/s" if speed else "")

        yield advance


@contextmanager
def until_closed() -> Iterator[None]:
    """Print in the block; when nobody reads any further (``| head``), it ends there without a word."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # What is left in the buffer would fail again when the interpreter ends.
        with open(os.devnull, "w") as nothing:
            os.dup2(nothing.fileno(), sys.stdout.fileno())


def size(count: float) -> str:
    """Bytes in words: ``4.6 MB``."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
