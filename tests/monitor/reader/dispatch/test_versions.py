"""Contents of constants make versions of the settings: the first are part of the first version, others make new ones."""

from monitor.reader.dispatch.machine import Dispatch
from monitor.settings import Settings
from monitor.wire.client_note import Control
from monitor.wire.worker_note import Hello, Pipeline

OLD, NEW = {"/calib/0-end.data": "a" * 64}, {"/calib/0-end.data": "b" * 64}


def begun(*, committed: int = 0, settings: Settings | None = None) -> Dispatch:
    dispatch = Dispatch(settings or Settings(), live=False, constants=lambda settings: NEW)
    dispatch.begin(0.0, 0.0, "me")
    dispatch.hello(b"aggregator", Hello(role="aggregator", committed=committed), 0.0)
    return dispatch


def told(dispatch: Dispatch, constants: dict[str, str]) -> tuple[int, str, dict[str, str]]:
    dispatch.calibrated(constants, 1.0, 2.0)
    return in_force(dispatch.pipeline)


def in_force(note: Pipeline) -> tuple[int, str, dict[str, str]]:
    return note.version, note.author, note.settings["constants"]


def test_the_first_contents_belong_to_the_first_version() -> None:
    assert told(begun(), OLD) == (1, "me", OLD)


def test_other_contents_make_a_version_of_the_calibration() -> None:
    dispatch = begun()
    told(dispatch, OLD)
    assert told(dispatch, OLD) == (1, "me", OLD)
    assert told(dispatch, NEW) == (2, "calibration", NEW)
    assert told(dispatch, {}) == (3, "calibration", {})


def test_a_version_that_durable_rows_name_is_not_changed_any_more() -> None:
    assert told(begun(committed=5), OLD) == (2, "calibration", OLD)


def test_a_restarted_reader_goes_on_with_the_version_that_has_these_contents() -> None:
    assert told(begun(committed=5, settings=Settings(constants=OLD)), OLD) == (1, "me", OLD)


def test_settings_that_a_client_changes_name_the_contents_they_use() -> None:
    dispatch = begun()
    note = Control(request=1, changes=({"path": "calib_directory", "value": "/other"},), author="you")
    dispatch.control(b"client", note, 1.0, 2.0)
    assert in_force(dispatch.pipeline) == (2, "you", NEW)
