import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.store.journal import (
    Entry,
    FinishEntry,
    LostEntry,
    SettingsEntry,
    decode,
    encode,
    finish_of,
    lost_of,
    settings_of,
)

NUMBERS = st.integers(0, 2**53)
ENTRIES = st.one_of(
    st.builds(SettingsEntry, version=NUMBERS, first=NUMBERS, text=st.text(), author=st.text(), time=st.floats(0, 2e9)),
    st.builds(LostEntry, first=NUMBERS, stop=NUMBERS, why=st.text()),
    st.builds(FinishEntry, complete=st.booleans(), ledger=st.dictionaries(st.text(), NUMBERS), time=st.floats(0, 2e9)),
)


@given(st.lists(ENTRIES))
def test_decode_undoes_encode(entries: list[Entry]) -> None:
    assert decode(b"".join(map(encode, entries))) == entries


def test_lines_of_a_newer_program_are_passed_over() -> None:
    gap = LostEntry(first=3, stop=5, why="no credit")
    assert decode(b'{"kind": "weather", "sky": "blue"}\n' + encode(gap)) == [gap]


@pytest.mark.parametrize("line", [b"{", b'{"kind": "lost", "first": 1}\n'])
def test_a_broken_line_is_named(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"journal|Expecting"):
        decode(line)


def test_what_is_said_twice_counts_once() -> None:
    first = SettingsEntry(version=1, first=0, text="a")
    again = SettingsEntry(version=1, first=9, text="b")
    gaps = [LostEntry(first=8, stop=9, why="x"), LostEntry(first=2, stop=4, why="x"), LostEntry(first=8, stop=9, why="x")]
    assert settings_of([first, again]) == {1: first}
    assert [(gap.first, gap.stop) for gap in lost_of(gaps)] == [(2, 4), (8, 9)]


def test_a_run_that_goes_on_has_no_end() -> None:
    assert finish_of([LostEntry(first=0, stop=1, why="x")]) is None
