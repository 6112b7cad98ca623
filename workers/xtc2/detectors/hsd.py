"""High-speed digitizers, one channel per segment: raw waveform, the peaks that the firmware kept, and a waveform made of them.

Lengths come from the configuration, as in psana2, so that they are the same for the whole run. From version 3 the first four
numbers of the first peak are baseline constants and no samples; samples then have four fractional bits and stay as recorded.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.column import Column
from monitor.model.field import Field
from monitor.xtc2.columns import ABSENT, gather
from monitor.xtc2.names import FieldType
from monitor.xtc2.words import plain
from workers.trouble import Trouble
from workers.xtc2.digitizer import RAW, Peaks, padded, peaks_of, streams_of
from workers.xtc2.family import FAMILIES, Family, Setting
from workers.xtc2.loose import loose_column
from workers.xtc2.payloads import Group, Part

GATE_SAMPLES = 40
SAMPLES_PER_NS = 0.160 * 13 / 14
SAMPLE_LIMIT = 1 << 17
"""Longest believable waveform; the digitizer's memory holds less."""
BASELINES = 4
BASELINE_VERSION = (3, 0, 0)

INTEGER, SAMPLE, SHOWN = np.dtype(np.int32), np.dtype("<u2"), np.dtype(np.float32)


def whole_number(config: Mapping[str, Any], name: str) -> int | None:
    """A whole number of the configuration, which old versions keep as an array of one; None if it is not there."""
    value = np.asarray(config.get(name, ()))
    return int(value.reshape(-1)[0]) if value.size and value.dtype.kind in "iu" else None


def length(config: Mapping[str, Any], stream: str) -> int | None:
    """Samples of the waveform of a stream, ``raw`` or ``fex``; None if the configuration does not tell."""
    gate, gate_ns = whole_number(config, f"{stream}.gate"), whole_number(config, f"user.{stream}.gate_ns")
    found = gate if gate is not None else None if gate_ns is None else int(gate_ns * SAMPLES_PER_NS)
    return None if found is None or not 0 < found * GATE_SAMPLES <= SAMPLE_LIMIT else found * GATE_SAMPLES


def pad_value(config: Mapping[str, Any]) -> int:
    """What stands where the firmware kept nothing: the baseline, or the middle of the window of what is not kept."""
    baseline = whole_number(config, "user.fex.corr.baseline")
    if baseline is not None:
        return baseline
    prefix = "" if "fex.ymin" in config else "user."
    return ((whole_number(config, f"{prefix}fex.ymin") or 0) + (whole_number(config, f"{prefix}fex.ymax") or 0)) // 2


def without_baselines(peaks: Peaks) -> Peaks:
    """The same peaks without the constants in front of the first one of each payload."""
    first = (np.cumsum(peaks.lengths) - peaks.lengths)[peaks.lengths > 0]
    start, size = peaks.start.copy(), peaks.size.copy()
    stay = np.ones(len(peaks.samples), bool)
    begins = (np.cumsum(size) - size)[first]
    stay[(begins[:, None] + np.arange(BASELINES)).reshape(-1)] = False
    start[first] += BASELINES
    size[first] -= BASELINES
    return Peaks(peaks.lengths, start, size, peaks.samples[stay], peaks.kept - BASELINES * (peaks.lengths > 0))


def columns(group: Group, setting: Setting, count: int, trouble: Trouble) -> Iterable[Column]:
    """``waveform``, ``padded``, ``var_peaks/start`` and ``size``, and ``var_samples/value`` of all peaks."""
    header = next((i for i, field in enumerate(group.names.fields) if field.name == "eventHeader" and field.rank == 1), None)
    channel = next((i for i, field in enumerate(group.names.fields) if field.name.startswith("chan") and field.rank == 1), None)
    if header is None or channel is None:
        for number, field in enumerate(group.names.fields):
            if field.rank and field.type != FieldType.CHARSTR:
                yield from loose_column(group, number, setting.group, count, trouble)
        return
    text = f"{group.names.det_name} {group.names.algorithm}"
    wave, fex = length(setting.config, "raw"), length(setting.config, "fex")
    if wave is None or fex is None:
        trouble.note(f"{text}: the configuration does not tell the length of a waveform")
    waveforms, shown = np.zeros((count, wave or 0), SAMPLE), np.zeros((count, fex or 0), SHOWN)
    has_wave, has_peaks = np.zeros(count, bool), np.zeros(count, bool)
    lists = [EMPTY]
    for part in group.parts:
        rows = _rows(part, header, channel)
        located, events = part.located, part.events[rows]
        announced = gather(located.buffer, located.offsets[header, rows], 4).view("<u4").reshape(-1)
        streams = streams_of(located.buffer, located.offsets[channel, rows], located.sizes[channel, rows], announced)
        whole = streams.count[:, RAW] == wave
        trouble.note(f"{text}: waveform of another length", int((streams.start[:, RAW] >= 0).sum() - whole.sum()) if wave else 0)
        if wave:
            raw = gather(located.buffer, streams.start[whole, RAW], wave * SAMPLE.itemsize)
            waveforms[events[whole]], has_wave[events[whole]] = raw.view(SAMPLE), True
        peaks = peaks_of(located.buffer, streams)
        peaks = without_baselines(peaks) if group.names.version >= BASELINE_VERSION else peaks
        some = peaks.lengths > 0
        if fex:
            shown[events] = padded(peaks, (len(events), fex), pad_value(setting.config), peaks.samples.astype(SHOWN))
        has_peaks[events] = some
        lists.append((events, peaks))
    if wave:
        yield Column(Field(name=f"{setting.group}/waveform", dtype=SAMPLE, shape=(wave,), unit="ADU"), waveforms, has_wave)
    if fex:
        yield Column(Field(name=f"{setting.group}/padded", dtype=SHOWN, shape=(fex,), unit="ADU"), shown, has_peaks)
    yield from _ragged(setting.group, lists, count)


EMPTY = (
    np.zeros(0, np.int64),
    Peaks(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint16), np.zeros(0, np.int64)),
)


def _rows(part: Part, header: int, channel: int) -> NDArray[np.int64]:
    """Undamaged payloads with both fields, the first of each event."""
    located = part.located
    good = (located.offsets[header] != ABSENT) & (located.sizes[header] >= 4) & (located.offsets[channel] != ABSENT)
    rows = np.flatnonzero(good & (part.damage == 0))
    return rows[np.unique(part.events[rows], return_index=True)[1]]


def _ragged(path: str, lists: list[tuple[NDArray[np.int64], Peaks]], count: int) -> Iterable[Column]:
    """Columns of all peaks and of all their samples."""
    peaks, samples = np.zeros(count, np.int64), np.zeros(count, np.int64)
    # The parts of a stream are its chunks, in order, so that what is put side by side is in event order.
    for events, found in lists:
        peaks[events], samples[events] = found.lengths, found.kept
    for name, lengths, values, dtype, unit in (
        ("var_peaks/start", peaks, [found.start for _, found in lists], INTEGER, "samples"),
        ("var_peaks/size", peaks, [found.size for _, found in lists], INTEGER, "samples"),
        ("var_samples/value", samples, [found.samples for _, found in lists], SAMPLE, "ADU"),
    ):
        field = Field(name=f"{path}/{name}", dtype=dtype, unit=unit, ragged=True)
        yield Column(field, np.concatenate(values).astype(dtype), None, lengths)


def warm() -> None:
    """Compile the kernels."""
    nothing, none = plain(np.zeros(0, np.uint8)), np.zeros(0, np.int64)
    peaks = peaks_of(nothing, streams_of(nothing, none, none, np.zeros(0, np.uint32)))
    padded(peaks, (0, 4), 0.0, peaks.samples.astype(SHOWN))


FAMILIES.add("hsd", Family(det_types=frozenset({"hsd"}), read=columns, warm=warm))
FAMILIES.add("hsd_old", Family(det_types=frozenset({"hsd"}), algorithm="hsd", read=columns))
