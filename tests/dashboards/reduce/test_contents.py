"""What is in a run."""

import math

import numpy as np

from dashboards.reduce.contents import SlowVariable, SourceContents, contents, slow_variables
from dashboards.snapshot import FieldInfo, Snapshot
from dashboards.table import Table

NAN = float("nan")


def rows(**columns: list[float]) -> Table:
    values = {name.replace("__", "/"): np.array(each) for name, each in columns.items()}
    seq = np.arange(4)
    return Table(seq, np.ones(4, int), np.zeros(4, int), seq * 10.0, values)


def test_an_event_counts_for_a_source_if_any_of_its_fields_has_a_value() -> None:
    found = contents(rows(ipm__a=[1, NAN, NAN, 1], ipm__b=[NAN, 2, NAN, 2], epics__t=[1, 1, 1, 1]))

    assert found == [SourceContents("ipm", 2, 3, 0.75)]


def test_the_age_of_a_slow_variable_counts_from_its_last_change() -> None:
    table = rows(epicsAll__T1=[1, 1, 2, 2], epics__t2=[5, 5, 5, NAN])

    changed, still = slow_variables(Snapshot(fields={"epicsAll/T1": FieldInfo("K")}), table, "")

    assert changed == SlowVariable("T1", 2.0, "K", 10.0)
    assert (still.name, still.value, math.isnan(still.age)) == ("t2", 5.0, True)


def test_the_search_finds_all_words_in_any_case() -> None:
    table = rows(epics__LAS_temp=[1, 1, 1, 1], epics__las_motor=[1, 1, 1, 1], ipm__las_temp=[1, 1, 1, 1])

    assert [each.name for each in slow_variables(Snapshot(), table, "TEMP las")] == ["LAS_temp"]
