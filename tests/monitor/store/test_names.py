from pathlib import Path

from monitor.store.names import RunNames, hidden, names_of, part_number


def test_names_follow_the_small_data_convention(tmp_path: Path) -> None:
    names = RunNames(tmp_path, "xpptut15", 98)
    assert names.whole.name == "xpptut15_Run0098.h5"
    assert names.part(3).name == "xpptut15_Run0098_part0003.h5"
    assert hidden(names.whole).name == ".xpptut15_Run0098.h5.new"


def test_parts_are_in_order_of_their_numbers_even_beyond_four_digits(tmp_path: Path) -> None:
    names = RunNames(tmp_path, "e81", 98)
    for number in (10000, 2, 9999):
        names.part(number).touch()
    RunNames(tmp_path, "e81", 9).part(1).touch()
    assert [part_number(path) for path in names.parts()] == [2, 9999, 10000]


def test_a_file_knows_its_run(tmp_path: Path) -> None:
    names = RunNames(tmp_path, "e8_1", 98)
    assert names_of(names.whole) == names
    assert names_of(names.part(2)) == names
    assert names_of(tmp_path / "other.h5") is None
