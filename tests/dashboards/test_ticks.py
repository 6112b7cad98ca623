"""Boxes to tick: what a person ticks is told once, what the page ticks is not."""

import pytest

from dashboards.ticks import Ticks


class Heard(Ticks):
    """Keeps what it tells."""

    def __init__(self, most: int = 9) -> None:
        self.told: list[tuple[str, ...]] = []
        super().__init__("Things", self.told.append, most)

    @property
    def boxes(self) -> list[tuple[str, bool]]:
        return [(text, i in self._boxes.active) for i, text in enumerate(self._boxes.labels)]

    def tick(self, *active: int) -> None:
        """As the browser does."""
        self._boxes.active = list(active)


def test_what_a_person_ticks_is_told_by_name() -> None:
    ticks = Heard()
    ticks.offer(["a", "b", "c"], ["b"])
    ticks.tick(1, 2)

    assert ticks.told == [("b", "c")]
    assert ticks.boxes == [("a", False), ("b", True), ("c", True)]


def test_a_change_of_the_offer_tells_nothing_and_keeps_what_is_ticked() -> None:
    ticks = Heard()
    ticks.offer(["a", "b"], ["b"])
    ticks.offer(["c", "a"], ticks.value)

    assert ticks.told == []
    assert ticks.boxes == [("c", False), ("a", False), ("b", True)]


def test_one_tick_too_many_is_taken_back() -> None:
    ticks = Heard(most=1)
    ticks.offer(["a", "b"], ["a"])
    ticks.tick(0, 1)

    assert ticks.told == []
    assert ticks.boxes == [("a", True), ("b", False)]


@pytest.mark.parametrize("offered", [[], ["a"]])
def test_the_title_stands_there_only_with_boxes(offered: list[str]) -> None:
    ticks = Heard()
    ticks.offer(offered, [])

    assert ticks.model.children[0].visible == bool(offered)
