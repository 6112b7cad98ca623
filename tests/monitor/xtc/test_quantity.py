"""Physical quantities by formulas written out here, and accessors with arguments."""

from typing import Any

import numpy as np
import pytest

from monitor.errors import DamagedData
from monitor.xtc.decode import decode
from monitor.xtc.encode import encode
from monitor.xtc.layout import Struct
from monitor.xtc.quantity import RULES, accessor, quantities
from monitor.xtc.types import BY_STRUCT
from tests.support.golden_xtc import samples

Record = dict[str, Any]
Configs = dict[tuple[int, int], Record]


def made(name: str, values: Record, configs: Configs | None = None) -> Record:
    """Record of a payload with these values."""
    kind = BY_STRUCT[name]
    return decode(kind, np.frombuffer(encode(kind, values, configs or {}), np.uint8), configs or {})


def config(name: str, values: Record) -> Configs:
    kind = BY_STRUCT[name]
    return {(kind.type_id, kind.version): made(name, values)}


def units(name: str, record: Record, configs: Configs) -> dict[str, tuple[list[Any], str]]:
    return {key: (found.values.tolist(), found.unit) for key, found in quantities(BY_STRUCT[name], record, configs).items()}


def test_waveforms_come_in_volts_and_seconds() -> None:
    verts = [{"fullScale": 2.0, "offset": 0.25}, {"fullScale": 0.5, "offset": -1.0}, *[{}] * 18]
    known = config(
        "Acqiris.ConfigV1",
        {"channelMask": 0b101, "horiz": {"sampInterval": 1e-9, "nbrSamples": 3, "nbrSegments": 2}, "vert": verts},
    )
    stamps = [{"pos": 1e-10}, {"pos": -2e-10}]
    elements = [
        {"indexFirstPoint": 1, "timestamp": stamps, "waveforms": [[64, -64, 32704], [0, 640, -32768]]},
        {"indexFirstPoint": 0, "timestamp": stamps, "waveforms": [[64, 128, 192], [0, 0, 0]]},
    ]
    found = quantities(BY_STRUCT["Acqiris.DataDescV1"], made("Acqiris.DataDescV1", {"data": elements}, known), known)
    assert (found["waveforms"].unit, found["times"].unit) == ("V", "s")
    np.testing.assert_allclose(
        found["waveforms"].values,
        [
            [[64 * 2 / 65536 - 0.25, -64 * 2 / 65536 - 0.25, 32704 * 2 / 65536 - 0.25], [-0.25, 640 * 2 / 65536 - 0.25, -1.25]],
            [[64 * 0.5 / 65536 + 1, 128 * 0.5 / 65536 + 1, 192 * 0.5 / 65536 + 1], [1, 1, 1]],
        ],
        rtol=1e-14,
    )
    times = [[1e-10, 1.1e-9, 2.1e-9], [-2e-10, 0.8e-9, 1.8e-9]]
    np.testing.assert_allclose(found["times"].values, [times, times], rtol=1e-12)


@pytest.mark.parametrize("channels", [0, 1])
def test_samples_without_a_segment_need_no_memory(channels: int) -> None:
    """Found by fuzzing: times of four thousand million samples that the payload does not have."""
    known = config("Acqiris.ConfigV1", {"channelMask": channels, "horiz": {"nbrSamples": 0x7FFFFFFE}, "vert": [{}] * 20})
    record = made("Acqiris.DataDescV1", {"data": [{"waveforms": np.empty((0, 0x7FFFFFFE))}] * channels}, known)
    found = quantities(BY_STRUCT["Acqiris.DataDescV1"], record, known)
    assert sum(quantity.values.size for quantity in found.values()) == 0
    assert len(found) == 2 * channels


def test_encoder_counts_have_a_sign_and_positions_the_users_unit() -> None:
    known = config("UsdUsb.FexConfigV1", {"offset": [10, 0, -5, 0], "scale": [0.5, 1, 2, 1e-3], "name": ["a", "b", "c", "d"]})
    record = made("UsdUsb.DataV1", {"count": [0xFFFFFF, 7, 0x800000, 1000]})
    assert units("UsdUsb.DataV1", record, known)["positions"] == ([4.5, 7, 2 * (-8388608 - 5), 1.0], "1")
    clock = config("Encoder.ConfigV2", {"ticks_per_sec": 33_000_000})
    record = made("Encoder.DataV2", {"timestamp": 66_000_000, "encoder_count": [1, 0xFFFFFE, 0]})
    assert units("Encoder.DataV2", record, clock) == {"counts": ([1, -2, 0], "counts"), "time": (2.0, "s")}


def test_a_quantity_without_its_configuration_is_left_out() -> None:
    record = made("UsdUsb.DataV1", {"count": [1, 2, 3, 4]})
    assert quantities(BY_STRUCT["UsdUsb.DataV1"], record) == {}
    assert set(quantities(BY_STRUCT["Encoder.DataV1"], made("Encoder.DataV1", {"encoder_count": 1}))) == {"counts"}


def test_an_intensity_monitor_has_a_position() -> None:
    record = made("Lusi.IpmFexV1", {"channel": [1, 2, 3, 4], "sum": 10, "xpos": 0.5, "ypos": -0.25})
    assert units("Lusi.IpmFexV1", record, {})["position"] == ([0.5, -0.25], "1")


@pytest.mark.parametrize(("axis", "first"), [(0, 100), (1, 7)])
def test_projections_of_the_time_tool_know_their_pixels(axis: int, first: int) -> None:
    known = config(
        "TimeTool.ConfigV2",
        {
            "project_axis": axis,
            "write_projections": 1,
            "subtract_sideband": 1,
            "sig_roi_lo": {"column": 100, "row": 7},
            "sig_roi_hi": {"column": 102, "row": 9},
            "sb_roi_lo": {"column": 5, "row": 5},
            "sb_roi_hi": {"column": 6, "row": 6},
        },
    )
    values = {"position_pixel": 101.5, "position_time": 0.75, "projected_signal": [5, 6, 7], "projected_sideband": [1, 2]}
    found = units("TimeTool.DataV2", made("TimeTool.DataV2", values, known), known)
    assert found["signal"] == ([5, 6, 7], "counts")
    assert found["signal_pixels"] == ([first, first + 1, first + 2], "pixel")
    assert found["sideband_pixels"] == ([5, 6], "pixel")
    assert found["reference"] == ([], "counts")
    assert (found["edge"], found["edge_time"]) == ((101.5, "pixel"), (0.75, "ps"))


def test_a_spectrum_is_corrected_pixel_by_pixel() -> None:
    terms = [1.0, 1e-5, 1e-9, 0, 0, 0, 0, 1e-35]
    known = config("OceanOptics.ConfigV2", {"nonlinCorrect": terms, "waveLenCalib": [500, 0.25, 1e-4, 0]})
    counts = np.arange(3840) * 17 % 65536
    for name, flip in (("OceanOptics.DataV1", 0x2000), ("OceanOptics.DataV3", 0)):
        record = made(name, {"data": counts}, known)
        found = quantities(BY_STRUCT[name], record, known)
        for i in (1, 500, 3839):
            r = float(int(counts[i]) ^ flip)
            expected = r / sum(term * r**power for power, term in enumerate(terms))
            assert found["spectrum"].values[i] == pytest.approx(expected, rel=1e-13)
            assert accessor(BY_STRUCT[name], record, "nonlinearCorrected", i, configs=known) == pytest.approx(expected, rel=1e-13)
        assert found["wavelengths"].values[10] == pytest.approx(500 + 2.5 + 0.01)
        assert found["wavelengths"].unit == "nm"


def test_accessors_take_arguments() -> None:
    uxi = made("Uxi.ConfigV1", {"readOnlyPots": 0b101 | 1 << 14})
    kind = BY_STRUCT["Uxi.ConfigV1"]
    assert [accessor(kind, uxi, "potIsReadOnly", i) for i in range(14)] == [1, 0, 1, *[0] * 11]
    assert [accessor(kind, uxi, "potIsTuned", i) for i in range(14)] == [0, 1, *[0] * 12]
    cspad = BY_STRUCT["CsPad2x2.ElementV1"]
    assert accessor(cspad, {}, "common_mode", 1) == 0
    masked = made("CsPad.ConfigV5", {"roiMasks": 0x0300FF01})
    assert [accessor(BY_STRUCT["CsPad.ConfigV5"], masked, "numAsicsStored", quad) for quad in range(4)] == [2, 16, 0, 4]


def test_an_accessor_that_cannot_answer_says_why() -> None:
    kind, record = BY_STRUCT["Uxi.ConfigV1"], made("Uxi.ConfigV1", {})
    with pytest.raises(KeyError, match="potIsReadOnly"):
        accessor(kind, record, "potIsNew", 1)
    with pytest.raises(TypeError, match="takes i"):
        accessor(kind, record, "potIsTuned")
    with pytest.raises(DamagedData, match="no value"):
        accessor(kind, record, "potIsTuned", -20)
    spectrum = made("OceanOptics.DataV2", {}, config("OceanOptics.ConfigV2", {}))
    with pytest.raises(DamagedData, match="configuration"):
        accessor(BY_STRUCT["OceanOptics.DataV2"], spectrum, "nonlinearCorrected", 1)


def test_every_rule_speaks_of_the_table_and_works_on_recorded_payloads() -> None:
    known = {struct for rule in RULES for struct in (*rule.structs, *rule.config)}
    assert all(name in BY_STRUCT and isinstance(BY_STRUCT[name].struct, Struct) for name in known)
    met = set()
    for sample in (*samples("zoo12345-r0001-s00-c00.xtc"), *samples("zoo12345-r0002-s00-c00.xtc.gz")):
        record = decode(sample.kind, sample.payload, sample.configs)
        for name, found in quantities(sample.kind, record, sample.configs).items():
            met.add((sample.kind.struct.name, name))
            assert found.unit
            assert found.values.dtype.kind in "iuf"
    assert {name for name, _ in met} >= {"TimeTool.DataV3", "OceanOptics.DataV2", "Lusi.IpmFexV1", "Encoder.DataV2"}
