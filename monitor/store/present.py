"""Everything in a file of a run but its columns: sums, commit record, and what people read without any program of ours."""

from collections.abc import Mapping, Sequence
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from monitor.store import layout
from monitor.store.commit_log import Commit, record
from monitor.store.journal import Entry, configs_of, finish_of, lost_of, settings_of
from monitor.store.sum_slots import show
from monitor.store.summary import Summary

LOST_TYPE = np.dtype([("first", "<i8"), ("stop", "<i8"), ("why", "S64")])


def present(file: h5py.File, summary: Summary, kind: str) -> None:
    """Write attributes, ``Sums``, ``UserDataCfg``, ``xtcmon/lost`` and what ``PartReader`` needs."""
    entries = summary.entries
    _attributes(file, summary, entries, kind)
    _sums(file, summary)
    put_settings(file, entries, summary.config)
    gaps = [(gap.first, gap.stop, gap.why.encode()[:64]) for gap in lost_of(entries)]
    file.create_dataset(layout.LOST, data=np.array(gaps, LOST_TYPE))
    file.create_dataset(layout.JOURNAL, data=np.frombuffer(summary.journal, "u1"))
    commit = Commit(
        stop=summary.stop,
        rows=summary.rows,
        journal=len(summary.journal),
        time=summary.time,
        slots=(0,) * len(summary.sums),
        counts=tuple(state.count for state in summary.sums.values()),
        extents=summary.extents,
    )
    file.create_dataset(layout.COMMITS, data=record(commit))
    layout.mark_groups(file)


def _attributes(file: h5py.File, summary: Summary, entries: list[Entry], kind: str) -> None:
    file.attrs[layout.KIND] = kind
    for name in ("experiment", "run", "service", "part", "first", "rows"):
        file.attrs[name] = getattr(summary, name)
    file.attrs["committed"] = summary.stop
    finish = finish_of(entries)
    if finish is None:
        return
    file.attrs["complete"] = int(finish.complete)
    file.attrs["finished"] = finish.time
    for name, number in finish.ledger.items():
        file.attrs[f"ledger_{name}"] = number


def _sums(file: h5py.File, summary: Summary) -> None:
    for number, (name, state) in enumerate(summary.sums.items()):
        group = file.create_group(f"{layout.SUM_STATES}/{number}")
        group.attrs["name"] = name
        group.attrs["kind"] = state.kind
        arrays = {key: group.create_dataset(f"0/{key}", data=array) for key, array in state.arrays.items()}
        show(file, name, arrays)[...] = state.count


def put_settings(file: h5py.File, entries: Sequence[Entry], config: Mapping[str, NDArray[Any]]) -> None:
    """Write ``UserDataCfg``: settings of each pipeline version, what rows were made with, and which version used which of it."""
    for version, entry in settings_of(entries).items():
        text = entry.text.encode() or b"\0"
        dataset = file.create_dataset(f"{layout.SETTINGS}/settings_{version}", data=np.array(text, f"S{len(text)}"))
        for name in ("first", "author", "time"):
            dataset.attrs[name] = getattr(entry, name)
    for path, array in config.items():
        file.create_dataset(f"{layout.CONFIG}/{path}", data=array)
    for version, used in configs_of(entries).items():
        lines = [(name.encode(), path.encode(), digest.encode()) for name, (path, digest) in sorted(used.items())]
        widths = [max(len(line[n]) for line in lines) or 1 for n in range(3)]
        kind = np.dtype([(name, f"S{width}") for name, width in zip(("name", "path", "sha256"), widths, strict=True)])
        file.create_dataset(f"{layout.SETTINGS}/config_{version}", data=np.array(lines, kind))
