"""Which sources come, and which have stopped."""

from collections.abc import Sequence

import numpy as np

from dashboards.reduce.health import Health, Word, sources, spark
from dashboards.snapshot import FieldInfo
from dashboards.table import Table

EVENTS = 4800


def rows(**columns: Sequence[float]) -> Table:
    seq = np.arange(EVENTS)
    named = {name.replace("__", "/"): np.array(values, np.float64) for name, values in columns.items()}
    return Table(seq, np.ones_like(seq), np.zeros_like(seq), 1e9 + seq / 120, named)


def judged(damage: dict[str, int] | None = None, **columns: Sequence[float]) -> dict[str, Health]:
    fields = {name.replace("__", "/"): FieldInfo("1", f"1 = {name} present and undamaged") for name in columns}
    return {health.name: health for health in sources(rows(**columns), fields, damage or {})}


ALWAYS = np.ones(EVENTS)
EVERY_12TH = (np.arange(EVENTS) % 12 == 0) * 1.0
STOPPED = (np.arange(EVENTS) < 4000) * 1.0


def test_a_source_that_stopped_is_named_first_and_when_it_was_seen() -> None:
    found = judged(damage__a=ALWAYS, damage__slow=EVERY_12TH, damage__z=STOPPED)

    assert list(found) == ["z", "a", "slow"]
    assert found["z"].word == Word.MISSING
    assert found["z"].behind == 800
    assert found["z"].seen == 1e9 + 3999 / 120
    assert found["z"].recent == 0.0


def test_a_slow_source_is_well_as_long_as_it_keeps_its_pace() -> None:
    found = judged(damage__slow=EVERY_12TH)["slow"]

    assert found.word == Word.FINE
    assert found.share == 1 / 12


def test_a_source_that_comes_less_often_than_before_is_told() -> None:
    seq = np.arange(EVENTS)
    assert judged(damage__a=np.where(seq < 4000, 1, seq % 2))["a"].word == Word.FEWER


def test_a_pause_of_a_few_events_is_no_news() -> None:
    assert judged(damage__a=(np.arange(EVENTS) < EVENTS - 8) * 1.0)["a"].word == Word.FINE


def test_damage_is_told_by_its_kind() -> None:
    found = judged({"damage__a: dropped": 900, "damage__a: out of order": 2, "other: dropped": 5}, damage__a=ALWAYS)["a"]

    assert found.word == Word.DAMAGED
    assert found.damage == {"dropped": 900, "out of order": 2}


def test_a_source_that_never_came_is_no_alarm() -> None:
    found = judged(damage__a=np.zeros(EVENTS), damage__b=ALWAYS)

    assert list(found) == ["b", "a"]
    assert found["a"].word == Word.NEVER
    assert found["a"].behind is None


def test_a_source_under_two_names_is_one() -> None:
    info = FieldInfo("1", "1 = XppGon-0|Cspad-0 present and undamaged")
    table = rows(damage__XppGon_0_Cspad_0=ALWAYS, damage__cspad=ALWAYS)

    (found,) = sources(table, {"damage/XppGon_0_Cspad_0": info, "damage/cspad": info}, {"XppGon-0|Cspad-0: dropped": 3})

    assert found.name == "cspad"
    assert found.damage == {"dropped": 3}


def test_without_presence_a_detector_is_there_where_its_first_field_is() -> None:
    table = rows(gmd__energy=np.where(np.arange(EVENTS) < 4000, 1.0, np.nan), gmd__other=ALWAYS)

    (found,) = sources(table, {"gmd/energy": FieldInfo(), "gmd/other": FieldInfo()}, {})

    assert (found.name, found.word) == ("gmd", Word.MISSING)


def test_an_empty_run_has_no_missing_source() -> None:
    nothing = np.empty(0, np.int64)
    table = Table(nothing, nothing, nothing, np.empty(0), {})

    (found,) = sources(table, {"damage/a": FieldInfo()}, {})

    assert found.word == Word.NEVER


def test_a_course_is_drawn_with_letters_and_gaps() -> None:
    assert spark((0.0, 0.5, 1.0, np.nan)) == "▁▅█ "
    assert spark((3.0, 3.0)) == "▁▁"
    assert spark((1.0,), 0.0, 1.0) == "█"
    assert spark(()) == ""
