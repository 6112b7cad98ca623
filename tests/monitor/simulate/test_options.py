import pytest

from monitor.errors import ConfigError
from monitor.simulate.options import Options

DEFAULTS = Options(steps=61, events=240, streams=2, chunk_size=0, rate=120.0, damage=0.0, detector="")


def test_what_is_left_out_is_the_scenarios_choice() -> None:
    setup = Options(events=7).over(DEFAULTS)
    assert (setup.steps, setup.events, setup.streams) == (61, 7, 2)


@pytest.mark.parametrize(("rate", "pulses"), [(120.0, 3), (360.0, 1), (60.0, 6), (10.0, 36)])
def test_a_rate_becomes_whole_pulses_between_events(rate: float, pulses: int) -> None:
    assert Options(rate=rate).over(DEFAULTS).spacing == pulses


def test_a_rate_that_no_pulse_train_has_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"100 events/s does not divide.*'90'"):
        Options(rate=100.0).over(DEFAULTS)


def test_a_run_that_memory_cannot_hold_is_refused() -> None:
    with pytest.raises(ConfigError, match="at most 10000000 events"):
        Options(steps=100_000, events=1_000_000).over(DEFAULTS)


@pytest.mark.parametrize(
    "wrong",
    [
        Options(steps=0),
        Options(events=-1),
        Options(streams=81),
        Options(damage=1.5),
        Options(rate=0.0),
        Options(seed=-1),
        Options(pace=-1.0),
        Options(chunk_size=-1),
    ],
)
def test_numbers_that_no_run_can_have_are_refused(wrong: Options) -> None:
    with pytest.raises(ConfigError, match="must lie between"):
        wrong.over(DEFAULTS)
