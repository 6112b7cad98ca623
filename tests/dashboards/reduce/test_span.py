import pytest

from dashboards.reduce.span import hand_edges, span


@pytest.mark.parametrize(("text", "expected"), [("-1:5", (-1, 5)), (" 0.5 : 1e3 ", (0.5, 1000))])
def test_a_range_is_two_rising_numbers(text: str, expected: tuple[float, float]) -> None:
    assert span(text) == expected


@pytest.mark.parametrize("text", ["", "1", "5:1", "1:1", "a:b", "1:2:3", "nan:1", "0:inf"])
def test_anything_else_is_no_range(text: str) -> None:
    assert span(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0:1:0.25", [0, 0.25, 0.5, 0.75, 1]), ("0:1:0.4", [0, 0.4, 0.8, 1.2]), ("1, 2 5", [1, 2, 5]), ("-3;3", [-3, 3])],
)
def test_edges_by_hand(text: str, expected: list[float]) -> None:
    edges = hand_edges(text)

    assert edges is not None
    assert edges.tolist() == pytest.approx(expected)


@pytest.mark.parametrize("text", ["", "1", "2 1", "1 1", "0:1:0", "0:1:-1", "1:0:1", "0:1e9:1e-9", "1 x", "0:1"])
def test_edges_that_cannot_be(text: str) -> None:
    assert hand_edges(text) is None
