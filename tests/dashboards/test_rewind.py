"""One session goes back in the present run; nobody else moves."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from dashboards.condition import condition, header
from dashboards.recorded import RecordedFeed
from dashboards.rewind import RENEW_S, Rewind, as_of
from dashboards.snapshot import Curves, FieldInfo, Lists, Picture, SettingsVersion, Since, Snapshot
from dashboards.table import Table

FIRST, EVENTS = 100, 50


def version(number: int, first: int) -> SettingsVersion:
    settings: Mapping[str, Any] = {"number": number}
    return SettingsVersion(version=number, first=first, time=1e9 + first, author="Ada", what=("a: 1 → 2",), settings=settings)


def present(events: int = EVENTS) -> Snapshot:
    seq = np.arange(FIRST, FIRST + events)
    rows = Table(seq, np.full(events, 7), seq // 10, 1.3e9 + seq / 10, {"a": seq * 1.0})
    waves = Curves(seq[::2], seq[::2, None] * np.ones(5), FieldInfo())
    peaks = Lists(seq, np.arange(events), np.ones(events, np.int64), seq * 2.0, FieldInfo())
    return Snapshot(
        version=events,
        rows=rows,
        fields={"a": FieldInfo()},
        curves={"wave": waves},
        lists={"d/var_p/x": peaks},
        pictures={"frame/d": Picture(np.zeros((2, 2)), "", 1, {}, 0.0)},
        run={"run": 7, "experiment": "e"},
        status={"rate": 120.0},
        changes=(version(1, 0), version(2, 120), version(3, 140)),
        rows_at=1000.0,
        status_at=1000.0,
    )


class Feed(RecordedFeed):
    """A feed that is told its snapshot."""

    def __init__(self) -> None:
        self.newest = present()

    @property
    def snapshot(self) -> Snapshot:
        return self.newest


def test_means_that_began_anew_later_are_not_those_of_an_earlier_moment() -> None:
    newest = replace(present(), since=Since(first=130, time=1.0, author="me"))

    assert as_of(newest, 129).since is None
    assert as_of(newest, 130).since == newest.since
    assert as_of(newest, 135).counted_rows().seq.tolist() == list(range(130, 136))


def test_an_earlier_moment_has_nothing_that_came_later() -> None:
    found = as_of(present(), 125)

    assert found.rows.seq.tolist() == list(range(FIRST, 126))
    assert found.curves["wave"].seq.tolist() == list(range(FIRST, 126, 2))
    assert found.lists["d/var_p/x"].of(125).tolist() == [250.0]
    assert found.lists["d/var_p/x"].of(126).tolist() == []
    assert [change.version for change in found.changes] == [1, 2]
    assert (found.pipeline["version"], found.step["step"]) == (2, 12)
    assert (found.pictures, found.status) == ({}, {})


def test_it_is_as_old_as_its_event() -> None:
    # 149 is the newest, ten events a second.
    assert abs(as_of(present(), 129).data_age(1003.0) - 5.0) < 1e-6


def test_it_is_said_in_words_and_never_live() -> None:
    said = header(as_of(present(), 125), 1000.0)

    assert said["level"] == "held"
    assert said["text"]["head-why"].startswith("Not live: the run as it was after event 125, ")
    assert condition(present(), 1000.0).level == "live"


def test_what_is_no_longer_kept_is_told_with_the_way_to_the_file() -> None:
    found = as_of(present(), 50)

    assert len(found.rows) == 0
    assert "no longer kept here (from 100 on)" in found.held


def test_one_session_is_held_and_the_other_goes_on() -> None:
    feed = Feed()
    one, other = Rewind(feed), Rewind(feed)
    one.seek("hold")
    feed.newest = present(EVENTS + 10)

    assert (one.place.kind, one.place.at, one.snapshot.rows.seq[-1]) == ("held", 149, 149)
    assert (other.place.kind, other.snapshot.rows.seq[-1]) == ("live", 159)
    one.seek("now")
    assert one.snapshot is feed.newest


def test_marks_are_the_changes_of_the_settings_with_who_and_when() -> None:
    feed = Feed()
    place = Rewind(feed, 125).place

    assert [event for event, _ in place.marks] == [120, 140]
    assert place.marks[0][1].startswith("v2 by Ada at ")


def test_a_wish_that_is_no_place_changes_nothing() -> None:
    held = Rewind(Feed(), 120)

    held.seek("-1")
    held.seek("often")

    assert held.position == 120


def test_a_held_view_lets_go_of_old_rows_after_a_while_and_keeps_its_version() -> None:
    clock = [0.0]
    feed = Feed()
    held = Rewind(feed, 120, lambda: clock[0])
    before = held.snapshot
    feed.newest = replace(present(), rows=present().rows.part(5))

    assert held.snapshot.rows.seq[0] == FIRST
    clock[0] = RENEW_S
    assert held.snapshot.rows.seq[0] == FIRST + 5
    assert held.snapshot.version == before.version


def test_a_page_that_stays_in_the_present_knows_where_others_are_held_and_says_why() -> None:
    feed = Feed()
    stays = Rewind(feed, 120, stays="frames are not kept")

    assert stays.snapshot is feed.newest
    assert (stays.place.kind, stays.place.at, stays.place.why) == ("present", 120, "frames are not kept")
    stays.seek("now")
    assert (stays.place.kind, stays.place.why) == ("present", "")
