"""Configuration files read as data: what is understood, what is not, and that nothing is executed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import ConfigError
from monitor.tools.convert.reading import Reading
from monitor.tools.convert.value import Unknown


def read(folder: Path, text: str) -> Reading:
    path = folder / "config.py"
    path.write_text(text)
    return Reading(path)


def value(folder: Path, expression: str) -> Any:
    return read(folder, f"x = {expression}\n").names["x"]


PLAIN = {
    "-0.5": -0.5,
    "[1, (2, 3), {'a': None}]": [1, [2, 3], {"a": None}],
    "2 * 3 + 4 ** 2": 22,
    "[0, 1] * 2 + [5]": [0, 1, 0, 1, 5],
    "slice(10, 20)": [10, 20],
    "np.array([[1, 2], [3, 4]])": [[1, 2], [3, 4]],
    "np.load('some/mask.npy')": "some/mask.npy",
    "np.arange(0, 1, 0.25)": [0, 0.25, 0.5, 0.75],
    "np.linspace(0, 2, 5)": [0, 0.5, 1, 1.5, 2],
    "[f'hsd_{i}' for i in range(3) if i != 1]": ["hsd_0", "hsd_2"],
    "dict(a=1, b=[2])": {"a": 1, "b": [2]},
    "'yes' if 3 < 4 and not False else 'no'": "yes",
    "{'a': {'b': 7}}['a']['b']": 7,
    "[3, 4, 5][1:]": [4, 5],
    "isinstance(5, str)": False,
    "'Jungfrau'.lower()": "jungfrau",
}


@pytest.mark.parametrize("expression", PLAIN)
def test_plain_expressions_have_their_value(tmp_path: Path, expression: str) -> None:
    assert value(tmp_path, expression) == PLAIN[expression]


STRANGE = [
    "open('x').read()",
    "__import__('os').getcwd()",
    "np.random.rand(3)",
    "lambda x: x",
    "undefined_name",
    "10 ** 10 ** 10",
    "[0] * 10 ** 9",
    "'a' * 10 ** 9",
    "1 / 0",
    "(1 << 4)",
    "'{0.__class__}'.format(3)",
    "'%999999999d' % 3",
    "range(10 ** 12)",
    "[].__class__",
    "{[]: 1}",
    "b'bytes'",
]


@pytest.mark.parametrize("expression", STRANGE)
def test_everything_else_is_unknown_with_its_line(tmp_path: Path, expression: str) -> None:
    found = value(tmp_path, expression)
    assert isinstance(found, Unknown), found
    assert found.line == 1


def test_branches_follow_the_run_number(tmp_path: Path) -> None:
    text = "def get(run):\n    if isinstance(run, str):\n        run = int(run)\n    if run < 10:\n        return 'early'\n"
    text += "    elif run in (12, 13):\n        return 'special'\n    return 'late'\n"
    reading = read(tmp_path, text)
    assert [reading.result("get", run) for run in (9, 12, 14)] == ["early", "special", "late"]


def test_dicts_are_filled_step_by_step(tmp_path: Path) -> None:
    text = "def get(run):\n    ret = {}\n    for name, low in (('a', 1), ('b', 2)):\n        ret[name] = []\n"
    text += "        for i in range(2):\n            ret[name].append([low, low + i])\n    ret['a'] += [[9, 9]]\n    return ret\n"
    assert read(tmp_path, text).result("get", 1) == {"a": [[1, 1], [1, 2], [9, 9]], "b": [[2, 2], [2, 3]]}


def test_functions_of_the_file_may_help_each_other(tmp_path: Path) -> None:
    text = "def center(run):\n    return [1.0, run]\n\ndef get(run):\n    return {'center': center(run)}\n"
    assert read(tmp_path, text).result("get", 5) == {"center": [1.0, 5]}


def test_what_is_not_understood_is_said_and_the_rest_goes_on(tmp_path: Path) -> None:
    reading = read(tmp_path, "import os\nx = 1\nwith open('f') as f:\n    y = 2\nz = 3\n")
    assert reading.names == {"x": 1, "z": 3}
    assert reading.notes == ["line 3: not understood: with open('f') as f:"]


def test_nothing_of_the_file_is_executed(tmp_path: Path) -> None:
    target = tmp_path / "made"
    read(tmp_path, f"import pathlib\npathlib.Path({str(target)!r}).touch()\nx = pathlib.Path({str(target)!r}).touch()\n")
    assert not target.exists()


@contextmanager
def ending() -> Iterator[list[str]]:
    """Notes of a reading, or the sentence that it ended with."""
    said: list[str] = []
    try:
        yield said
    except ConfigError as error:
        said.append(str(error))


ENDLESS = {
    "recursion": "def f(n):\n    return f(n)\nx = f(1)\n",
    "deep": "x = " + "(" * 500 + "1" + ")" * 500 + "\n",
    "long": "def f(n):\n    for i in range(99999):\n        for j in range(99999):\n            pass\nx = f(1)\n",
    "growing": "x = [1]\nfor i in range(99):\n    x = x + x\n",
    "self": "x = []\nx.append(x)\ny = x + [1]\n",
    "return": "return 3\n",
    "no python": "print 'old'\n",
    "zero": "x = 1\0\n",
}


@pytest.mark.timeout(30)
@pytest.mark.parametrize("case", ENDLESS)
def test_a_mad_file_ends_in_a_sentence_or_a_note(tmp_path: Path, case: str) -> None:
    with ending() as said:
        reading = read(tmp_path, ENDLESS[case])
        said += [*reading.notes, *(value.text for value in reading.names.values() if isinstance(value, Unknown))]
    assert said or case in ("growing", "self")
