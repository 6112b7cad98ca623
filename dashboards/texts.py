"""Numbers and times as a person reads them."""

import math
from datetime import UTC, datetime

LATEST = 253_402_300_800.0
"""Unix time behind the year 9999, the last that can be written."""


def number(value: float) -> str:
    """Four significant digits; a dash if there is no value."""
    if not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    return f"{value:.4g}" if 1e-3 <= abs(value) < 1e6 else f"{value:.3e}"


def count(value: object) -> str:
    """A whole number with thin spaces between thousands; a dash if there is none."""
    return f"{value:,}".replace(",", "\u202f") if isinstance(value, int) else "–"


def duration(seconds: float) -> str:
    """A time span in the unit that suits it; a dash if there is none."""
    if not math.isfinite(seconds):
        return "–"
    if abs(seconds) < 0.9995:
        return f"{seconds * 1e3:.0f} ms"
    if seconds < 120:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def with_error(value: float, error: float) -> str:
    """Value and standard error, to two digits of the error."""
    if not math.isfinite(value) or not math.isfinite(error) or error <= 0:
        return number(value)
    digits = max(0, 1 - math.floor(math.log10(error)))
    return f"{value:.{digits}f} ± {error:.{digits}f}"


def clock(time: object) -> str:
    """Time of day in UTC of a Unix time in seconds; a dash if there is none."""
    if not isinstance(time, int | float) or not 0 < time < LATEST:
        return "–"
    return f"{datetime.fromtimestamp(time, UTC):%H:%M:%S}"


def numbers_in(text: str) -> list[float]:
    """Numbers that a person wrote with blanks or commas between; what is none is left out."""
    words = text.replace(",", " ").split()
    return [float(word) for word in words if word.replace(".", "", 1).isdecimal()]
