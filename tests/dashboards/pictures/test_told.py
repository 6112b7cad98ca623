"""Maps of the common mode: of the newest event, and the mean of the run's events that are kept."""

import numpy as np
import pytest

from dashboards.pictures.details import Details
from dashboards.pictures.told import CommonModes, map_of
from dashboards.snapshot import Curves, FieldInfo, Since, Snapshot

INDEX = np.array([[0, 1, -1, 2, 3]], np.int32)
DETAILS = Details("cam", (2, 1, 2), INDEX, {})
VALUES = np.array([[9, 9], [1, 4], [3, np.nan], [8, 6.0]])


def told(since: Since | None = None) -> Snapshot:
    curves = {"cam_env/cmValues": Curves(np.array([4, 10, 11, 13]), VALUES, FieldInfo())}
    return Snapshot(curves=curves, run={"run": 98, "first": 10}, since=since, rows_at=5.0)


def test_the_newest_map_is_that_of_the_newest_event_assembled() -> None:
    picture = map_of(told(), DETAILS, mean=False)

    assert picture is not None
    np.testing.assert_array_equal(picture.image, [[8, 8, np.nan, 6, 6]])
    assert (picture.unit, picture.count, picture.header["seq"], picture.arrived) == ("ADU", 1, 13, 5.0)


@pytest.mark.parametrize(("since", "first"), [(None, 1), (Since(first=11, time=0.0, author=""), 2)])
def test_the_mean_is_that_of_the_runs_events_from_where_means_have_begun(since: Since | None, first: int) -> None:
    picture = map_of(told(since), DETAILS, mean=True)

    assert picture is not None
    left, right = np.nanmean(VALUES[first:], axis=0)
    np.testing.assert_array_equal(picture.image, np.array([[left, left, np.nan, right, right]], np.float32))
    assert picture.count == 4 - first
    assert picture.header.get("first") == (None if since is None else since.first)


def test_without_anything_told_there_is_no_map() -> None:
    assert map_of(Snapshot(run={"first": 0}), DETAILS, mean=True) is None


def test_the_map_is_the_same_object_until_time_has_passed_and_there_is_another() -> None:
    now = [0.0]
    modes = CommonModes(lambda: now[0])
    first = modes.picture(told(), DETAILS, mean=False)
    more = Curves(np.array([14]), np.array([[0.0, 0.0]]), FieldInfo())
    later = Snapshot(curves={"cam_env/cmValues": more}, run={"run": 98, "first": 10}, rows_at=6.0)

    assert modes.picture(later, DETAILS, mean=False) is first
    now[0] = 1.0
    second = modes.picture(later, DETAILS, mean=False)
    assert second is not None
    assert second.header["seq"] == 14
    now[0] = 2.0
    assert modes.picture(later, DETAILS, mean=False) is second
