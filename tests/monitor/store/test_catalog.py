import numpy as np
import pytest

from monitor.model.field import Field
from monitor.store.catalog import Catalog

SCALAR = Field(name="cspad/ROI", dtype=np.dtype("f8"))
WIDE = Field(name="cspad/ROI", dtype=np.dtype("f8"), shape=(4,))
WHOLE = Field(name="cspad/ROI", dtype=np.dtype("i8"))


def test_a_field_keeps_its_name() -> None:
    assert Catalog().path(SCALAR) == "cspad/ROI"


def test_each_change_of_shape_or_type_gets_a_number_and_going_back_finds_the_old_path() -> None:
    catalog = Catalog()
    assert [catalog.path(field) for field in (SCALAR, WIDE, WHOLE, SCALAR, WIDE)] == [
        "cspad/ROI",
        "cspad/ROI_2",
        "cspad/ROI_3",
        "cspad/ROI",
        "cspad/ROI_2",
    ]


def test_a_catalog_made_from_a_file_goes_on_where_it_was() -> None:
    assert Catalog([("cspad/ROI", SCALAR), ("cspad/ROI_2", WIDE)]).path(WIDE) == "cspad/ROI_2"


@pytest.mark.parametrize(
    ("names", "paths"),
    [
        (("tt", "tt/ampl"), ["tt", "tt_ampl"]),
        (("tt/ampl", "tt"), ["tt/ampl", "tt_2"]),
        (("/a//b/",), ["a/b"]),
        (("..", ".", ""), ["unnamed", "unnamed_2", "unnamed_3"]),
        (("Sums/x", "xtcmon/commits"), ["Sums_/x", "xtcmon_/commits"]),
        (("a\0b",), ["ab"]),
    ],
)
def test_names_that_a_file_cannot_hold_find_a_place(names: tuple[str, ...], paths: list[str]) -> None:
    catalog = Catalog()
    found = [catalog.path(Field(name=name, dtype=np.dtype("f8"))) for name in names]
    assert len(set(found)) == len(found)
    assert found[: len(paths)] == paths
