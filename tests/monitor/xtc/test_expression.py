import pytest

from monitor.xtc.expression import formula


class Names(dict):
    def name(self, name: str) -> object:
        return self[name]

    def call(self, name: str, arguments: list) -> object:
        return self[name](*arguments)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a*b - 1", 11),
        ("(a + 31)//32", 1),
        ("a / 8", 0.5),
        ("0x3 if (mask & 0xf) == 1 else 0xff", 3),
        ("popcount(mask) << 2", 16),
        ("1 if a > 3 and not zero else 0", 1),
        ("roi.low.row", 7),
        ("twice(a)", 8),
        ("config.a", 40),
        ("config.twice(b)", 9),
    ],
)
def test_a_formula_computes_what_python_would(text: str, value: object) -> None:
    config = Names(a=40, twice=lambda x: 3 * x)
    names = Names(a=4, b=3, mask=0xF1 & ~0x10, zero=0, roi={"low": {"row": 7}}, twice=lambda x: 2 * x, config=config)
    names["mask"] = 0b1110_0001
    assert formula(text)(names) == value


@pytest.mark.parametrize("text", ["__import__('os')", "[1][0]", "a ** 9", "lambda: 1", "'text'", "f(x=1)", "a if b else {}"])
def test_nothing_beyond_the_language_is_accepted(text: str) -> None:
    with pytest.raises(ValueError, match="formula"):
        formula(text)


def test_a_shift_count_from_damaged_bytes_stays_small() -> None:
    assert formula("1 << a")(Names(a=1 << 40)) == 1 << 64
