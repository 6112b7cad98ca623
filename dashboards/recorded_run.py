"""What a file tells of its run: rows, pictures, settings, what the elements of arrays stand for, where pixels are."""

import json
import logging
import tomllib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboards.meaning import settings_version
from dashboards.reduce.assemble import image_index, placed
from dashboards.rows import HIDDEN, element_names
from dashboards.snapshot import FieldInfo, Picture, SettingsVersion, Snapshot
from dashboards.stored_arrays import sequence_along
from dashboards.table import Table
from dashboards.texts import count
from monitor.errors import ProtocolError, Unusable
from monitor.running.merging import value
from monitor.store.run_file import RunFile
from monitor.wire.message import Message

log = logging.getLogger(__name__)

MOST_ROWS = 500_000
"""Newest rows of a file that are shown: with 100 fields 400 MB."""

LONGEST_AXIS = 1 << 16
MAPS = ("mask", "gain", "rms", "x", "y", "z")


def snapshot_of(run: RunFile) -> Snapshot:
    """The rows, pictures, axes and settings of a run; array fields are read when somebody asks for them.

    Parameters
    ----------
    run
        An open run; everything is copied.
    """
    rows, fields = _rows(run)
    versions = _versions(run)
    reader = {"state": "ended", "run": run.run, "total": run.committed}
    end = run.end
    ledger = dict(end.ledger) if end else {}
    lost = sum(each.stop - each.first for each in run.lost)
    status = {
        "reader": reader,
        "processed": len(run),
        "written": len(run),
        "lost": lost,
        "balance": ledger,
        "file": str(run.path),
    }
    config = config_of(run)
    part = f" (the newest {count(len(rows))} of its {count(len(run))} events)" if len(rows) < len(run) else ""
    return Snapshot(
        version=1,
        rows=rows,
        fields=fields,
        axes=_axes(config),
        pictures=_pictures(run, config),
        run={"run": run.run, "experiment": run.experiment, "first": 0},
        step={"step": int(rows.step[-1])} if len(rows) else {},
        status=status,
        pipeline={"version": versions[-1].version, "settings": versions[-1].settings} if versions else {},
        changes=versions,
        recorded=run.path.name + part,
        ended=True,
    )


def _rows(run: RunFile) -> tuple[Table, dict[str, FieldInfo]]:
    """The newest rows, and what is known of their fields."""
    stop = len(run)
    start = max(0, stop - MOST_ROWS)
    seq = _whole(run, "seq", start, stop, np.arange(start, stop))
    step = _whole(run, "scan/varStep", start, stop, np.zeros(stop - start, np.int64))
    times = _whole(run, "event_time", start, stop, np.full(stop - start, -1, np.int64))
    seconds = np.where(times > 0, (times >> 32) + (times & 0xFFFFFFFF) * 1e-9, np.nan)
    columns: dict[str, NDArray[np.float64]] = {}
    fields: dict[str, FieldInfo] = {}
    bare = Table(seq, np.full(stop - start, run.run, np.int64), step, seconds, columns)
    for path, field in run.columns.items():
        names = [] if field.ragged else element_names(path, field.shape)
        if not names or field.dtype.kind not in "iufb" or HIDDEN.intersection(names):
            continue
        if path.rpartition("/")[2] in HIDDEN and field.aligned:
            continue
        values = _values(run, path, bare).reshape(stop - start, len(names))
        values = np.where(values == MISSING, np.nan, values) if field.dtype.kind == "i" else values
        for i, name in enumerate(names):
            columns[name] = values[:, i]
            fields[name] = FieldInfo(field.unit, field.description)
    return bare, fields


def _values(run: RunFile, path: str, rows: Table) -> NDArray[np.float64]:
    """A field of these rows, shape (rows, ...); of a group of its own rate NaN where an event is not in the group."""
    seq, first = sequence_along(run, path, rows)
    values = np.asarray(run.read(path, first, first + len(seq)), np.float64)
    if not run.columns[path].aligned:
        return values
    placed = np.full((len(rows), *values.shape[1:]), np.nan)
    there = seq >= 0
    placed[np.searchsorted(rows.seq, seq[there])] = values[there]
    return placed


MISSING = -99999.0
"""What stands in the file where an event has no whole number."""


def _whole(run: RunFile, path: str, start: int, stop: int, otherwise: NDArray[np.int64]) -> NDArray[np.int64]:
    """A column of whole numbers, if the run has it."""
    if path not in run.columns or run.columns[path].shape or run.columns[path].dtype.kind not in "iu":
        return otherwise
    return run.read(path, start, stop).astype(np.int64)


def config_of(run: RunFile) -> dict[str, NDArray[Any]]:
    """What the newest version of the settings used, by the names that workers gave; of a file that does not say, all there is."""
    everything = run.config
    used = run.used
    if not used:
        return dict(everything)
    return {name: everything[path] for name, (path, _) in used[max(used)].items() if path in everything}


def details_message(run: RunFile, detector: str) -> Message:
    """What a service would answer about a detector: which pixel is where, mask, noise, gain.

    Raises
    ------
    Unusable
        If the file does not say where its pixels are.
    """
    config = config_of(run)
    mask, x, y = (config.get(f"{detector}/{name}") for name in ("mask", "x", "y"))
    index = image_index(x, y) if x is not None and y is not None else None
    if index is None and mask is not None and mask.ndim == 2:
        index = np.arange(mask.size, dtype=np.int32).reshape(mask.shape)
    if index is None or mask is None:
        raise Unusable(f"the file does not say where the pixels of {detector} are")
    known = {key: array for key in MAPS if (array := config.get(f"{detector}/{key}")) is not None}
    header = {"detector": detector, "run": run.run, "version": max(run.settings, default=0), "shape": list(mask.shape)}
    return Message("detector", header, {"index": index, **known})


def _axes(config: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """What may be the places of the elements of an array."""
    return {
        path: each for path, each in config.items() if each.ndim == 1 and each.dtype.kind in "iuf" and each.size <= LONGEST_AXIS
    }


def _pictures(run: RunFile, config: Mapping[str, NDArray[Any]]) -> dict[str, Picture]:
    """Means over the run, as the service would publish them."""
    found: dict[str, Picture] = {}
    indices: dict[str, NDArray[np.int32] | None] = {}
    for name, state in run.sums.items():
        detector, _, algorithm = name.rpartition("_calib")
        if not detector or not state.count:
            continue
        if detector not in indices:
            x, y = config.get(f"{detector}/x"), config.get(f"{detector}/y")
            indices[detector] = image_index(x, y) if x is not None and y is not None else None
        image = _image(value(state), indices[detector])
        if image is not None:
            found[f"sum/{detector}/calib{algorithm}"] = Picture(image, "", state.count, {"count": state.count}, 0.0)
    return found


def _image(panels: NDArray[np.float64], index: NDArray[np.int32] | None) -> NDArray[Any] | None:
    """Panels as one picture; ``None`` if nobody knows where they are."""
    if index is None or int(index.max()) >= panels.size:
        return panels if panels.ndim == 2 else None
    return placed(panels, index)


def _versions(run: RunFile) -> tuple[SettingsVersion, ...]:
    """Versions of the settings, oldest first; one that cannot be read is told by its number alone."""
    found: list[SettingsVersion] = []
    for number, entry in sorted(run.settings.items()):
        header = {"version": number, "first": entry.first, "author": entry.author, "time": entry.time}
        try:
            found.append(settings_version({**header, "settings": _parsed(entry.text)}, found[-1] if found else None))
        except ProtocolError:
            log.warning("settings_unreadable", extra={"version": number})
    return tuple(found)


def _parsed(text: str) -> Mapping[str, Any]:
    """Settings as TOML or JSON."""
    try:
        parsed = json.loads(text)
    except ValueError:
        try:
            parsed = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ProtocolError("settings that are neither JSON nor TOML") from error
    if not isinstance(parsed, Mapping):
        raise ProtocolError("settings that are no map")
    return parsed
