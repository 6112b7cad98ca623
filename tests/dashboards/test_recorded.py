"""A run in a file looks like the run did."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

from dashboards.pictures.kinds import KINDS, parts_of
from dashboards.recorded import Recorded, RecordedFeed, Recordings
from dashboards.report.reporter import Reporter
from dashboards.runs import Runs, report_path, run_of, runs_in
from dashboards.snapshot import Picture
from monitor.errors import Unusable
from monitor.store.smalldata import SmallDataFile
from tests.monitor.store.made import sums, table
from tests.support.array_run import PIXELS, array_run

NAME = "e81_Run0098.h5"
EVENTS = 20
CHANGED = 8


def written(folder: Path, *, finish: bool = True, run: int = 98) -> Path:
    """A small run with a change of the settings."""
    file = SmallDataFile(folder, "e81", run, sync=False)
    file.settings(1, '{"a": 1}', first=0, author="", time=100.0)
    file.settings(2, '{"a": 2}', first=CHANGED, author="Ada", time=200.0)
    file.commit([table(0, EVENTS)], sums(0, EVENTS), stop=EVENTS)
    if finish:
        file.finish(ledger={"read": EVENTS, "written": EVENTS})
    file.close()
    return folder / f"e81_Run{run:04d}.h5"


def test_values_absences_and_settings_are_those_of_the_run(tmp_path: Path) -> None:
    snapshot = Recorded(written(tmp_path)).snapshot

    expected = [np.nan if n % 3 == 0 else n * 0.5 for n in range(EVENTS)]
    np.testing.assert_array_equal(snapshot.rows.column("ebeam/charge"), expected)
    assert np.isnan(snapshot.rows.column("evr/code_162")[5])
    assert snapshot.unit("ebeam/charge") == "nC"
    assert (snapshot.run["run"], snapshot.recorded, snapshot.ended) == (98, NAME, True)
    assert [(each.version, each.author, each.what) for each in snapshot.changes] == [(1, "", ()), (2, "Ada", ("a: 1 → 2",))]
    assert snapshot.status["balance"]["read"] == EVENTS


def test_differences_and_their_significance_are_those_of_the_sums(tmp_path: Path) -> None:
    pictures = Recorded(array_run(tmp_path)).snapshot.pictures
    side_by_side = np.concatenate([PIXELS[0], PIXELS[1]], axis=1)

    def shown(kind: str) -> Picture:
        parts, make = parts_of(KINDS[kind], "cspad", pictures), KINDS[kind].make
        assert parts is not None
        assert make is not None
        return make(parts)

    np.testing.assert_array_equal(shown("mean").image, side_by_side)
    np.testing.assert_array_equal(shown("difference").image, np.ones((6, 16)))
    # Both means are of 200 events that scatter by 2.
    np.testing.assert_allclose(shown("significance").image, 1 / np.sqrt(4 / 199 + 4 / 199), rtol=1e-4)
    assert shown("difference").count == 200


def test_a_seek_shows_the_run_as_it_was_then(tmp_path: Path) -> None:
    feed = RecordedFeed(Recorded(written(tmp_path)))
    assert (feed.place.kind, feed.place.first, feed.place.last, feed.place.at) == ("recorded", 0, EVENTS - 1, EVENTS - 1)
    assert [event for event, _ in feed.place.marks] == [CHANGED]

    feed.seek("5")

    assert feed.snapshot.rows.seq.tolist() == [0, 1, 2, 3, 4, 5]
    assert [change.version for change in feed.snapshot.changes] == [1]
    assert feed.place.at == 5
    assert len(feed.whole.rows) == EVENTS


def test_the_past_cannot_be_changed(tmp_path: Path) -> None:
    feed = RecordedFeed(Recorded(written(tmp_path)))

    for answer in (feed.control([], "Ada"), feed.undo("Ada")):
        with pytest.raises(Unusable, match="recorded run"):
            answer.result()


def test_a_run_that_grows_is_read_anew_and_one_that_rests_is_not(tmp_path: Path) -> None:
    path, recordings = written(tmp_path), Recordings()
    first = recordings.open(path)
    assert recordings.open(path) is first

    later = time.time() + 10
    os.utime(path, (later, later))

    assert recordings.open(path) is not first


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="no run file"):
        Recordings().open(tmp_path / NAME)


def test_the_runs_of_a_folder_are_listed_with_their_reports(tmp_path: Path) -> None:
    path = written(tmp_path)
    report_path(path).write_text("a report")
    (tmp_path / "notes.h5").write_text("not a run")

    (entry,) = runs_in(tmp_path)

    assert (entry.stem, entry.experiment, entry.run, entry.path) == ("e81_Run0098", "e81", 98, path)
    assert entry.report == tmp_path / "e81_Run0098_report.html"


def test_only_runs_that_are_there_are_found_by_name(tmp_path: Path) -> None:
    written(tmp_path)
    other = tmp_path / "elsewhere.h5"
    other.write_bytes(b"")
    runs = Runs(str(tmp_path), [other])

    assert runs.find("e81_Run0098") is not None
    assert runs.find("elsewhere") == run_of(other)
    assert runs.find("../e81_Run0098") is None
    assert runs.find("") is None


def test_a_run_that_came_since_the_last_look_is_found(tmp_path: Path) -> None:
    runs = Runs(str(tmp_path))
    assert runs.all() == []

    written(tmp_path)

    assert runs.find("e81_Run0098") is not None


def test_a_report_is_made_once_when_a_run_is_closed_and_never_before(tmp_path: Path) -> None:
    made: list[str] = []
    reporter = Reporter(str(tmp_path), since=0.0, make=lambda file: made.append(file.name))
    written(tmp_path, finish=False, run=1)
    reporter.step()
    assert made == []

    written(tmp_path, run=2)
    reporter.step()
    reporter.step()

    assert made == ["e81_Run0002.h5"]


def test_runs_from_before_the_start_are_left_alone(tmp_path: Path) -> None:
    made: list[str] = []
    written(tmp_path)

    Reporter(str(tmp_path), since=time.time() + 60, make=lambda file: made.append(file.name)).step()

    assert made == []
