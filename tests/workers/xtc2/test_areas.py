"""Area detectors of LCLS-II: segments become frames, and frames go through the chains, features and sums that LCLS-I has."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.reader.sources.xtc2_files import Xtc2FileSource
from monitor.settings import Settings, parse
from monitor.xtc2.names import FieldType
from monitor.xtc2.write import Layout, names, shapes_data
from tests.support.xtc2_bytes import at
from tests.support.xtc2_rows import results_of
from workers.pipeline import Result
from workers.xtc2.detectors.epix10ka import control_bits

F = FieldType


def camera(segment: int) -> Layout:
    """One of the cameras that together are a detector."""
    return Layout(
        names_id=0x120 + segment,
        det_type="opal",
        det_name="cam",
        segment=segment,
        version=(2, 0, 0),
        fields={"image": (F.UINT16, 2)},
    )


def picture(segment: int, number: int, *, rows: int = 2, damage: int = 0) -> bytes:
    """``rows`` x 3 pixels, all ``number``."""
    return shapes_data(camera(segment), {"image": np.full((rows, 3), number)}, damage=damage)


def run(folder: Path, *streams: Sequence[bytes], settings: Settings | None = None, max_events: int = 50) -> list[Result]:
    """Results of a run with these streams."""
    paths = [folder / f"synth0001-r0007-s{number:03d}-c000.xtc2" for number in range(len(streams))]
    for path, datagrams in zip(paths, streams, strict=True):
        path.write_bytes(b"".join(datagrams))
    return list(results_of(Xtc2FileSource(paths), settings or Settings(), max_events))


def sums(results: list[Result], name: str = "cam/full_sum") -> list[float]:
    """A column over all events; NaN where it is absent."""
    found = [result.rows.columns.get(name) for result in results]
    parts = [
        [np.nan] * result.rows.count if column is None else column.filled().tolist()
        for result, column in zip(results, found, strict=True)
    ]
    return [value for part in parts for value in part]


def test_segments_of_several_streams_are_one_frame(tmp_path: Path) -> None:
    streams = [[at(2, 1, names(camera(n))), *(at(12, 10 + i, picture(n, 10 * n + i)) for i in range(3))] for n in range(2)]
    (result,) = run(tmp_path, *streams)
    assert sums([result]) == [60.0, 72.0, 84.0]
    assert result.sums["cam_calib@rest"].arrays["total"].tolist() == [[[3.0] * 3] * 2, [[33.0] * 3] * 2]


def test_the_order_of_panels_is_that_of_segment_numbers_not_of_streams(tmp_path: Path) -> None:
    streams = [[at(2, 1, names(camera(n))), at(12, 10, picture(n, n))] for n in (5, 2)]
    (result,) = run(tmp_path, *streams)
    assert result.sums["cam_calib@rest"].arrays["total"][:, 0, 0].tolist() == [2.0, 5.0]


def test_a_frame_without_all_of_its_segments_is_absent_and_told(tmp_path: Path) -> None:
    events = [
        at(12, 10, picture(0, 1), picture(1, 1)),
        at(12, 11, picture(0, 1)),
        at(12, 12, picture(0, 1), picture(1, 1, damage=1)),
    ]
    (result,) = run(tmp_path, [at(2, 1, names(camera(0)), names(camera(1))), *events])
    assert sums([result])[0] == 12.0
    assert np.isnan(sums([result])[1:]).all()
    assert result.trouble["cam: frame without all of its segments"] == 2


@pytest.mark.parametrize("max_events", [1, 2, 50])
def test_a_frame_of_another_size_is_absent_however_events_are_cut_into_batches(tmp_path: Path, max_events: int) -> None:
    events = [at(12, 10 + i, picture(0, i, rows=rows)) for i, rows in enumerate((2, 3, 2))]
    results = run(tmp_path, [at(2, 1, names(camera(0))), *events], max_events=max_events)
    np.testing.assert_array_equal(sums(results), [0.0, np.nan, 12.0])
    assert sum(result.trouble["cam: frame of the wrong size"] for result in results) == 1


def test_a_frame_with_the_same_bytes_in_other_dimensions_is_of_the_wrong_size(tmp_path: Path) -> None:
    turned = shapes_data(camera(0), {"image": np.zeros((3, 2))})
    results = run(tmp_path, [at(2, 1, names(camera(0))), at(12, 10, picture(0, 1)), at(12, 11, turned)])
    np.testing.assert_array_equal(sums(results), [6.0, np.nan])


def test_of_two_frames_in_one_event_the_first_counts(tmp_path: Path) -> None:
    assert sums(run(tmp_path, [at(2, 1, names(camera(0))), at(12, 10, picture(0, 1), picture(0, 2))])) == [6.0]


def test_a_detector_the_settings_do_not_name_is_left_alone_and_a_missing_one_is_told_once(tmp_path: Path) -> None:
    settings = parse({"detector": [{"name": "other"}]})
    stream = [at(2, 1, names(camera(0))), at(12, 10, picture(0, 1)), at(6, 11), at(12, 12, picture(0, 1))]
    results = run(tmp_path, stream, settings=settings)
    assert not any("cam/full_sum" in result.rows.columns for result in results)
    assert [dict(result.trouble) for result in results] == [{"other: this run has no source 'other'": 1}, {}]


def test_constants_and_features_of_the_settings_hold(tmp_path: Path) -> None:
    np.savez(tmp_path / "constants.npz", pedestals=np.full((2, 3), 4.0))
    detector = {"name": "pump", "source": "cam", "constants": str(tmp_path / "constants.npz")}
    feature = {"kind": "ROIFunc", "name": "ROI_0", "ROI": [[0, 1], [0, 2]]}
    settings = parse({"detector": [detector | {"feature": [feature]}]})
    results = run(tmp_path, [at(2, 1, names(camera(0))), at(12, 10, picture(0, 7))], settings=settings)
    assert sums(results, "pump/ROI_0_sum") == [6.0]
    assert results[0].config["pump/ped"].tolist() == [[4.0] * 3] * 2


JUNGFRAU = Layout(
    names_id=0x130,
    det_type="jungfrau",
    det_name="jf",
    version=(0, 2, 0),
    fields={"raw": (F.UINT16, 3), "frame_cnt": (F.UINT64, 0)},
)


def test_words_of_a_jungfrau_choose_their_own_gain(tmp_path: Path) -> None:
    raw = np.full((1, 512, 1024), 1000, np.uint16)
    raw[0, 0, :4] = [1000, 1000 | 1 << 14, 1000 | 3 << 14, 1000 | 2 << 14]
    shape = (3, 1, 512, 1024)
    planes = np.ones(shape, np.float32) * np.array([1, 2, 3], np.float32)[:, None, None, None]
    np.savez(tmp_path / "constants.npz", pedestals=100 * planes, pixel_gain=planes)
    settings = parse(
        {
            "detector": [
                {
                    "name": "jf",
                    "constants": str(tmp_path / "constants.npz"),
                    "common_mode": 0,
                    "feature": [{"kind": "ROIFunc", "name": "ROI_0", "ROI": [[0, 1], [0, 1], [0, 4]], "writeArea": True}],
                }
            ]
        }
    )
    event = at(12, 10, shapes_data(JUNGFRAU, {"raw": raw, "frame_cnt": 77}))
    (result,) = run(tmp_path, [at(2, 1, names(JUNGFRAU)), event], settings=settings)
    area = result.rows.columns["jf/ROI_0_area"].values.reshape(-1)
    # (1000 - 100) / 1, (1000 - 200) / 2, (1000 - 300) / 3, and the invalid code passes through.
    np.testing.assert_allclose(area, [900.0, 400.0, 700 / 3, 1000.0], rtol=1e-6)
    assert result.rows.columns["jf/frame_cnt"].values.tolist() == [77]


def test_bits_of_an_epix10ka_lie_as_its_asics_are_mounted() -> None:
    pixels = np.zeros((4, 178, 192), np.uint8)
    for asic in range(4):
        pixels[asic, 0, 0] = 4 | 3
    bits = control_bits({"asicPixelConfig": pixels, "trbit": np.array([1, 0, 0, 0])})
    # ASICs 2 and 1 above, turned by half a turn, 3 and 0 below; only ASIC 0 has its trbit; bits 0 and 1 do not count.
    corners = [(175, 191), (175, 383), (176, 0), (176, 192)]
    assert [(int(row), int(column)) for row, column in np.argwhere(bits & 4)] == corners
    assert {place: bool(bits[place] & 16) for place in corners} == dict(zip(corners, (False, False, False, True), strict=True))


EPIX = Layout(
    names_id=0x140, det_type="epix10ka", det_name="epix", version=(2, 0, 1), fields={"raw": (F.UINT16, 2), "aux": (F.UINT16, 2)}
)
EPIX_CONFIG = Layout(
    names_id=0x141,
    det_type="epix10ka",
    det_name="epix",
    algorithm="config",
    fields={"asicPixelConfig": (F.UINT8, 3), "trbit": (F.UINT8, 1)},
)


NO_COMMON_MODE = (7, 0, 10, 10)
"""The facility's algorithm for gain ranges, with none of its steps."""


def epix_event(raw: NDArray[np.uint16]) -> bytes:
    return at(12, 10, shapes_data(EPIX, {"raw": raw, "aux": np.zeros((4, 384))}))


def epix_configure(bits: int, trbit: int) -> bytes:
    values: dict[str, Any] = {"asicPixelConfig": np.full((4, 176, 192), bits), "trbit": [trbit] * 4}
    return at(2, 1, names(EPIX), names(EPIX_CONFIG), shapes_data(EPIX_CONFIG, values))


@pytest.mark.parametrize(
    ("bits", "trbit", "modes"), [(12, 1, (0, 0)), (12, 0, (1, 1)), (8, 0, (2, 2)), (0, 1, (3, 5)), (0, 0, (4, 6))]
)
def test_the_configuration_of_an_epix10ka_chooses_its_gain_mode(
    tmp_path: Path, bits: int, trbit: int, modes: tuple[int, int]
) -> None:
    raw = np.full((352, 384), 5000, np.uint16)
    raw[:, 1] |= 1 << 14
    ranges = np.arange(7, dtype=np.float32)[:, None, None] * np.ones((352, 384), np.float32)
    np.savez(tmp_path / "constants.npz", pedestals=100 * ranges, pixel_gain=1 + ranges, common_mode=NO_COMMON_MODE)
    feature = {"kind": "ROIFunc", "name": "ROI_0", "ROI": [[0, 1], [0, 2]], "writeArea": True}
    detector = {"name": "epix", "constants": str(tmp_path / "constants.npz"), "feature": [feature]}
    results = run(tmp_path, [epix_configure(bits, trbit), epix_event(raw)], settings=parse({"detector": [detector]}))
    area = results[0].rows.columns["epix/ROI_0_area"].values.reshape(-1)
    np.testing.assert_allclose(area, [(5000 - 100 * mode) / (1 + mode) for mode in modes], rtol=1e-6)


def test_an_epix10ka_without_configuration_gives_no_frames_and_says_why(tmp_path: Path) -> None:
    (result,) = run(tmp_path, [at(2, 1, names(EPIX)), epix_event(np.zeros((352, 384), np.uint16))])
    assert not any(name.startswith("epix/full") for name in result.rows.columns)
    assert result.trouble["epix: the configuration of a panel does not tell the gains of its pixels"] == 1


def test_a_new_configuration_is_followed(tmp_path: Path) -> None:
    raw = np.full((352, 384), 5000, np.uint16)
    ranges = np.arange(7, dtype=np.float32)[:, None, None] * np.ones((352, 384), np.float32)
    np.savez(tmp_path / "constants.npz", pedestals=100 * ranges, common_mode=NO_COMMON_MODE)
    detector = {
        "name": "epix",
        "constants": str(tmp_path / "constants.npz"),
        "feature": [{"kind": "wholeFrame"}],
    }
    update = shapes_data(EPIX_CONFIG, {"asicPixelConfig": np.full((4, 176, 192), 12), "trbit": [0] * 4})
    later = at(12, 20, shapes_data(EPIX, {"raw": raw, "aux": np.zeros((4, 384))}))
    stream = [epix_configure(12, 1), epix_event(raw), at(6, 15, update), later]
    results = run(tmp_path, stream, settings=parse({"detector": [detector]}))
    assert sums(results, "epix/full_mean") == [5000.0, 4900.0]
