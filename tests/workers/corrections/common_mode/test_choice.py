"""Which common mode a detector gets, and which settings are refused."""

from typing import Any

import pytest

from monitor.errors import ConfigError
from monitor.settings import CommonMode, parse
from workers.corrections.common_mode.algorithm import ALGORITHMS, Situation
from workers.corrections.common_mode.choice import Choice, check, choice, corrector_for

CSPAD = Situation(shape=(32, 185, 388), family="cspad")


def test_a_bare_number_is_a_section_with_defaults() -> None:
    settings = parse(
        {"detector": [{"name": "a", "common_mode": 7}, {"name": "b", "common_mode": {"algorithm": 1, "mean_max": 3}}]}
    )
    first, second = (detector.common_mode for detector in settings.detector)
    assert first == CommonMode(algorithm=7)
    assert second is not None
    assert (second.algorithm, second.parameters) == (1, {"mean_max": 3})


@pytest.mark.parametrize(
    ("wanted", "stored", "family", "expected"),
    [
        (CommonMode(algorithm=5), (1, 25), "cspad", Choice(5, {})),
        (None, (1, 25, 30), "cspad", Choice(1, None, (25, 30))),
        (None, (), "cspad", Choice(0)),
        (None, (), "epix100", Choice(6)),
        (None, (), "pnccd", Choice(3, None, (50, 10, 128))),
        (None, (), "camera", Choice(0)),
        (CommonMode(algorithm=30), (), "cspad", Choice(1, None, (25, 25, 100, 1))),
        (CommonMode(algorithm=30), (5, 10), "cspad", Choice(5, None, (10,))),
    ],
)
def test_settings_come_before_the_file_and_the_file_before_the_family(
    wanted: CommonMode | None, stored: tuple[float, ...], family: str, expected: Choice
) -> None:
    assert choice(wanted, stored, Situation(shape=(32, 185, 388), family=family)) == expected


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ({"algorithm": 9}, "no common mode '9'"),
        ({"algorithm": 180}, "180 takes off the ghost of the event before"),
        ({"algorithm": 7, "cormx": 3}, "did you mean 'cormax'"),
        ({"algorithm": 7, "mode": 9}, "less than or equal to 7"),
        ({"algorithm": 0, "mode": 1}, "no parameters"),
    ],
)
def test_what_cannot_be_is_refused(words: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        check(CommonMode(**words), "detector.det.common_mode")


def test_every_declared_number_passes_the_check_with_its_defaults() -> None:
    for name, _ in ALGORITHMS.items():
        check(CommonMode(algorithm=int(name.split()[-1])), "common_mode")


def test_a_file_that_names_no_algorithm_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match="no common mode '9'"):
        corrector_for(Choice(9), CSPAD)
