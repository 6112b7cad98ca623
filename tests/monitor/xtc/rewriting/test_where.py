import numpy as np
import pytest

from monitor.errors import ConfigError
from monitor.xtc.rewriting.where import EventCode, FieldOf, Pv, Where

NAN = np.nan
A, B = FieldOf("EBeam", ("a",)), FieldOf("EBeam", ("b",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EBeam.a > 1", [False, True, False, True]),
        ("EBeam.a < 1", [False, False, False, False]),
        ("EBeam.a != 1", [False, True, False, True]),
        ("1 <= EBeam.a < 3", [True, True, False, False]),
        ("not EBeam.a > 1", [True, False, True, False]),
        ("EBeam.a > 1 and EBeam.b", [False, True, False, False]),
        ("EBeam.a > 1 or EBeam.b == 5", [False, True, True, True]),
        ("abs(-EBeam.b) * 2 - 1 + EBeam.a / 2 > 10", [False, True, False, False]),
        ("EBeam.a % 2 == 1", [True, False, False, True]),
        ("EBeam.a / 0 > 1", [True, True, False, True]),
        ("EBeam.a ** 2 == 4", [False, True, False, False]),
        ("1", [True] * 4),
        ("0 > 1", [False] * 4),
    ],
)
def test_conditions_are_computed_on_whole_arrays(text: str, expected: list[bool]) -> None:
    values = {A: np.array([1.0, 2.0, NAN, 3.0]), B: np.array([0.0, 6.0, 5.0, NAN])}
    assert Where(text).holds(values, 4).tolist() == expected


def test_what_is_asked_for_is_listed_once() -> None:
    where = Where('evr(90) and source("XppSb2Ipm-1|Ipimb-0").diode[1].base[2] > 0 and pv("A:B") > 1 and not evr(90)')
    assert where.needs == (EventCode(90), FieldOf("XppSb2Ipm-1|Ipimb-0", ("diode", 1, "base", 2)), Pv("A:B"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "EBeam.a >",
        "EBeam",
        "__import__('os').system('true')",
        "(lambda: 1)()",
        "[x for x in EBeam.a]",
        "EBeam.a << 900000000",
        "'text'",
        "EBeam.a is None",
        "evr(x)",
        "evr(90, 91)",
        "EBeam[0]",
        "EBeam.a[-1]",
        "a = 1",
        "1 if EBeam.a else 0",
        "EBeam.a > 1\nEBeam.b > 2",
        "\0",
        "(" * 5000 + "1" + ")" * 5000,
        "1" + "+1" * 4900,
        "1" * 20_000,
    ],
)
def test_everything_else_is_refused_in_words(text: str) -> None:
    with pytest.raises(ConfigError, match="--where"):
        Where(text)
