"""After a crash: back to the last commit, leaving files that every program opens."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from monitor.errors import Unusable
from monitor.model.field import Field
from monitor.model.sums import Sums
from monitor.store.compact import compact, make_whole
from monitor.store.index import write_index
from monitor.store.journal import decode, finish_of
from monitor.store.names import RunNames, part_number
from monitor.store.part_reader import PartReader, kind_of
from monitor.store.summary import Summary, summary_of, total_sums

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the files of a run held when they were opened.

    Attributes
    ----------
    columns
        Path to field.
    sums
        Sums over all durable rows.
    journal
        Durable lines.
    rows, committed
        Durable rows, and the sequence number behind the last event they account for.
    finished
        Whether the run is over and its file complete.
    number
        Number of the last part.
    config
        What the rows were made with, by path below ``UserDataCfg``.
    """

    columns: Mapping[str, Field] = field(default_factory=dict)
    sums: Sums = field(default_factory=dict)
    journal: bytes = b""
    rows: int = 0
    committed: int = 0
    finished: bool = False
    number: int = 0
    config: Mapping[str, NDArray[Any]] = field(default_factory=dict)


def recover(names: RunNames, *, compacted: bool, sync: bool) -> Found:
    """Bring the files of a run back to their last commit, finish what was being finished, and say what they hold.

    Can be killed at any moment and started again: whole files are replaced by renaming, and nothing is removed before its
    contents are safe elsewhere.

    Raises
    ------
    DamagedData
        If a file is damaged beyond what a crash leaves behind.
    Unusable
        If the run's file is of other origin.
    """
    remove(names.leftovers())
    if names.whole.exists():
        kind = kind_of(names.whole)
        if kind == "run":
            remove(names.parts())
            with PartReader(names.whole) as reader:
                return _found(summary_of([reader]), finished=True)
        if kind != "index":
            raise Unusable(f"{names.whole} was not written by this program; choose another directory, or overwrite it")
    parts = [path for path in names.parts() if _made_whole(path, sync=sync)]
    if not parts:
        remove([names.whole])
        return Found()
    found = _found(_read(names, parts), finished=False)
    finish = finish_of(decode(found.journal))
    if finish is not None and compacted:
        compact(parts, names.whole, sums=found.sums, sync=sync)
        remove(parts)
    else:
        write_index(parts, names.whole, found.sums)
    return replace(found, finished=finish is not None)


def remove(paths: Iterable[Path]) -> None:
    """Remove files, whether they are there or not."""
    for path in paths:
        path.unlink(missing_ok=True)


def _made_whole(path: Path, *, sync: bool) -> bool:
    """Cut a torn part back to its last commit (as a copy that then takes its place); drop one that never had a commit."""
    with PartReader(path) as reader:
        committed, torn, rows = reader.commit is not None, reader.live, reader.rows
    if not committed:
        remove([path])
        return False
    if torn:
        log.info("part_recovered", extra={"path": str(path), "rows": rows})
        make_whole(path, sync=sync)
    return True


def _read(names: RunNames, parts: list[Path]) -> Summary:
    """Summary of all parts; sums of those that the index covers come from there, for they may be large."""
    readers = [PartReader(path) for path in parts]
    try:
        covered, sums = 0, []
        if names.whole.exists():
            with PartReader(names.whole) as index:
                covered = int(index.attribute("part", 0))
                sums = [index.sums()]
        sums += [reader.sums() for reader in readers if part_number(reader.path) > covered]
        return summary_of(readers, total_sums(sums))
    finally:
        for reader in readers:
            reader.close()


def _found(summary: Summary, *, finished: bool) -> Found:
    return Found(
        columns=summary.columns,
        sums=summary.sums,
        journal=summary.journal,
        rows=summary.rows,
        committed=summary.stop,
        finished=finished,
        number=summary.part,
        config=summary.config,
    )
