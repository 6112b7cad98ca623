"""Numbers in texts: the fast reader gives what Python's own conversion gives, to the bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.calib.ndarray_text import parse
from monitor.errors import DamagedData

WORDS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False, width=64).map(repr),
    st.floats(-1e6, 1e6).map(lambda x: f"{x:.3f}"),
    st.floats(-1e6, 1e6).map(lambda x: f"{x:.18e}"),
    st.integers(-(10**25), 10**25).map(str),
    st.sampled_from(["+1", "-0", ".5", "5.", "1e5", "1E-05", "007", "1e22", "1e23", "9007199254740993", "inf", "-inf"]),
)


@settings(deadline=None)  # the first call may compile
@given(st.lists(st.lists(WORDS, min_size=3, max_size=3), min_size=2, max_size=5), st.sampled_from([" ", "   ", "\t", " \r"]))
def test_every_number_is_the_one_python_reads(rows: list[list[str]], gap: str) -> None:
    text = "# DTYPE float64\n" + "\n".join(gap.join(row) for row in rows)
    expected = np.array([[float(word) for word in row] for row in rows])
    made = parse(text.encode())
    np.testing.assert_array_equal(made.view(np.int64), expected.view(np.int64))


@settings(deadline=None)  # the first call may compile
@given(st.lists(WORDS.filter(lambda word: abs(float(word)) < 1e38 or "inf" in word), min_size=1, max_size=20))
def test_single_precision_is_that_of_pythons_double(words: list[str]) -> None:
    expected = np.array([float(word) for word in words]).astype(np.float32)
    np.testing.assert_array_equal(parse(" ".join(words).encode()).view(np.int32), expected.view(np.int32))


@settings(deadline=None)  # the first call may compile
@given(st.floats(0.0009765625, 1e5, width=32), st.integers(-3, 3))
def test_numbers_beside_the_middle_of_two_singles_are_rounded_right(value: float, steps: int) -> None:
    middle = (value + float(np.nextafter(np.float32(value), np.float32(np.inf)))) / 2
    for _ in range(abs(steps)):
        middle = float(np.nextafter(middle, np.inf if steps > 0 else -np.inf))
    text = f"{middle:.25e}"
    assert parse(text.encode()).tolist() == [float(np.float32(float(text)))]


@settings(deadline=None)  # the first call may compile
@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=20))
def test_whole_numbers_stay_exact(numbers: list[int]) -> None:
    text = "# DTYPE uint64\n" + " ".join(map(str, numbers))
    assert parse(text.encode()).tolist() == numbers


@settings(deadline=None)  # the first call may compile
@given(st.binary(max_size=200))
def test_any_bytes_give_an_array_or_are_refused(data: bytes) -> None:
    try:
        kind = parse(data, source="f").dtype.kind
    except DamagedData:
        return
    assert kind in "biuf"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1 2\n3", "row 2 has more or fewer"),
        ("1 x", "'x' is not a number in f at byte 2"),
        ("1 1_0", "'1_0' is not a number"),
        ("1 0x10", "not a number"),
        ("# DTYPE uint8\n1 256", "no room"),
        ("# DTYPE uint8\n-1 5", "no room"),
        ("# DTYPE int64\n9223372036854775808", "no room"),
        ("# DTYPE uint16\nnan 5", "no room"),
        ("# DTYPE int32\n1.5 2", "fractions"),
        ("1e300 1", "too large for float32"),
        ("# DTYPE object\n1 2", "'object' is no type of numbers"),
        ("# DTYPE\n1 2", "'' is no type of numbers"),
        ("# DTYPE i4,f4\n1 2", "no type of numbers"),
        ("# NDIM 3\n# DIM:0 -1\n1 2", "DIM:0 is '-1'"),
        ("# NDIM x\n1 2", "NDIM is 'x'"),
        ("# NDIM 3\n# DIM:0 2\n# DIM:1 2\n# DIM:2 2\n1 2\n3 4\n5 6", "6 numbers, expected are 2 x 2 x 2"),
        (" # 1\n# NDIM 2\n# DIM:0 2\n1 2", "NDIM is 2, but there are 1 DIM lines"),
    ],
)
def test_what_is_wrong_is_said(text: str, why: str) -> None:
    with pytest.raises(DamagedData, match=why):
        parse(text.encode(), source="f")


def test_rows_of_ten_with_a_shorter_last_one_are_a_row_of_the_described_length() -> None:
    text = "# DTYPE float32\n# NDIM 1\n# DIM:0 5\n1 2 3\n4 5"
    assert parse(text.encode()).tolist() == [1, 2, 3, 4, 5]


def test_the_older_reader_takes_whole_numbers_through_doubles() -> None:
    text = b"# DTYPE int64\n9007199254740993 1"
    assert parse(text, "newer").tolist() == [9007199254740993, 1]
    assert parse(text, "older").tolist() == [9007199254740992, 1]
