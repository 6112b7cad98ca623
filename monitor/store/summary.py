"""What several parts say together: columns, sums, settings, gaps, how far they go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from monitor.model.field import Field
from monitor.model.sums import Sums, SumState
from monitor.running import merge
from monitor.store.axis import axes_of
from monitor.store.journal import Entry, decode
from monitor.store.part_reader import PartReader
from monitor.store.sum_slots import fits


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One run as its parts tell it.

    Attributes
    ----------
    experiment, run, service
        As given to the writer.
    first, stop
        Sequence numbers from and up to which events are accounted for.
    rows
        Durable rows of all parts.
    time
        Unix time of the last commit, s.
    columns
        Path to field, in order of first appearance.
    sums
        State of each sum over all rows. A name whose arrays changed shape goes on as ``<name>_2``.
    journal
        All lines; each part carries those of the parts before it.
    part
        Number of the last part.
    extents
        Durable rows along each further axis, in the order of ``axes_of(columns)``.
    config
        What the rows were made with, by path below ``UserDataCfg``.
    """

    experiment: str
    run: int
    service: str
    first: int
    stop: int
    rows: int
    time: float
    columns: Mapping[str, Field]
    sums: Sums
    journal: bytes
    part: int
    extents: tuple[int, ...]
    config: Mapping[str, NDArray[Any]]

    @property
    def entries(self) -> list[Entry]:
        """What the journal says."""
        return decode(self.journal)


def summary_of(readers: Sequence[PartReader], sums: Sums | None = None, *, config: bool = True) -> Summary:
    """Summary of the parts of one run, in order, at least one; parts without a commit say nothing.

    Sums are read from the parts unless they are given. What the rows were made with, which each part has, is read from the
    last one if it is wanted.
    """
    said = [reader for reader in readers if reader.commit is not None] or list(readers[:1])
    last = said[-1]
    columns: dict[str, Field] = {}
    for reader in said:
        for path, field in reader.columns.items():
            columns.setdefault(path, field)
    return Summary(
        experiment=str(last.attribute("experiment", "")),
        run=int(last.attribute("run", 0)),
        service=str(last.attribute("service", "")),
        first=int(said[0].attribute("first", 0)),
        stop=last.commit.stop if last.commit else int(last.attribute("first", 0)),
        rows=sum(reader.rows for reader in said),
        time=last.commit.time if last.commit else 0.0,
        columns=columns,
        sums=total_sums([reader.sums() for reader in said]) if sums is None else sums,
        journal=last.journal(),
        part=int(last.attribute("part", 0)),
        extents=tuple(sum(reader.extent(axis) for reader in said) for axis in axes_of(columns)),
        config=last.config() if config else {},
    )


def total_sums(sums: Sequence[Sums]) -> Sums:
    """Sums over everything; states that cannot be merged go on under a numbered name."""
    total: dict[str, SumState] = {}
    for part in sums:
        for name, state in part.items():
            target, number = name, 2
            while target in total and not fits(total[target], state):
                target, number = f"{name}_{number}", number + 1
            total[target] = merge(total[target], state) if target in total else state
    return total
