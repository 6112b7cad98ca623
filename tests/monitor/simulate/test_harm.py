import numpy as np

from monitor.simulate.contribution import Group, Source, contribution, process
from monitor.simulate.harm import KINDS, harm
from monitor.xtc.header import Level

EVENTS = 2000
NUMBERS = np.arange(100, 100 + EVENTS)
SEGMENT = process(Level.SEGMENT, 1, (1, 2, 3, 4))


def groups() -> list[Group]:
    diode = contribution(Source(1 << 24, 8), 0x10016, np.zeros((EVENTS, 4), np.uint8))
    ebeam = contribution(Source(6 << 24, 0), 0x1000F, np.zeros((EVENTS, 8), np.uint8))
    updates = contribution(Source(1 << 24, 9), 0x1000D, np.zeros((EVENTS, 24), np.uint8), holds=1)
    return [Group(SEGMENT, [diode]), Group(SEGMENT, [ebeam]), Group(SEGMENT, [updates])]


def test_no_fraction_no_harm() -> None:
    assert len(harm(groups(), NUMBERS, 0.0, np.random.default_rng(1))) == 0


def test_about_the_stated_fraction_is_harmed_in_every_way() -> None:
    done = harm(groups(), NUMBERS, 0.1, np.random.default_rng(1))
    assert abs(len(done) - 200) < 5 * np.sqrt(200)
    assert {KINDS[kind] for kind in done["kind"]} == set(KINDS)


def test_the_record_names_exactly_what_was_done() -> None:
    harmed = groups()
    done = harm(harmed, NUMBERS, 0.1, np.random.default_rng(2))
    for g, group in enumerate(harmed):
        here = done[done["group"] == g]
        torn = group.incomplete if group.incomplete is not None else np.zeros(EVENTS, bool)
        assert NUMBERS[torn].tolist() == here["event"][here["kind"] == 1].tolist()
        assert NUMBERS[group.parts[0].absent].tolist() == here["event"][here["kind"] == 0].tolist()
        assert NUMBERS[group.parts[0].damage > 0].tolist() == here["event"][here["kind"] == 2].tolist()


def test_half_valid_beam_data_say_what_is_not_valid() -> None:
    harmed = groups()
    harm(harmed, NUMBERS, 0.5, np.random.default_rng(3))
    ebeam = harmed[1].parts[0]
    np.testing.assert_array_equal(ebeam.rows[:, 0], ebeam.damage >> 14 & 1)
