"""Pictures are made once for all who look, one at a time is under way to each, and who is hidden costs nothing."""

import json
import threading
import weakref
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest

from dashboards.pictures.details import Details
from dashboards.pictures.encode import LENGTH
from dashboards.pictures.gallery import Gallery
from dashboards.pictures.hub import HIDDEN_S, Hub, Viewer
from dashboards.pictures.wish import Wish
from dashboards.snapshot import Picture, Snapshot

LIVE = Wish(detector="d", percentile=0)


class Topics:
    def __init__(self) -> None:
        self.watched: Counter[str] = Counter()

    def watch(self, topic: str) -> None:
        self.watched[topic] += 1

    def unwatch(self, topic: str) -> None:
        self.watched[topic] -= 1
        self.watched += Counter()


class Scene:
    """A hub whose gallery is waited for at every turn."""

    def __init__(self) -> None:
        self.snapshot, self.topics, self.later = Snapshot(), Topics(), list[object]()
        self.gallery = Gallery(self.details)
        self.hub = Hub(lambda: self.snapshot, self.gallery, self.topics, lambda action: self.later.append(action))
        self.got: dict[Viewer, list[bytes]] = {}
        self.told: dict[Viewer, list[float]] = {}

    def details(self, detector: str) -> Details | None:
        return Details(detector, (1, 2), np.array([[0, 1]], np.int32), {"gain": np.array([[2.0, 4.0]])})

    def viewer(self) -> Viewer:
        got: list[bytes] = []
        told: list[float] = []

        def take(content: str | bytes) -> None:
            if isinstance(content, bytes):
                got.append(content)
            else:
                told.append(json.loads(content)["now"])

        viewer = Viewer(take)
        self.got[viewer], self.told[viewer] = got, told
        self.hub.enter(viewer)
        return viewer

    def publish(self, values: list[list[float]]) -> None:
        self.snapshot = Snapshot(pictures={"frame/d": Picture(np.array(values, np.float32), "keV", 1, {"seq": 3}, 7.5)})

    def run(self, now: float = 0.0) -> None:
        self.hub.step(now)
        self.gallery._thread.submit(int).result()
        while self.later:
            self.later.pop(0)()  # type: ignore[operator]


@pytest.fixture
def scene() -> Iterator[Scene]:
    scene = Scene()
    yield scene
    scene.gallery.close()


def opened(data: bytes) -> tuple[dict[str, object], list[int]]:
    (length,) = LENGTH.unpack_from(data)
    return json.loads(data[4 : 4 + length]), [*data[4 + length :]]


def test_a_picture_has_the_published_values_as_levels(scene: Scene) -> None:
    viewer = scene.viewer()
    scene.publish([[0, 254], [127, np.nan]])
    scene.hub.wish(viewer, LIVE, 0.0)
    scene.run()

    header, levels = opened(scene.got[viewer][0])

    assert levels == [1, 255, 128, 0]
    assert (header["low"], header["high"], header["size"], header["seq"], header["at"]) == (0, 254, [2, 2], 3, 7.5)


def test_the_next_picture_waits_until_the_last_one_is_drawn(scene: Scene) -> None:
    viewer = scene.viewer()
    scene.hub.wish(viewer, LIVE, 0.0)
    for value in range(3):
        scene.publish([[value]])
        scene.run()
    assert len(scene.got[viewer]) == 1

    scene.hub.drawn(viewer, 0.1)
    scene.run()

    assert [opened(data)[0]["low"] for data in scene.got[viewer]] == [0, 2]


def test_colours_do_not_tremble_with_the_noise_and_follow_what_changes(scene: Scene) -> None:
    viewer, wish = scene.viewer(), Wish(detector="d", percentile=1, size=(2, 2))
    scene.hub.wish(viewer, wish, 0.0)
    for factor in (1, 1.01, 0.99, 3):
        scene.publish([[0, 50], [60, 100 * factor]])
        scene.run()
        scene.hub.drawn(viewer, 0.1)

    first, second, third, fourth = ([opened(data)[0][end] for end in ("low", "high")] for data in scene.got[viewer])

    assert first == second == third
    assert fourth[1] == pytest.approx(np.percentile([0, 50, 60, 300], 99), rel=1e-6)


def test_one_picture_is_made_for_all_who_look_at_the_same(scene: Scene) -> None:
    viewers = [scene.viewer() for _ in range(20)]
    scene.publish([[1, 2]])
    for viewer in viewers:
        scene.hub.wish(viewer, LIVE, 0.0)
    scene.run()

    assert scene.gallery.made == 1
    assert len({scene.got[viewer][0] for viewer in viewers}) == 1


def test_what_was_seen_is_not_sent_again(scene: Scene) -> None:
    viewer = scene.viewer()
    scene.publish([[1]])
    scene.hub.wish(viewer, LIVE, 0.0)
    for _ in range(3):
        scene.run()
        scene.hub.drawn(viewer, 0.0)

    assert len(scene.got[viewer]) == 1


def test_who_is_hidden_has_nothing_fetched_until_he_looks_again(scene: Scene) -> None:
    viewer = scene.viewer()
    scene.publish([[1]])
    scene.hub.wish(viewer, LIVE, 0.0)
    scene.run(0.0)
    assert scene.topics.watched == {"frame/d": 1}

    scene.run(HIDDEN_S + 1)
    assert not scene.topics.watched

    scene.hub.drawn(viewer, HIDDEN_S + 2)
    assert scene.topics.watched == {"frame/d": 1}


def test_who_is_hidden_keeps_no_memory_of_others_but_what_he_looked_at(scene: Scene) -> None:
    viewer = scene.viewer()
    scene.publish([[1, 2]])
    sent = scene.snapshot.pictures["frame/d"]
    scene.hub.wish(viewer, LIVE, 0.0)
    scene.run(0.0)
    assert viewer.shown is not None
    assert viewer.shown.picture is sent

    scene.run(HIDDEN_S + 1)
    first = viewer.shown
    scene.run(HIDDEN_S + 2)

    assert viewer.shown is first
    assert not np.shares_memory(first.picture.image, sent.image)
    np.testing.assert_array_equal(first.picture.image, [[1, 2]])
    assert first.data == b""


def test_who_has_drawn_what_is_newest_is_not_searched_for_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = scene.viewer()
    scene.publish([[1]])
    scene.hub.wish(viewer, LIVE, 0.0)
    scene.run(0.0)
    searched: list[Wish] = []
    key = scene.gallery.key
    monkeypatch.setattr(scene.gallery, "key", lambda snapshot, wish: searched.append(wish) or key(snapshot, wish))

    scene.hub.drawn(viewer, 0.1)
    assert not searched
    scene.publish([[2]])
    scene.run(0.2)

    assert len(searched) == 1
    assert len(scene.got[viewer]) == 2


def test_who_leaves_lets_go_of_his_topics(scene: Scene) -> None:
    one, other = scene.viewer(), scene.viewer()
    scene.hub.wish(one, LIVE, 0.0)
    scene.hub.wish(other, Wish(detector="d", kind="difference"), 0.0)
    scene.hub.wish(one, Wish(detector="d", kind="mean"), 0.0)
    scene.hub.leave(other)

    assert scene.topics.watched == {"sum/d/calib": 1}
    scene.hub.leave(one)
    assert not scene.topics.watched
    assert len(scene.hub) == 0


def test_who_left_keeps_no_frame_in_memory(scene: Scene) -> None:
    """Closed sockets are cleared away much later than they close."""
    stays, leaves = scene.viewer(), scene.viewer()
    for viewer in (stays, leaves):
        scene.hub.wish(viewer, LIVE, 0.0)
    scene.publish([[1, 2]])
    image = weakref.ref(scene.snapshot.pictures["frame/d"].image)
    scene.run()
    assert leaves.shown is not None
    scene.hub.drawn(stays, 0.0)
    scene.hub.leave(leaves)
    scene.publish([[3, 4]])
    scene.run()

    assert len(scene.got[stays]) == 2
    assert image() is None


def test_a_gain_map_comes_without_any_topic(scene: Scene) -> None:
    viewer = scene.viewer()
    scene.hub.wish(viewer, Wish(detector="d", kind="gain", percentile=0), 0.0)
    scene.run()

    header, levels = opened(scene.got[viewer][0])
    assert (header["low"], header["high"], levels) == (2, 4, [1, 255])
    assert not scene.topics.watched


def test_old_pictures_are_not_kept(scene: Scene) -> None:
    viewer = scene.viewer()
    scene.hub.wish(viewer, LIVE, 0.0)
    for value in range(50):
        scene.publish([[value]])
        scene.run()
        scene.hub.drawn(viewer, 0.0)
    scene.run()

    assert len(scene.gallery._encoded) == 1


def test_a_browser_is_told_the_time_with_its_first_picture_and_then_once_a_second(scene: Scene) -> None:
    viewer = scene.viewer()
    scene.hub.wish(viewer, LIVE, 100.0)
    for turn in range(13):
        scene.publish([[turn]])
        scene.run(100 + turn / 4)
        scene.hub.drawn(viewer, 100 + turn / 4)

    assert len(scene.got[viewer]) == 13
    assert scene.told[viewer] == [100, 101, 102, 103]


def test_all_who_wait_for_a_picture_are_sent_it_in_one_turn_and_who_left_is_not(scene: Scene) -> None:
    one, other, gone = (scene.viewer() for _ in range(3))
    scene.publish([[1, 2]])
    hold = threading.Event()
    scene.gallery._thread.submit(hold.wait)
    for viewer in (one, other, gone):
        scene.hub.wish(viewer, LIVE, 0.0)
    scene.hub.leave(gone)
    hold.set()
    scene.gallery._thread.submit(int).result()

    assert len(scene.later) == 1
    scene.run()
    assert [len(scene.got[viewer]) for viewer in (one, other, gone)] == [1, 1, 0]
