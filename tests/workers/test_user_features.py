"""The user's functions: what they are given, what they may return, and what an exception costs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.errors import ConfigError
from monitor.model.column import Column
from monitor.model.field import Field
from monitor.settings import Settings, parse
from workers.features.feature import ragged_name
from workers.frames import Frames
from workers.trouble import Trouble
from workers.user_features import UserFeatures

COUNT = 4
PIXELS = np.arange(COUNT * 6, dtype=np.float32).reshape(COUNT, 2, 3)


def real(name: str, values: list[float], present: list[bool] | None = None) -> Column:
    mask = None if present is None else np.array(present)
    return Column(Field(name=name, dtype=np.dtype(np.float64)), np.array(values), mask)


def frames(*events: int, values: Any = PIXELS) -> Frames:
    return Frames(np.array(events, np.int64), values[: len(events)], {})


def function(decorator: str, body: str, name: str = "f", reads: str = "v") -> str:
    return f"@{decorator}\ndef {name}({reads}):\n    {body}\n"


class World:
    """Functions in a file, and one batch of four events for them."""

    def __init__(self, folder: Path, text: str, **more: Any) -> None:
        self.path = folder / "mine.py"
        self.path.write_text("import numpy as np\nfrom workers.user import Ragged, array, ragged, scalar\n" + text)
        self.settings: Settings = parse({"user": [{"path": str(self.path)}], **more})
        self.trouble = Trouble()

    def run(self, columns: list[Column], seen: dict[str, Frames] | None = None) -> dict[str, Column]:
        known = {column.field.path: column for column in columns}
        for column in UserFeatures(self.settings).columns(known, seen or {}, COUNT, self.trouble):
            known[column.field.path] = column
        return known


def values(column: Column) -> list[Any]:
    return [value.tolist() if has else None for value, has in zip(column.values, column.mask, strict=True)]


def test_a_scalar_is_made_where_everything_it_reads_is_there(tmp_path: Path) -> None:
    world = World(
        tmp_path, "@scalar('a/ratio', reads=('x/up', 'x/down'), unit='V')\ndef ratio(up, down):\n    return up / down\n"
    )
    found = world.run([real("x/up", [2, 4, 6, 8]), real("x/down", [1, 2, 0, 4], [True, True, False, True])])
    assert values(found["a/ratio"]) == [2.0, 2.0, None, 2.0]
    assert found["a/ratio"].field.unit == "V"
    assert not world.trouble.counts


def test_frames_of_two_detectors_are_joined_by_event(tmp_path: Path) -> None:
    text = "@scalar('a/both', reads=('front', 'back'))\ndef both(front, back):\n    return (front - back).sum(axis=(1, 2))\n"
    back = np.stack([PIXELS[0] + 1, PIXELS[2]])
    found = World(tmp_path, text).run([], {"front": frames(0, 1, 2, 3), "back": frames(1, 2, values=back)})
    expected = [None, float((PIXELS[1] - back[0]).sum()), float((PIXELS[2] - back[1]).sum()), None]
    assert values(found["a/both"]) == expected


def test_a_function_may_read_what_the_one_above_it_gives(tmp_path: Path) -> None:
    text = function("scalar('a/one', reads='x/v')", "return v + 1")
    text += function("scalar('a/two', reads='a/one')", "return v * 2", "g")
    found = World(tmp_path, text).run([real("x/v", [0, 1, 2, 3])])
    assert values(found["a/two"]) == [2.0, 4.0, 6.0, 8.0]


def test_an_array_has_the_declared_shape_and_type(tmp_path: Path) -> None:
    text = "@array('f/line', reads='front', shape=(3,), dtype='f4')\ndef line(front):\n    return front.mean(axis=1)\n"
    found = World(tmp_path, text).run([], {"front": frames(0, 1, 2, 3)})["f/line"]
    assert (found.values.dtype, found.values.shape) == (np.float32, (4, 3))
    np.testing.assert_array_equal(found.values[1], [7.5, 8.5, 9.5])


RAGGED = {
    "a list of tables": "return [np.argwhere(f > 4) for f in front]",
    "values and lengths": "e, *at = np.nonzero(front > 4); return Ragged(np.stack(at, 1), np.bincount(e, minlength=len(front)))",
}


@pytest.mark.parametrize("how", RAGGED)
def test_a_ragged_result_shares_its_lengths_between_columns(tmp_path: Path, how: str) -> None:
    text = f"@ragged('f/hot', reads='front', columns={{'row': 'i4', 'col': 'i4'}})\ndef hot(front):\n    {RAGGED[how]}\n"
    found = World(tmp_path, text).run([], {"front": frames(0, 1, 3, values=PIXELS % 7)})
    row, col = found["f/var_hot/row"], found["f/var_hot/col"]
    assert row.lengths is not None
    assert row.lengths.tolist() == [1, 1, 0, 2]
    assert (row.values.tolist(), col.values.tolist()) == ([1, 0, 0, 0], [2, 0, 0, 1])
    assert row.mask.tolist() == [True, True, False, True]


def test_ragged_fields_can_be_read(tmp_path: Path) -> None:
    field = Field(name=ragged_name("det/hits", "x"), dtype=np.dtype(np.float64), ragged=True)
    column = Column(field, np.array([5.0, 6.0, 7.0]), None, np.array([1, 0, 2, 0]))
    decorator = "scalar('a/n', reads=('det/var_hits/x', 'x/v'), dtype='i8')"
    text = function(decorator, "return x.lengths + (x.values.sum() > 12)", reads="x, v")
    found = World(tmp_path, text).run([column, real("x/v", [1, 1, 1, 1], [False, True, True, True])])
    assert values(found["a/n"]) == [None, 1, 3, 1]


def test_an_exception_costs_that_field_of_those_events_and_names_its_line(tmp_path: Path) -> None:
    text = (
        "@scalar('a/bad', reads='x/v')\ndef bad(v):\n    if (v == 2).any():\n        raise ArithmeticError('two')\n    return v\n"
    )
    text += "@scalar('a/good', reads='x/v')\ndef good(v):\n    return v\n"
    world = World(tmp_path, text)
    found = world.run([real("x/v", [1, 2, 3, 2])])
    assert values(found["a/bad"]) == [1.0, None, 3.0, None]
    assert values(found["a/good"]) == [1.0, 2.0, 3.0, 2.0]
    assert world.trouble.counts == {"mine.py, bad: ArithmeticError: two (line 6)": 2}


MISFITS = {
    "wrong shape": ("@scalar('a/b', reads='x/v')", "return np.zeros((len(v), 2))", "has the shape (4, 2) for 4 events, and (4,)"),
    "one number": ("@scalar('a/b', reads='x/v')", "return 1.0", "has the shape () for 4 events"),
    "nothing": ("@scalar('a/b', reads='x/v')", "pass", "the result is None, and numbers were declared"),
    "text": ("@scalar('a/b', reads='x/v')", "return ['a'] * len(v)", "numbers were declared"),
    "fractions": ("@scalar('a/b', reads='x/v', dtype='i4')", "return v + 0.5", "int32 cannot hold; round them"),
    "overflow": ("@scalar('a/b', reads='x/v', dtype='i1')", "return v.astype(int) + 1000", "int8 cannot hold"),
    "uneven": ("@array('a/b', reads='x/v', shape=(2,))", "return [[1], [1, 2], [3], [4]]", "the result is no array"),
    "lengths": ("@ragged('a/b', reads='x/v')", "return Ragged(v, np.ones(3, int))", "do not share 4 elements among 4 events"),
    "fewer lists": ("@ragged('a/b', reads='x/v')", "return [v]", "do not share 4 elements among 4 events"),
    "columns": ("@ragged('a/b', reads='x/v')", "return [np.zeros((2, 3))] * len(v)", "has 1 columns"),
    "no list": ("@ragged('a/b', reads='x/v')", "return 3", "or a list with one array per event"),
}


@pytest.mark.parametrize("case", MISFITS)
def test_a_result_that_is_not_as_declared_is_refused_and_counted(tmp_path: Path, case: str) -> None:
    decorator, body, expected = MISFITS[case]
    world = World(tmp_path, f"{decorator}\ndef f(v):\n    {body}\n")
    found = world.run([real("x/v", [1, 2, 3, 4])])
    assert list(found) == ["x/v"]
    ((text, count),) = world.trouble.counts.items()
    assert expected in text, text
    assert text.startswith("mine.py, f: ")
    assert count == COUNT


def test_what_others_read_cannot_be_written_to(tmp_path: Path) -> None:
    world = World(tmp_path, "@scalar('a/b', reads='front')\ndef f(front):\n    front[:] = 0\n    return front[:, 0, 0]\n")
    given = PIXELS.copy()
    assert "a/b" not in world.run([], {"front": Frames(np.arange(COUNT), given, {})})
    np.testing.assert_array_equal(given, PIXELS)
    assert "read-only" in next(iter(world.trouble.counts))


def test_a_field_that_the_events_do_not_have_is_said(tmp_path: Path) -> None:
    world = World(tmp_path, "@scalar('a/b', reads='x/w')\ndef f(w):\n    return w\n")
    assert "a/b" not in world.run([real("x/v", [1, 2, 3, 4])])
    assert world.trouble.counts == {"mine.py, f: these events have no x/w": COUNT}


def test_a_field_of_the_run_is_not_overwritten(tmp_path: Path) -> None:
    world = World(tmp_path, "@scalar('x/v', reads='x/v')\ndef f(v):\n    return v + 1\n")
    assert values(world.run([real("x/v", [1, 2, 3, 4])])["x/v"]) == [1.0, 2.0, 3.0, 4.0]
    assert "the run has a field x/v already" in next(iter(world.trouble.counts))


def test_a_function_that_ends_the_program_does_not(tmp_path: Path) -> None:
    world = World(tmp_path, "import sys\n@scalar('a/b', reads='x/v')\ndef f(v):\n    sys.exit(3)\n")
    world.run([real("x/v", [1, 2, 3, 4])])
    assert world.trouble.counts == {"mine.py, f: SystemExit: 3 (line 6)": COUNT}


SAME = "scalar('a/b', reads='x/v')"
REFUSED = {
    "raises": ("1 / 0\n", r"ZeroDivisionError: division by zero \(line 3\)"),
    "syntax": ("def f(:\n", r"SyntaxError.*\(line 3\)"),
    "import": ("import no_such_module_of_mine\n", "ModuleNotFoundError"),
    "exit": ("raise SystemExit(0)\n", "SystemExit"),
    "nothing": ("x = 1\n", "has no function below @scalar"),
    "twice": (
        "@scalar('a/b', reads='x/v')\ndef f(v):\n    return v\n@scalar('a/b', reads='x/v')\ndef g(v):\n    return v\n",
        "g and f both",
    ),
    "parameters": ("@scalar('a/b', reads=('x/v', 'x/w'))\ndef f(v):\n    return v\n", "cannot take the 2 arrays"),
    "path": ("@scalar('a//b', reads='x/v')\ndef f(v):\n    return v\n", "is no path of a field"),
    "type": ("@scalar('a/b', reads='x/v', dtype='O')\ndef f(v):\n    return v\n", "cannot be the type of a field"),
    "shape": ("@array('a/b', reads='x/v', shape=(0,))\ndef f(v):\n    return v\n", "is no shape of one event"),
    "reads": ("@scalar('a/b', reads=())\ndef f():\n    return 1\n", "say what the function reads"),
    "group": ("@ragged('b', reads='x/v')\ndef f(v):\n    return v\n", "needs a group"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_cannot_be_used_is_refused_at_start_with_its_name(tmp_path: Path, case: str) -> None:
    text, expected = REFUSED[case]
    world = World(tmp_path, text)
    with pytest.raises(ConfigError, match=expected) as caught:
        UserFeatures(world.settings)
    assert "mine.py" in str(caught.value)


def test_a_misspelt_detector_is_refused_with_the_nearest(tmp_path: Path) -> None:
    text = "@scalar('a/b', reads='cspda')\ndef f(v):\n    return v\n"
    with pytest.raises(ConfigError, match=r"line 3.*did you mean 'cspad'"):
        UserFeatures(World(tmp_path, text, detector=[{"name": "cspad"}]).settings)
