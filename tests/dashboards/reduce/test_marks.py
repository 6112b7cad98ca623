import numpy as np

from dashboards.reduce.marks import version_changes
from dashboards.table import Table


def test_a_change_is_the_first_row_of_a_new_version() -> None:
    whole = np.zeros(6, np.int64)
    version = np.array([1.0, 1.0, np.nan, 2.0, 2.0, 5.0])
    rows = Table(np.arange(6), whole, whole, np.zeros(6), {"pipeline_version": version})

    places, versions = version_changes(rows)

    assert places.tolist() == [3, 5]
    assert versions.tolist() == [2, 5]
    assert version_changes(rows.part(0, 2))[0].tolist() == []
    assert version_changes(Table(whole, whole, whole, np.zeros(6), {}))[0].tolist() == []
