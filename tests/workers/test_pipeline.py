"""The pipeline on small runs made in memory: defaults, light, sums, pictures, and trouble that stays where it is."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.running import joined, value
from monitor.settings import Settings, parse
from monitor.xtc.header import Level
from monitor.xtc.write import type_word, xtc
from tests.support.camera_run import batch_of, codes, frame, payload, state_with
from workers.features.feature import FEATURES
from workers.pipeline import Pipeline, Result

NAME = "XppEndstation_0_Opal1000_0"
EBEAM = (15, 3)


def pixels(level: int) -> NDArray[np.uint16]:
    return np.arange(12, dtype=np.uint16).reshape(3, 4) + np.uint16(level)


def run(events: list[list[bytes]], settings: dict[str, Any] | None = None, *, show: bool = False) -> Result:
    batch, buffers = batch_of(events, show=show)
    return Pipeline(parse(settings or {}), 4).process(batch, buffers, state_with(162, 91))


def column(result: Result, name: str) -> list[Any]:
    """Values with None where there is none."""
    found = result.rows.columns[name]
    return [value.tolist() if has else None for value, has in zip(found.values, found.mask, strict=True)]


def test_every_row_knows_its_event_and_pipeline_version() -> None:
    result = run([[], []])
    assert (result.rows.first, result.rows.count) == (1000, 2)
    assert column(result, "event_time") == [100 << 32 | 5, 101 << 32 | 5]
    assert column(result, "fiducials") == [300, 303]
    assert column(result, "pipeline_version") == [4, 4]


def test_light_follows_the_codes_of_the_event() -> None:
    result = run([[codes(0, 140)], [codes(1, 91)], [codes(2, 162)], [codes(9, 91)], []])
    assert column(result, "lightStatus/xray") == [1, 1, 0, -1, -1]
    assert column(result, "lightStatus/laser") == [1, 0, 1, -1, -1]
    assert column(result, "evr/code_91") == [0, 1, 0, 0, None]


def test_epics_values_hold_until_they_change() -> None:
    result = run([[], [], []])
    assert column(result, "epicsAll/motor") == [1.0, 1.0, 1.0]
    np.testing.assert_array_equal(column(result, "epicsAll/OTHER_PV"), [np.nan, 5.0, 5.0])


def test_a_source_that_is_missing_is_absent_and_not_zero() -> None:
    ebeam = payload(Level.REPORTER, 0, EBEAM, {"ebeamCharge": 0.25})
    result = run([[ebeam], []])
    assert column(result, "ebeam/charge") == [0.25, None]
    assert column(result, "damage/EBeam") == [1, 0]


def test_user_damage_of_the_beam_costs_only_the_named_values() -> None:
    some = payload(Level.REPORTER, 0, EBEAM, {"damageMask": 0b10, "ebeamCharge": 0.25, "ebeamL3Energy": 9.0}, 0x05004000)
    silent = payload(Level.REPORTER, 0, EBEAM, {"ebeamCharge": 0.25}, 0x4000)
    result = run([[some], [silent]])
    assert column(result, "ebeam/charge") == [0.25, None]
    assert column(result, "ebeam/L3_energy") == [None, None]


def test_what_cannot_be_read_is_named_counted_and_contained() -> None:
    good = payload(Level.REPORTER, 0, EBEAM, {"ebeamCharge": 0.5})
    damaged = payload(Level.REPORTER, 0, EBEAM, {"ebeamCharge": 0.5}, 0x2000)
    short = xtc(level=Level.REPORTER, physical=0, contains=type_word(*EBEAM), payload=bytes(8))
    unknown = xtc(level=Level.REPORTER, physical=2, contains=type_word(999, 1), payload=bytes(8))
    result = run([[good], [damaged], [short], [unknown, good]])
    assert column(result, "ebeam/charge") == [0.5, None, None, 0.5]
    assert result.trouble == {
        "damaged EBeam EBeamBld": 1,
        "undecodable EBeam EBeamBld": 1,
        "unknown type 999 version 1 of FEEGasDetEnergy": 1,
    }


def test_the_first_of_two_payloads_counts() -> None:
    first, second = (payload(Level.REPORTER, 0, EBEAM, {"ebeamCharge": charge}) for charge in (0.5, 0.75))
    result = run([[first, second]])
    assert column(result, "ebeam/charge") == [0.5]
    assert result.trouble == {"payload sent twice in one event": 1}


def test_an_area_detector_needs_no_settings() -> None:
    result = run([[frame(pixels(0))], [], [frame(pixels(10))]], show=True)
    assert column(result, f"{NAME}/full_sum") == [66.0, None, 186.0]
    assert column(result, f"{NAME}/full_mean") == [5.5, None, 15.5]
    shown = result.frames[NAME]
    assert shown.seq == 1002
    np.testing.assert_array_equal(shown.image, pixels(10))
    assert shown.index.tolist() == np.arange(12).reshape(3, 4).tolist()
    assert f"{NAME}: no pedestals for XppEndstation-0|Opal1000-0; raw pixels are used" in result.trouble


def test_no_picture_is_made_when_nobody_looks() -> None:
    assert run([[frame(pixels(0))]]).frames == {}


def test_sums_tell_laser_on_from_off_and_leave_out_dropped_shots() -> None:
    shots = [(0, (140,)), (1, (91,)), (2, (140,)), (3, (162,)), (4, ())]
    result = run([[codes(i, *seen), frame(pixels(i))] for i, seen in shots])
    counts = {name: (state.count, float(state.arrays["total"][0, 0])) for name, state in joined(result.sums).items()}
    assert counts == {
        f"{NAME}_calib": (5, 10.0),
        f"{NAME}_calib_laser_on": (2, 2.0),
        f"{NAME}_calib_laser_off": (1, 1.0),
    }


def test_constants_turn_raw_pixels_into_signal(tmp_path: Path) -> None:
    status = np.zeros((3, 4), np.uint16)
    status[0, 0] = 4
    np.savez(tmp_path / "c.npz", pedestal=pixels(0), gain=np.full((3, 4), 2.0), status=status)
    detector = {"name": "cam", "source": "XppEndstation.0:Opal1000.0", "constants": str(tmp_path / "c.npz")}
    result = run([[frame(pixels(10))]], {"detector": [detector]}, show=True)
    expected = np.full((3, 4), 20.0)
    expected[0, 0] = np.nan
    np.testing.assert_array_equal(result.frames["cam"].image, expected)
    assert result.trouble == {}


def test_constants_of_another_size_are_said_and_left_out(tmp_path: Path) -> None:
    np.savez(tmp_path / "c.npz", pedestal=pixels(0), gain=np.ones(5))
    detector = {"name": "cam", "source": "|Opal1000", "constants": str(tmp_path / "c.npz")}
    result = run([[frame(pixels(10))]], {"detector": [detector]}, show=True)
    file = tmp_path / "c.npz"
    assert result.trouble == {f"cam: pixel_gain has 5 numbers, expected are 3 x 4, in {file}; the default is used": 1}
    assert result.frames["cam"].image[0, 0] == 10.0


def test_a_detector_that_the_settings_do_not_name_is_left_alone() -> None:
    result = run([[frame(pixels(0))]], {"detector": [{"name": "cam", "source": "CxiDs1-0|Cspad-0"}]})
    assert result.sums == {}
    assert not any("Opal" in name and "damage" not in name for name in result.rows.columns)


def test_a_detector_that_is_not_in_the_run_is_said_once() -> None:
    pipeline = Pipeline(parse({"detector": [{"name": "cam", "source": "no such alias"}]}), 1)
    batch, buffers = batch_of([[]])
    assert pipeline.process(batch, buffers, state_with(162)).trouble == {"cam: this run has no source 'no such alias'": 1}
    assert pipeline.process(batch, buffers, state_with(162, 91)).trouble == {}


def test_a_detector_may_be_named_by_the_name_of_its_fields() -> None:
    result = run([[frame(pixels(0))]], {"detector": [{"name": NAME, "constants": "none", "feature": [{"kind": "wholeFrame"}]}]})
    assert column(result, f"{NAME}/full_sum") == [66.0]


def test_a_region_of_the_image_gives_the_numbers_of_its_pixels() -> None:
    feature = {"kind": "ROIFunc", "name": "spot", "image_ROI": [[1, 3], [2, 9]]}
    detector = {"name": "cam", "source": "|Opal1000", "constants": "none", "feature": [feature]}
    result = run([[frame(pixels(0))]], {"detector": [detector]})
    assert column(result, "cam/spot_sum") == [6 + 7 + 10 + 11]
    assert column(result, "cam/spot_max") == [11]
    assert column(result, "cam/spot_com") == [[(10 + 11) / 34, (7 + 11) / 34]]


def test_a_frame_of_another_size_is_absent_and_counted() -> None:
    result = run([[frame(pixels(0))], [frame(np.ones((5, 5), np.uint16))]])
    assert column(result, f"{NAME}/full_sum") == [66.0, None]
    assert result.trouble[f"{NAME}: frame of the wrong size"] == 1


def test_a_feature_that_raises_costs_its_fields_only(monkeypatch: pytest.MonkeyPatch) -> None:
    features = [{"kind": "ROIFunc", "name": "a"}, {"kind": "wholeFrame", "name": "b"}]
    detector = {"name": "cam", "source": "|Opal1000", "constants": "none", "feature": features}

    def broken(*_: object) -> None:
        raise ZeroDivisionError("by the author")

    monkeypatch.setattr("workers.features.whole_frame.good_sum", broken)
    result = run([[frame(pixels(0))]], {"detector": [detector]})
    assert column(result, "cam/a_sum") == [66.0]
    assert "cam/b_sum" not in result.rows.columns
    assert result.trouble == {"cam/b: ZeroDivisionError: by the author": 1}


def test_a_region_outside_of_the_frame_switches_off_its_feature_only() -> None:
    features = [{"kind": "ROIFunc", "name": "out", "ROI": [[50, 60], [0, 4]]}, {"kind": "wholeFrame"}]
    detector = {"name": "cam", "source": "|Opal1000", "constants": "none", "feature": features}
    result = run([[frame(pixels(0))]], {"detector": [detector]})
    assert column(result, "cam/full_sum") == [66.0]
    (text,) = result.trouble
    assert "detector.cam.feature.out" in text


@pytest.mark.parametrize(
    ("feature", "nearest"),
    [({"kind": "ROIfunc"}, "ROIFunc"), ({"kind": "ROIFunc", "thresADUs": 3}, "thresADU")],
)
def test_a_word_that_is_not_known_is_refused_before_anything_runs(feature: dict[str, Any], nearest: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Pipeline(parse({"detector": [{"name": "cam", "feature": [feature]}]}), 1)
    assert caught.value.nearest == nearest


@pytest.mark.parametrize(
    ("words", "key"),
    [({"common_mode": 9}, "detector.cam.common_mode"), ({"sums": ["calibs"]}, "detector.cam.sums")],
)
def test_a_correction_or_sum_that_is_not_here_is_refused_by_its_key(words: dict[str, Any], key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Pipeline(parse({"detector": [{"name": "cam", **words}]}), 1)
    assert caught.value.key == key


def test_results_do_not_depend_on_how_events_are_cut_into_batches() -> None:
    events = [[codes(i, 91 if i % 2 else 140), frame(pixels(i))] for i in range(6)]
    whole, pipeline = run(events), Pipeline(Settings(), 4)
    parts = []
    for start in range(0, 6, 2):
        batch, buffers = batch_of([[frame(pixels(i))] for i in range(start, start + 2)])
        parts.append(pipeline.process(batch, buffers, state_with(162, 91)))
    joined = [value for part in parts for value in column(part, f"{NAME}/full_sum")]
    assert joined == column(whole, f"{NAME}/full_sum")


def test_every_kernel_is_compiled_by_warming() -> None:
    from workers.features.time_edge import find_edges

    Pipeline(Settings(), 1).warm()
    assert find_edges.signatures  # type: ignore[attr-defined]


def test_a_field_has_its_means_with_the_laser_on_and_off_in_one_sum() -> None:
    events = [[codes(i, *seen), frame(pixels(i))] for i, seen in enumerate([(140,), (91,), (140,), (162,), (91,)])]
    settings = {"sum": [{"field": f"{NAME}/full_mean"}, {"field": "no/such"}]}
    result = run(events, settings)
    state = joined(result.sums)[f"{NAME}_full_mean_onOff"]
    # A frame's mean is 5.5 above its number; shots 0 and 2 are with laser, 1 and 4 without, 3 has no X-rays.
    np.testing.assert_allclose(value(state)[:3], [6.5, 8.0, -1.5])
    assert state.count == 4
    assert not any(name.startswith("no_such") for name in result.sums)


def test_every_feature_kind_refuses_parameters_it_does_not_know() -> None:
    for name, _ in FEATURES.items():
        with pytest.raises(ConfigError, match=r"no such parameter|required"):
            Pipeline(parse({"detector": [{"name": "cam", "feature": [{"kind": name, "no_such_word": 1}]}]}), 1)
