"""High-speed digitizers (hsd): packed bytes of a channel to its waveform and to the peaks that its firmware kept.

Packing: facility's psalg/digitizer/Hsd.hh. Behind a header of 16 bytes per stream come 16-bit samples; stream 0 is the raw
waveform, stream 1 what the firmware kept of it, in groups of four samples, of which those with bit 15 count what was skipped.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workers.kernel import kernel

HEADER = 16
RAW, FEX = 0, 1
STREAM_BITS = 20
"""The two bits of the first word of an event's header from here on tell which streams are there."""
SAMPLE_S = 14 / 13 / 6.4e9
"""Time between samples."""
GROUP = 4


@dataclass(frozen=True, slots=True, eq=False)
class Streams:
    """Where the samples of the two streams of many payloads lie.

    Attributes
    ----------
    start
        First byte of the samples, int64, shape (payloads, 2); -1 = no such stream.
    count
        Samples, int64, shape (payloads, 2).
    """

    start: NDArray[np.int64]
    count: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Peaks:
    """Peaks of many payloads, one payload behind the other.

    Attributes
    ----------
    lengths
        Peaks of each payload, int64, shape (payloads,).
    start
        Position of the first sample of each peak in the waveform, int64.
    size
        Samples of each peak, int64.
    samples
        Samples of all peaks, uint16.
    kept
        Samples of each payload, int64, shape (payloads,).
    """

    lengths: NDArray[np.int64]
    start: NDArray[np.int64]
    size: NDArray[np.int64]
    samples: NDArray[np.uint16]
    kept: NDArray[np.int64]


def streams_of(
    buffer: NDArray[np.uint8], offsets: NDArray[np.int64], sizes: NDArray[np.int64], announced: NDArray[np.uint32]
) -> Streams:
    """Find the streams of a channel.

    Parameters
    ----------
    buffer
        Bytes, uint8.
    offsets, sizes
        Where the bytes of the channel lie, shape (payloads,); all of it inside of the buffer.
    announced
        First word of each event's header, shape (payloads,).
    """
    start, count = np.full((len(offsets), 2), -1, np.int64), np.zeros((len(offsets), 2), np.int64)
    _find(buffer, offsets, sizes, announced.astype(np.int64) >> STREAM_BITS & 3, start, count)
    return Streams(start, count)


def peaks_of(buffer: NDArray[np.uint8], streams: Streams) -> Peaks:
    """Peaks of payloads."""
    first, count = np.ascontiguousarray(streams.start[:, FEX]), np.ascontiguousarray(streams.count[:, FEX])
    total = int(count.sum())
    lengths, kept = np.zeros(len(first), np.int64), np.zeros(len(first), np.int64)
    start, size, samples = np.empty(total, np.int64), np.empty(total, np.int64), np.empty(total, np.uint16)
    peaks, filled = _walk(buffer, first, count, lengths, kept, start, size, samples)
    return Peaks(lengths, start[:peaks], size[:peaks], samples[:filled], kept)


def padded(peaks: Peaks, shape: tuple[int, int], value: float, samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Waveforms of what was kept, with a value where nothing was; a peak that does not fit is left out, as in psana2.

    Parameters
    ----------
    peaks
        Of the payloads.
    shape
        Payloads, and samples of a waveform.
    value
        What stands where nothing was kept.
    samples
        Of all peaks, perhaps rescaled.
    """
    out = np.full(shape, value, np.float32)
    _fill(peaks.lengths, peaks.start, peaks.size, samples, out)
    return out


@kernel
def _find(
    buffer: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    sizes: NDArray[np.int64],
    announced: NDArray[np.int64],
    start: NDArray[np.int64],
    count: NDArray[np.int64],
) -> None:
    for row in range(len(offsets)):
        at, stop = offsets[row], min(offsets[row] + sizes[row], len(buffer))
        left = (announced[row] & 1) + (announced[row] >> 1 & 1)
        while left and at >= 0 and at + 16 <= stop:
            samples = (
                np.int64(buffer[at])
                | np.int64(buffer[at + 1]) << 8
                | np.int64(buffer[at + 2]) << 16
                | np.int64(buffer[at + 3] & 0x1F) << 24
            )
            stream = np.int64(buffer[at + 7])
            at += 16
            if samples > (stop - at) // 2:
                break
            if stream < 2:
                start[row, stream], count[row, stream] = at, samples
            at += 2 * samples
            left -= 1


@kernel
def _walk(
    buffer: NDArray[np.uint8],
    first: NDArray[np.int64],
    count: NDArray[np.int64],
    lengths: NDArray[np.int64],
    kept: NDArray[np.int64],
    start: NDArray[np.int64],
    size: NDArray[np.int64],
    samples: NDArray[np.uint16],
) -> tuple[int, int]:
    peaks, filled = 0, 0
    for row in range(len(first)):
        position, is_open, at = np.int64(0), False, first[row]
        for group in range(count[row] // 4 if at >= 0 else 0):
            place = at + 8 * group
            if buffer[place + 1] & 0x80:
                is_open = False
                for i in range(4):
                    position += np.int64(buffer[place + 2 * i]) | np.int64(buffer[place + 2 * i + 1] & 0x7F) << 8
                continue
            if not is_open:
                is_open = True
                start[peaks], size[peaks] = position, 0
                peaks += 1
                lengths[row] += 1
            for i in range(4):
                low, high = buffer[place + 2 * i], buffer[place + 2 * i + 1]
                samples[filled] = np.uint16(low) | np.uint16(high) << np.uint16(8)
                filled += 1
            size[peaks - 1] += 4
            position += 4
            kept[row] += 4
    return peaks, filled


@kernel
def _fill(
    lengths: NDArray[np.int64],
    start: NDArray[np.int64],
    size: NDArray[np.int64],
    samples: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    peak, at = 0, 0
    for row in range(len(lengths)):
        for _ in range(lengths[row]):
            first, count = start[peak], size[peak]
            if 0 <= first <= out.shape[1] - count:
                for i in range(count):
                    out[row, first + i] = samples[at + i]
            at += count
            peak += 1
