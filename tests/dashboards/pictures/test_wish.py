"""What a browser says is understood, or refused by name."""

import pytest

from dashboards.pictures.wish import Wish, said_in, wish_from
from monitor.errors import ProtocolError


def test_a_wish_without_choices_has_the_defaults() -> None:
    assert wish_from({"detector": "cspad"}) == Wish(detector="cspad")


def test_a_wish_is_taken_as_said() -> None:
    said = (
        '{"detector": "d", "kind": "std", "panels": true, "scale": "log", "percentile": 5, "limits": [1, 2], "part": [0,9,1,8]}'
    )

    wish = wish_from({**said_in(said), "size": [700.4, 90_000]})

    assert wish == Wish(
        detector="d", kind="std", panels=True, scale="log", percentile=5, limits=(1, 2), part=(0, 9, 1, 8), size=(700, 2048)
    )


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"detector": 7},
        {"detector": "x" * 1000},
        {"detector": "d", "kind": "nonsense"},
        {"detector": "d", "kind": ["live"]},
        {"detector": "d", "scale": "cubic"},
        {"detector": "d", "percentile": 50},
        {"detector": "d", "percentile": True},
        {"detector": "d", "limits": [0, 10**400]},
        {"detector": "d", "percentile": float("nan")},
        {"detector": "d", "limits": [2, 1]},
        {"detector": "d", "limits": [1]},
        {"detector": "d", "part": [0, 1, 2, "3"]},
        {"detector": "d", "part": [0, 1, 2, float("inf")]},
        {"detector": "d", "size": [1e308 * 10, 1]},
    ],
)
def test_what_cannot_be_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(ProtocolError):
        wish_from(said)


@pytest.mark.parametrize("text", ["", "[1]", "{", b"\xff\xfe", "[" * 100_000, "7"])
def test_only_json_objects_are_messages(text: str | bytes) -> None:
    with pytest.raises(ProtocolError):
        said_in(text)
