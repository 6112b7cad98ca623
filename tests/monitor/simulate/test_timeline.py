import numpy as np

from monitor.simulate.options import Options
from monitor.simulate.timeline import Timeline

SETUP = Options(steps=61, events=240, streams=2, chunk_size=0, rate=120.0, damage=0.0, detector="").over(Options())


def test_fiducials_count_by_three_and_wrap_before_131040() -> None:
    timeline = Timeline(SETUP)
    fiducials = np.concatenate([timeline.shots(step, 0, 240).fiducials for step in range(61)])
    within = np.diff(fiducials.reshape(61, 240), axis=1)
    assert set(np.unique(within % 131040)) == {3}
    assert (fiducials < 131040).all()
    assert (np.diff(fiducials) < 0).sum() == 1


def test_time_follows_the_fiducials() -> None:
    shots = Timeline(SETUP).shots(3, 10, 14)
    assert np.abs(np.diff(shots.time_ns) - 1e9 / 120).max() < 2


def test_vector_counts_events_and_says_the_stream() -> None:
    shots = Timeline(SETUP).shots(2, 0, 5)
    assert shots.vector.tolist() == [480, 481, 482, 483, 484]
    assert shots.streams.tolist() == [0, 1, 0, 1, 0]


def test_events_do_not_depend_on_how_a_step_is_cut() -> None:
    timeline = Timeline(SETUP)
    whole = timeline.shots(1, 0, 20)
    parts = [timeline.shots(1, 0, 7), timeline.shots(1, 7, 20)]
    for name in ("numbers", "pulses", "time_ns", "fiducials", "vector", "streams"):
        np.testing.assert_array_equal(getattr(whole, name), np.concatenate([getattr(part, name) for part in parts]))


def test_transitions_enclose_their_events_in_time() -> None:
    timeline = Timeline(SETUP)
    times = [timeline.configure(), timeline.begin_run()]
    for step in range(SETUP.steps):
        shots = timeline.shots(step, 0, SETUP.events)
        times += [timeline.begin_step(step), timeline.enable(step), *shots.time_ns[[0, -1]].tolist()]
        times += [timeline.disable(step), timeline.end_step(step)]
    times.append(timeline.end_run())
    assert times == sorted(set(times))


def test_a_pause_fits_between_two_pulses() -> None:
    timeline = Timeline(SETUP)
    shots = timeline.shots(0, 0, 2)
    disable, enable = timeline.pause(timeline.shots(0, 0, 1))
    assert shots.time_ns[0] < disable < enable < shots.time_ns[1]
