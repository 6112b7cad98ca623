import numpy as np

from dashboards.spread import chosen, is_among


def test_events_that_are_chosen_are_evenly_spread_and_of_every_state_of_the_laser() -> None:
    for events, most in ((1000, 100), (1000, 500), (7201, 33)):
        found = chosen(events, most)

        assert len(found) == most
        assert np.diff(found).max() <= 3 * events / most
        for period in (2, 3, 4):
            shares = np.bincount(found % period, minlength=period) / most
            np.testing.assert_allclose(shares, 1 / period, atol=0.1)


def test_all_are_chosen_where_they_fit() -> None:
    assert chosen(3, 3).tolist() == [0, 1, 2]
    assert chosen(0, 3).tolist() == []


def test_one_of_twice_as_many_is_one_of_these() -> None:
    places = np.arange(1000)
    for every in (1, 2, 4, 8):
        assert set(places[is_among(places, 2 * every)]) <= set(places[is_among(places, every)])
