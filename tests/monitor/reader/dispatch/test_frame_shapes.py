"""Shapes that workers tell are believed as far as they can be shapes, and settings are held against them."""

from collections.abc import Mapping
from typing import Any

import pytest

from monitor.errors import ConfigError
from monitor.model.frame_shape import FrameShape
from monitor.reader.dispatch.frame_shapes import Shapes, shapes_of
from monitor.reader.dispatch.instruction import Send
from monitor.reader.dispatch.machine import Dispatch
from monitor.reader.dispatch.pool import Worker
from monitor.settings import Settings
from monitor.wire.client_note import Control
from monitor.wire.worker_note import Heartbeat, Hello

HELLO = Hello(role="worker", name="w", generation=0, pid=1, host="here", credits=4)
CAMERA = {"shape": [64, 512], "image": [64, 512]}


def worker(stats: Any) -> Worker:
    return Worker(peer=b"w", hello=HELLO, last_seen=0.0, progress=0.0, stats=stats)


def test_each_worker_adds_what_it_has_seen() -> None:
    found = shapes_of(
        [worker({"frames": {"opal": CAMERA}}), worker({}), worker({"frames": {"cspad": {**CAMERA, "shape": [2, 3, 4]}}})]
    )
    camera = FrameShape(shape=(64, 512), image=(64, 512))
    assert found == {"opal": camera, "cspad": FrameShape(shape=(2, 3, 4), image=(64, 512))}


def test_ranges_of_what_is_known_of_pixels_are_taken_and_a_trace_has_no_image() -> None:
    told = {"cspad": {**CAMERA, "known": {"x": [-5, 7.5]}}, "trace": {"shape": [400], "image": [], "known": {}}}
    found = shapes_of([worker({"frames": told})])
    assert found["cspad"].known == {"x": (-5.0, 7.5)}
    assert found["trace"] == FrameShape(shape=(400,))


@pytest.mark.parametrize(
    "frames",
    [
        None,
        7,
        {"opal": None},
        {"opal": {"shape": [64, 512]}},
        {"opal": {"shape": [64, -1], "image": [64, 512]}},
        {"opal": {"shape": ["a"], "image": [64, 512]}},
        {"opal": {"shape": [1] * 99, "image": [64, 512]}},
        {"opal": {"shape": [1 << 40], "image": [64, 512]}},
        {"opal": {"shape": [64, 512], "image": [64]}},
        {"opal": {"shape": [1 << 20, 1 << 20], "image": [64, 512]}},
        {"opal": {**CAMERA, "known": [1, 2]}},
        {"opal": {**CAMERA, "known": {"x": [1]}}},
        {"opal": {**CAMERA, "known": {"x": [2, 1]}}},
        {"opal": {**CAMERA, "known": {"x": [0, float("nan")]}}},
        {"opal": {**CAMERA, "known": {"x": ["a", "b"]}}},
    ],
)
def test_what_is_no_shape_is_not_believed(frames: Any) -> None:
    assert shapes_of([worker({"frames": frames})]) == {}


def no_moon(former: Settings, settings: Settings, frames: Shapes) -> None:
    if settings.calib_directory == "/moon" and "opal" in frames:
        raise ConfigError(f"is too far for {frames['opal'].shape}", key="calib_directory")


def answer(dispatch: Dispatch) -> Mapping[str, Any]:
    note = Control(request=5, changes=({"path": "calib_directory", "value": "/moon"},), author="me")
    (reply,) = [
        each.message for each in dispatch.control(b"client", note, 1.0, 2.0) if isinstance(each, Send) and each.peer == b"client"
    ]
    return {"kind": reply.kind, "why": reply.header.get("why", "")}


def test_a_change_that_does_not_fit_is_refused_as_soon_as_a_frame_was_seen() -> None:
    dispatch = Dispatch(Settings(), live=False, fits=no_moon)
    dispatch.begin(0.0, 0.0, "me")
    dispatch.hello(b"w", HELLO, 0.0)
    dispatch.heartbeat(b"w", Heartbeat(name="w", stats={"frames": {"opal": CAMERA}}), 0.5)
    version = dispatch.intake.version
    assert answer(dispatch) == {"kind": "refused", "why": "calib_directory: is too far for (64, 512)"}
    assert dispatch.intake.version == version
    dispatch.heartbeat(b"w", Heartbeat(name="w", stats={}), 0.6)
    assert answer(dispatch)["kind"] == "accepted"
