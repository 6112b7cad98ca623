"""Accessors of payloads that are more than a formula; each factory gives a function of the decoded record.

Source: the accessor methods of the facility's data descriptions. One that has no value for these bytes raises a ``KeyError``,
``ValueError`` or ``ArithmeticError``.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.xtc.layout import Derive

STREAK_COLUMNS = 1344
PULSE_OFFSET, DBUS_OFFSET, PRESCALER_OFFSET, FORCE_HIGH, FORCE_LOW = 0, 32, 40, 62, 63
RATES = 7
NANOSECONDS = 10**9
WORD = 1 << 64


def reversed_words(name: str) -> Derive:
    """The four 16-bit words of an 8-byte integer in reverse order."""

    def value(record: Mapping[str, Any]) -> int:
        word = int(record[name])
        return sum(((word >> 16 * i) & 0xFFFF) << 16 * (3 - i) for i in range(4))

    return value


def volts(name: str, full_scale: float) -> Derive:
    """ADC counts of 16 bits as volts, rounded to single precision like the original."""
    return lambda record: np.float32(record[name] * full_scale / 65535)


def signed_24(name: str) -> Derive:
    """The low 24 bits with their sign: encoder counts."""

    def value(record: Mapping[str, Any]) -> Any:
        stored = record[name]
        signed = (np.asarray(stored).astype(np.uint32) << np.uint32(8)).view(np.int32) >> np.int32(8)
        return signed.astype(np.int32) if np.ndim(stored) else int(signed)

    return value


def signed_24_list(name: str) -> Derive:
    """``signed_24`` as a list of numbers."""
    array = signed_24(name)
    return lambda record: array(record).tolist()


def capacitors(*, bits: int) -> Derive:
    """Capacitor code of each of the four IPIMB channels, shape (4,), u1."""

    def value(record: Mapping[str, Any]) -> NDArray[np.uint8]:
        word = record["chargeAmpRange"]
        return np.array([(word >> bits * channel) & ((1 << bits) - 1) for channel in range(4)], np.uint8)

    return value


def pixels(dtype: str) -> Derive:
    """A view of a frame's bytes as an image, shape (height, width); (0, 0) if the depth asks for the other kind of pixel."""
    kind = np.dtype(dtype)

    def value(record: Mapping[str, Any]) -> NDArray[Any]:
        if (record["depth"] + 7) // 8 != kind.itemsize:
            return np.empty((0, 0), kind)
        image: NDArray[Any] = record["_int_pixel_data"].view(kind).reshape(record["height"], record["width"])
        return image

    return value


def is_zero(name: str) -> Derive:
    """1 if no bit of an array of words is set."""
    return lambda record: int(not record[name].any())


def is_not_zero(name: str) -> Derive:
    """1 if any bit of an array of words is set."""
    return lambda record: int(record[name].any())


def output_map(record: Mapping[str, Any]) -> int:
    """The register value of an event-receiver output: which pulse, bus bit or prescaler drives it; 0 if the source is unknown."""
    offsets = {0: PULSE_OFFSET, 1: DBUS_OFFSET, 2: PRESCALER_OFFSET}
    if record["source"] in offsets:
        return int(record["source_id"] + offsets[record["source"]])
    return {3: FORCE_HIGH, 4: FORCE_LOW}.get(record["source"], 0)


def beam_rate(record: Mapping[str, Any]) -> int:
    """Rate code of an opcode: 140.. with beam, 40.. without, 7 (single) for anything else."""
    opcode = record["opcode"]
    code = opcode - (140 if opcode > 100 else 40)
    return code if 0 <= code < RATES else RATES


def streak_scale(record: Mapping[str, Any]) -> float:
    """Seconds per unit of the streak camera's time calibration."""
    return {0: 1e-9, 1: 1e-6, 2: 1e-3}.get(record["calibScale"], 1.0)


def streak_times(record: Mapping[str, Any]) -> NDArray[np.float64]:
    """Time of each column of a streak image in units of ``calibScaleFactor``, shape (1344,), f8."""
    a, b, c = (float(x) for x in record["calib"])
    n = np.arange(1, STREAK_COLUMNS)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.concatenate([[0.0], np.cumsum(a + b * n + c * n * n)])


def sample_interval(record: Mapping[str, Any]) -> float:
    """Seconds per sample of the Epix sampler; its base clock is written with one hex digit per decimal one."""
    digits = [(record["baseClockFrequency"] >> 4 * i) & 0xF for i in range(8)]
    return float(record["adcClkHalfT"] * 2e-3 / sum(10 * digit for digit in digits))


def alvium_depth(record: Mapping[str, Any]) -> int:
    """Bits per pixel of an Alvium camera; 0 for an unknown pixel mode."""
    return {0: 8, 1: 10, 2: 10, 3: 12, 4: 12}.get(record["pixelMode"], 0)


def rayonix_width(record: Mapping[str, Any]) -> int:
    """Unbinned pixels along each side of a Rayonix detector."""
    return 7680 if record["deviceID"].startswith("MX340-HS") else 3840


def nonlinear_corrected(*, flip: int = 0) -> Callable[[Mapping[str, Any], int], float]:
    """Counts of one pixel of a spectrum, corrected by the polynomial of the configuration; ``flip`` is a bit stored inverted."""

    def value(record: Mapping[str, Any], i: int) -> float:
        if not 0 <= i < len(record["data"]):
            raise KeyError(f"pixel {i}")
        counts = float(int(record["data"][i]) ^ flip)
        factor = 0.0
        for coefficient in reversed(record["config"]["nonlinCorrect"].tolist()):
            factor = factor * counts + coefficient
        return counts / factor

    return value


def frame_duration(record: Mapping[str, Any]) -> float:
    """Seconds between the start and the end of a spectrometer frame.

    The original subtracts unsigned numbers; where the nanoseconds are none (damaged times), so does this.
    """
    start, end = record["timeFrameStart"], record["timeFrameEnd"]
    seconds, nanoseconds = end["tv_sec"] - start["tv_sec"], end["tv_nsec"] - start["tv_nsec"]
    if max(start["tv_nsec"], end["tv_nsec"]) >= NANOSECONDS:
        seconds, nanoseconds = seconds % WORD, nanoseconds % WORD
    return float(seconds) + float(nanoseconds) * 1e-9


def channels(record: Mapping[str, Any]) -> list[NDArray[Any]]:
    """One view per channel of one-dimensional data; the configuration says length and sample type of each."""
    config, data, place = record["config"], record["_int_data"], 0
    views = []
    kinds = {0: "u1", 1: "<u2", 2: "<u4", 3: "<f4", 4: "<f8"}
    for length, kind in zip(config["Length"].tolist(), config["SampleType"].tolist(), strict=True):
        dtype = np.dtype(kinds[kind])
        end = place + length * dtype.itemsize
        if end > len(data):
            raise KeyError("the channels need more bytes than there are")
        views.append(data[place:end].view(dtype))
        place = end
    return views
