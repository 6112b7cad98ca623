import numpy as np
import pytest

from monitor.xtc import derive


def spectrum(start: tuple[int, int], end: tuple[int, int]) -> dict:
    names = ("tv_sec", "tv_nsec")
    return {"timeFrameStart": dict(zip(names, start, strict=True)), "timeFrameEnd": dict(zip(names, end, strict=True))}


@pytest.mark.parametrize(
    ("stored", "count"), [(0, 0), (7, 7), (0x7FFFFF, 8388607), (0x800000, -8388608), (0xFFFFFF, -1), (0xAB000001, 1)]
)
def test_encoder_counts_have_24_bits_and_a_sign(stored: int, count: int) -> None:
    assert derive.signed_24("count")({"count": stored}) == count
    assert derive.signed_24_list("count")({"count": np.array([stored, 1], "<u4")}) == [count, 1]


def test_a_frame_that_ends_in_the_next_second_lasts_a_positive_time() -> None:
    assert derive.frame_duration(spectrum((100, 900_000_000), (101, 100_000_000))) == pytest.approx(0.2)


def test_damaged_clocks_subtract_like_the_original() -> None:
    assert derive.frame_duration(spectrum((2, 0), (1, 10**9))) == pytest.approx(2.0**64)


@pytest.mark.parametrize(("source", "number", "register"), [(0, 5, 5), (1, 5, 37), (2, 1, 41), (3, 9, 62), (4, 9, 63), (5, 9, 0)])
def test_an_output_is_driven_by_a_pulse_a_bus_a_prescaler_or_a_level(source: int, number: int, register: int) -> None:
    assert derive.output_map({"source": source, "source_id": number}) == register


@pytest.mark.parametrize(("opcode", "rate"), [(140, 0), (145, 5), (40, 0), (46, 6), (47, 7), (12, 7), (1000, 7)])
def test_the_rate_follows_the_opcode(opcode: int, rate: int) -> None:
    assert derive.beam_rate({"opcode": opcode}) == rate


def test_streak_times_grow_by_the_polynomial_of_the_column() -> None:
    times = derive.streak_times({"calib": np.array([1.0, 0.5, 0.25])})
    assert len(times) == 1344
    assert times[:4].tolist() == [0.0, 1.75, 1.75 + 3.0, 1.75 + 3.0 + 4.75]


def test_channels_lie_one_behind_the_other() -> None:
    config = {"Length": np.array([2, 1]), "SampleType": np.array([1, 0])}
    record = {"config": config, "_int_data": np.array([1, 0, 2, 0, 9], np.uint8)}
    assert [view.tolist() for view in derive.channels(record)] == [[1, 2], [9]]


@pytest.mark.parametrize(("length", "kind"), [(9, 1), (1, 7)])
def test_channels_that_cannot_be_have_no_value(length: int, kind: int) -> None:
    config = {"Length": np.array([length]), "SampleType": np.array([kind])}
    with pytest.raises(KeyError):
        derive.channels({"config": config, "_int_data": np.zeros(5, np.uint8)})


def test_a_clock_written_in_decimal_digits_gives_the_sample_interval() -> None:
    assert derive.sample_interval({"adcClkHalfT": 1, "baseClockFrequency": 0x0A}) == pytest.approx(2e-5)
