"""Numbers in a text, at the speed of memory: one pass over the bytes, exact to the last bit.

A decimal number whose digits fit 53 bits and whose power of ten is at most 22 is a quotient or product of two exact doubles and
therefore correctly rounded (Clinger 1990); every other word is left to Python.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

POWERS = 10.0 ** np.arange(23)
EXACT = 1 << 53
LEADING = 10**17
MARGIN = 1e-15
"""Relative: four times the error of 18 digits as a double, times or divided by an exact one."""
LARGEST_SINGLE = 1e38
NUMBERS, ROWS, COLUMNS, RAGGED, SLOW, COMMENTS = range(6)
"""Places in the tally: how many numbers, rows, numbers in the first row, the first row with more or fewer (-1 = none), words left
to Python, comment lines."""

SPACE, TAB, NEWLINE, RETURN, HASH, PLUS, MINUS, POINT, ZERO, NINE = (ord(c) for c in " \t\n\r#+-.09")
SMALL_E, LARGE_E = ord("e"), ord("E")


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba has no types
def scan(
    text: NDArray[np.uint8],
    values: NDArray[np.float64],
    slow: NDArray[np.int64],
    comments: NDArray[np.int64],
    tally: NDArray[np.int64],
) -> None:
    """Read every number.

    Parameters
    ----------
    text
        The bytes.
    values
        Filled with the numbers; one more than half the bytes has room for all.
    slow
        Filled with number, first and last + 1 byte of each word that is left to Python, shape (as many, 3).
    comments
        Filled with first and last + 1 byte of each line that begins with ``#``, shape (as many, 2).
    tally
        Filled as ``NUMBERS`` to ``COMMENTS`` say, shape (6,).
    """
    size, at, in_row, row_begin = len(text), 0, 0, True
    tally[:] = 0
    tally[RAGGED] = -1
    while at < size:
        byte = text[at]
        if byte == NEWLINE:
            _end_row(tally, in_row)
            at, in_row, row_begin = at + 1, 0, True
        elif byte == SPACE or TAB <= byte <= RETURN:
            at, row_begin = at + 1, False
        elif byte == HASH:
            start = at
            while at < size and text[at] != NEWLINE:
                at += 1
            if row_begin:
                comments[tally[COMMENTS], 0], comments[tally[COMMENTS], 1] = start, at
                tally[COMMENTS] += 1
        else:
            start = at
            while at < size and text[at] != SPACE and text[at] != HASH and not TAB <= text[at] <= RETURN:
                at += 1
            exact, value = _number(text, start, at)
            if exact:
                values[tally[NUMBERS]] = value
            else:
                slow[tally[SLOW], 0], slow[tally[SLOW], 1], slow[tally[SLOW], 2] = tally[NUMBERS], start, at
                tally[SLOW] += 1
            tally[NUMBERS] += 1
            in_row, row_begin = in_row + 1, False
    _end_row(tally, in_row)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba has no types
def _end_row(tally: NDArray[np.int64], in_row: int) -> None:
    """Count a row that holds numbers."""
    if in_row == 0:
        return
    if tally[ROWS] == 0:
        tally[COLUMNS] = in_row
    elif in_row != tally[COLUMNS] and tally[RAGGED] < 0:
        tally[RAGGED] = tally[ROWS]
    tally[ROWS] += 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba has no types
def _number(text: NDArray[np.uint8], start: int, stop: int) -> tuple[bool, float]:
    """Whether the word is a number that can be had exactly, and the number."""
    at = start
    negative = text[at] == MINUS
    if negative or text[at] == PLUS:
        at += 1
    digits, decimals, mantissa, point = 0, 0, 0, False
    while at < stop:
        byte = text[at]
        if ZERO <= byte <= NINE:
            mantissa = mantissa * 10 + int(byte) - ZERO
            if mantissa > EXACT:
                return False, 0.0
            digits += 1
            decimals += point
        elif byte == POINT and not point:
            point = True
        else:
            break
        at += 1
    power = 0
    if at < stop and digits > 0 and (text[at] == SMALL_E or text[at] == LARGE_E):
        at, power = _exponent(text, at + 1, stop)
    power -= decimals
    if at != stop or digits == 0 or not -22 <= power <= 22:
        return False, 0.0
    value = mantissa * POWERS[power] if power >= 0 else mantissa / POWERS[-power]
    return True, -value if negative else value


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba has no types
def _exponent(text: NDArray[np.uint8], at: int, stop: int) -> tuple[int, int]:
    """Where the power of ten ends, and the power; an end of -1 if it is none of at most three digits."""
    negative = at < stop and text[at] == MINUS
    if negative or (at < stop and text[at] == PLUS):
        at += 1
    if at == stop or stop - at > 3:
        return -1, 0
    power = 0
    for place in range(at, stop):
        if not ZERO <= text[place] <= NINE:
            return -1, 0
        power = power * 10 + int(text[place]) - ZERO
    return stop, -power if negative else power


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba has no types
def settle(text: NDArray[np.uint8], values: NDArray[np.float64], slow: NDArray[np.int64]) -> int:
    """Read words of many digits well enough for single precision; how many are still left to Python, at the start of ``slow``.

    The double that is found is off by less than ``MARGIN``; a word counts as read if that cannot change its single-precision
    value.
    """
    left = 0
    for word in range(len(slow)):
        known, value = _near(text, slow[word, 1], slow[word, 2])
        if known and np.float32(value * (1 - MARGIN)) == np.float32(value * (1 + MARGIN)):
            values[slow[word, 0]] = value
        else:
            slow[left] = slow[word]
            left += 1
    return left


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba has no types
def _near(text: NDArray[np.uint8], start: int, stop: int) -> tuple[bool, float]:
    """Whether the word is a number whose leading 18 digits and power of ten are easily had, and their product."""
    at = start
    negative = text[at] == MINUS
    if negative or text[at] == PLUS:
        at += 1
    digits, power, mantissa, point = 0, 0, 0, False
    while at < stop:
        byte = text[at]
        if ZERO <= byte <= NINE:
            digits += 1
            if mantissa < LEADING:
                mantissa = mantissa * 10 + int(byte) - ZERO
                power -= point
            else:
                power += not point
        elif byte == POINT and not point:
            point = True
        else:
            break
        at += 1
    if at < stop and digits > 0 and (text[at] == SMALL_E or text[at] == LARGE_E):
        at, exponent = _exponent(text, at + 1, stop)
        power += exponent
    if at != stop or digits == 0 or mantissa == 0 or not -22 <= power <= 22:
        return False, 0.0
    value = mantissa * POWERS[power] if power >= 0 else mantissa / POWERS[-power]
    return value < LARGEST_SINGLE, -value if negative else value


def room_for(size: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Values, slow words, comments and tally for a text of so many bytes; memory that is not used is never touched."""
    most = size // 2 + 1
    return np.empty(most), np.empty((most, 3), np.int64), np.empty((most, 2), np.int64), np.empty(6, np.int64)
