"""The small-data file of one run: rolling parts that survive any crash, and one plain file at the end."""

import logging
import time as clock
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from numpy.typing import NDArray

from monitor.errors import Unusable
from monitor.model.field import Field
from monitor.model.rows import Rows
from monitor.model.sums import Sums
from monitor.store.catalog import Catalog
from monitor.store.compact import compact
from monitor.store.config import Configs
from monitor.store.gather import gather
from monitor.store.index import write_index
from monitor.store.journal import ConfigEntry, Entry, FinishEntry, LostEntry, SettingsEntry, decode, encode, lost_of
from monitor.store.lock import WriterLock
from monitor.store.names import RunNames
from monitor.store.part import Head, PartWriter
from monitor.store.recovery import Found, recover, remove
from monitor.store.summary import total_sums
from monitor.store.trouble import NoSpace, free_bytes, need_space, refusals

log = logging.getLogger(__name__)

FIRST_ROLL_S = 15.0
LONGEST_PART_S = 300.0
"""Parts get longer from the first on: programs that know nothing of a growing file see the beginning of a run soon."""


class SmallDataFile:
    """Writes one run; has the face of ``RunStore``.

    Parameters
    ----------
    directory
        Made if it is not there.
    experiment, run
        Give the names: ``<experiment>_Run<run, four digits>.h5`` and ``..._part0001.h5``.
    first
        Sequence number of the run's first event.
    existing
        What to do about files of this run that are there already: ``refuse``, ``resume`` (go on behind the last commit;
        after a crash) or ``replace``.
    service
        Name of the service that writes, kept in the files.
    roll_bytes, roll_s
        A new part begins when the present one is larger or older; by default parts get longer up to five minutes.
    compacted
        Whether ``finish`` makes one plain file out of the parts; else they stay, with an index over them.
    sync
        Whether commits wait for the disk (and so survive the machine, not only the process).

    Raises
    ------
    Unusable
        In one sentence: files exist, another process writes this run, the directory cannot be used.
    """

    def __init__(
        self,
        directory: Path,
        experiment: str,
        run: int,
        *,
        first: int = 0,
        existing: Literal["refuse", "resume", "replace"] = "refuse",
        service: str = "",
        roll_bytes: int = 2 << 30,
        roll_s: float | None = None,
        compacted: bool = True,
        sync: bool = True,
    ) -> None:
        self._names = RunNames(directory, _file_name(experiment), run)
        self._head = Head(experiment=experiment, run=run, number=0, first=first, service=service)
        self._roll_bytes, self._roll_s, self._compacted, self._sync = roll_bytes, roll_s, compacted, sync
        self._part: PartWriter | None = None
        self._broken = False
        with refusals(directory, "write to"):
            directory.mkdir(parents=True, exist_ok=True)
            self._lock = WriterLock(self._names.lock)
        try:
            with refusals(directory, "write to"):
                found = self._existing(existing)
        except BaseException:
            self._lock.release()
            raise
        self._catalog = Catalog(found.columns.items())
        self._known: dict[str, Field] = dict(found.columns)
        self._sums, self._journal, self._lines, self._untold = found.sums, found.journal, b"", False
        self._configs = Configs(found.config, [entry for entry in decode(found.journal) if isinstance(entry, ConfigEntry)])
        self._closed_rows, self._committed, self._finished = found.rows, max(first, found.committed), found.finished
        self._number = found.number

    @property
    def path(self) -> Path:
        """The file people open: an index over the closed parts until the run is finished."""
        return self._names.whole

    @property
    def committed(self) -> int:
        """Sequence number behind the last event that is durable."""
        return self._committed

    @property
    def rows(self) -> int:
        """Durable rows."""
        return self._closed_rows + (self._part.rows if self._part else 0)

    @property
    def finished(self) -> bool:
        """Whether the run is over and its file complete."""
        return self._finished

    @property
    def sums(self) -> Sums:
        """State of each sum over the durable rows."""
        return total_sums([self._sums, self._part.sums]) if self._part else self._sums

    @property
    def gaps(self) -> list[LostEntry]:
        """Durable stretches of events that have no rows, and why."""
        return lost_of(decode(self._journal))

    def settings(self, version: int, text: str, *, first: int, author: str = "", time: float = 0.0) -> None:
        """Keep the whole settings of a pipeline version; durable with the next commit."""
        self._say(SettingsEntry(version=version, first=first, text=text, author=author, time=time))

    def config(self, version: int, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep what the rows of a pipeline version were made with, by name; durable with the next commit."""
        entry = self._configs.add(version, arrays)
        if entry is not None:
            self._say(entry)

    def lost(self, first: int, stop: int, why: str) -> None:
        """Note that events ``first`` to ``stop`` will have no rows; durable with the next commit."""
        self._say(LostEntry(first=first, stop=stop, why=why))

    def commit(self, rows: Sequence[Rows], sums: Sums, *, stop: int) -> None:
        """Make rows and the sums over exactly these rows durable together; see ``RunStore.commit``.

        Raises
        ------
        Unusable
            If the disk refuses. What was committed before stays; go on by opening the run anew with ``resume``.
        ValueError
            If the rows are not in event order from ``committed`` to ``stop``.
        """
        self._writable()
        check_order(rows, self._committed, stop)
        gathered = gather(rows, self._catalog)
        states = {name: state for name, state in sums.items() if state.count}
        wanted = gathered.nbytes + self._configs.nbytes
        wanted += 3 * sum(array.nbytes for state in states.values() for array in state.arrays.values())
        try:
            with refusals(self.path, "write to"):
                self._in_place()
                need_space(self._names.directory, wanted)
                part = self._part_for(gathered.columns, states)
                part.commit(gathered, states, self._lines, stop=stop)
        except NoSpace:
            raise
        except Unusable:
            self._give_up()
            raise
        self._journal += self._lines
        self._lines, self._untold = b"", False
        self._committed = stop

    def finish(self, *, complete: bool = True, ledger: Mapping[str, int] | None = None) -> None:
        """End the run: note how it ended, make the file complete and close it; nothing more if that was done before."""
        if self._finished:
            self.close()
            return
        self._say(FinishEntry(complete=complete, ledger=dict(ledger or {}), time=clock.time()))
        self.commit([], {}, stop=self._committed)
        with refusals(self.path, "finish"):
            self._close_part()
            finish_files(self._names, self._sums, compacted=self._compacted, sync=self._sync)
        self._finished = True
        self._lock.release()

    def close(self) -> None:
        """Close without ending the run; what is committed stays and can be gone on with (``existing="resume"``)."""
        with refusals(self.path, "close"):
            self._close_part()
        self._lock.release()

    def _existing(self, existing: Literal["refuse", "resume", "replace"]) -> Found:
        """Deal with files of this run that are there already."""
        names = self._names
        there = [path for path in (names.whole, *names.parts()) if path.exists()]
        if there and existing == "refuse":
            raise Unusable(
                f"there is already {there[0].name} in {names.directory}; choose another directory, or say that it shall be "
                "overwritten"
            )
        if existing == "replace":
            remove([*there, *names.leftovers()])
        return recover(names, compacted=self._compacted, sync=self._sync)

    def _part_for(self, columns: Mapping[str, Field], sums: Sums) -> PartWriter:
        """The part to write to: a new one where the present one is full or has no place for these."""
        if self._part is not None and self._part.takes(columns, sums) and not self._untold and not self._full(self._part):
            return self._part
        kept: Sums = self._part.sums if self._part else {}
        self._close_part()
        self._number += 1
        self._known.update(columns)
        path = self._names.part(self._number)
        head = Head(
            experiment=self._head.experiment,
            run=self._head.run,
            number=self._number,
            first=self._committed,
            service=self._head.service,
        )
        self._part = PartWriter(
            path,
            head,
            self._known,
            {**kept, **sums},
            self._journal,
            shown=decode(self._journal + self._lines),
            config=self._configs.arrays,
            sync=self._sync,
        )
        return self._part

    def _full(self, part: PartWriter) -> bool:
        age_limit = min(LONGEST_PART_S, FIRST_ROLL_S * self._number) if self._roll_s is None else self._roll_s
        return part.nbytes >= self._roll_bytes or clock.monotonic() - part.started >= age_limit

    def _close_part(self) -> None:
        """Close the present part and show it in the index."""
        if self._part is None:
            return
        part, self._part = self._part, None
        self._closed_rows += part.rows
        self._sums = total_sums([self._sums, part.sums])
        part.close()
        write_index(self._names.parts(), self.path, self._sums)

    def _in_place(self) -> None:
        """Refuse to write into a file that somebody removed."""
        if self._part is not None and not self._part.in_place:
            raise Unusable(f"{self._part.path} was removed while it was being written; its {self._part.rows:,} rows are gone")

    def _say(self, entry: Entry) -> None:
        self._writable()
        self._lines += encode(entry)
        # Nothing can be created in a part that others read already, and each part shows what its rows were made with.
        self._untold = self._untold or isinstance(entry, SettingsEntry | ConfigEntry)

    def _writable(self) -> None:
        if self._finished:
            raise Unusable(f"{self.path} is finished; nothing more can be written to it")
        if self._broken:
            raise Unusable(f"{self.path} could not be written before; open the run anew to go on behind its last commit")

    def _give_up(self) -> None:
        """After a failed write nothing in memory is to be trusted; the file's last commit is."""
        self._broken = True
        if self._part is not None:
            part, self._part = self._part, None
            part.abandon()
        self._lock.release()


def check_order(rows: Sequence[Rows], committed: int, stop: int) -> None:
    """Refuse tables that overlap, run backwards, or reach outside ``committed`` to ``stop``.

    Raises
    ------
    ValueError
        Naming the table.
    """
    end = committed
    for table in rows:
        if table.first < end or table.stop > stop:
            raise ValueError(f"rows {table.first}-{table.stop} do not follow {end}, or go beyond {stop}")
        end = table.stop
    if stop < committed:
        raise ValueError(f"commit up to {stop} after one up to {committed}")


def finish_files(names: RunNames, sums: Sums, *, compacted: bool, sync: bool) -> None:
    """Turn the closed parts of a finished run into what stays: one plain file, or the parts under an index."""
    parts = names.parts()
    if compacted and free_bytes(names.directory) > sum(path.stat().st_size for path in parts):
        compact(parts, names.whole, sums=sums, sync=sync)
        remove(parts)
        return
    if compacted:
        log.warning("run_not_compacted", extra={"path": str(names.whole), "why": "no room for a copy; the parts stay"})
    write_index(parts, names.whole, sums)


def _file_name(experiment: str) -> str:
    """The experiment as it may stand in a file name."""
    clean = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in experiment)
    return clean or "unknown"
