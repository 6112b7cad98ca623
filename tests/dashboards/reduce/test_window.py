import numpy as np
import pytest

from dashboards.reduce.window import is_window, rows_in
from dashboards.table import Table, empty

ROWS = Table(
    seq=np.array([1, 2, 3, 5, 6, 7]),
    run=np.array([8, 8, 9, 9, 9, 9]),
    step=np.array([0, 1, 1, 1, 2, 2]),
    time=np.array([1.0, 2.0, 100.0, 103.0, np.nan, 104.0]),
    columns={},
)


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ("all", [1, 2, 3, 5, 6, 7]),
        ("run", [3, 5, 6, 7]),
        ("step", [6, 7]),
        ("2", [6, 7]),
        ("100", [3, 5, 6, 7]),
        ("1s", [5, 6, 7]),
        ("2000s", [3, 5, 6, 7]),
        ("nonsense", [3, 5, 6, 7]),
    ],
)
def test_a_window_ends_at_the_newest_row(window: str, expected: list[int]) -> None:
    assert rows_in(ROWS, window).seq.tolist() == expected


def test_a_window_of_seconds_is_empty_where_no_row_has_a_time() -> None:
    timeless = Table(ROWS.seq, ROWS.run, ROWS.step, np.full(6, np.nan), {})

    assert len(rows_in(timeless, "10s")) == 0
    assert len(rows_in(empty(), "10s")) == 0


@pytest.mark.parametrize(
    ("text", "known"), [("7200", True), ("5s", True), ("step", True), ("0", False), ("-5", False), ("", False)]
)
def test_only_windows_are_windows(text: str, known: bool) -> None:
    assert is_window(text) is known
