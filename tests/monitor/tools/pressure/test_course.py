from monitor.tools.pressure.course import GROWTH_BYTES, Sample, growth, sample_of
from monitor.tools.pressure.trial import held_up

MIB = 1 << 20


def samples(sizes: list[int]) -> list[Sample]:
    return [
        Sample(second=float(n), kind="none", rate_in=120.0, rate_out=120.0, lost=0, waiting=0, memory={"reader": size * MIB})
        for n, size in enumerate(sizes)
    ]


def test_memory_that_grows_until_it_is_warm_is_flat() -> None:
    assert list(growth(samples([10, 50, 90, 200, *[210] * 20]))) == []


def test_memory_that_grows_with_the_run_is_a_complaint() -> None:
    step = GROWTH_BYTES // MIB // 2
    assert list(growth(samples([100 + step * n for n in range(20)]))) == ["reader has grown from 364 to 508 MiB"]


def test_no_samples_no_complaint() -> None:
    assert list(growth([])) == []


def test_a_sender_below_its_rate_was_held_up() -> None:
    assert list(held_up("played 7,200 events at 119.90 /s, 12 dropped because nobody took them", 120.0)) == []
    assert "held up" in next(held_up("played 7,200 events at 100.00 /s, 0 dropped", 120.0))
    assert "did not say" in next(held_up("", 120.0))


def test_a_sample_is_made_of_any_status() -> None:
    assert sample_of({}, 1.0, "none").memory == {}
    status = {"reader": {"rate": 120.0}, "rate": 60.0, "lost": 5, "waiting": 2, "processes": {"reader": {"memory": 7}}}
    found = sample_of(status, 1.0, "slow disk")
    assert (found.rate_in, found.rate_out, found.lost, found.waiting, found.memory) == (120.0, 60.0, 5, 2, {"reader": 7})
