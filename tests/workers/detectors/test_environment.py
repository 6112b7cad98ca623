"""What detectors tell beside their pixels: conversions, absent values, and nothing read behind a payload."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import workers.pipeline  # noqa: F401  # loads all families
from monitor.model.column import Column
from monitor.xtc.decode import decode
from monitor.xtc.encode import encode
from monitor.xtc.types import BY_STRUCT, PayloadType
from tests.support.area_payloads import (
    LEVEL,
    PHYSICAL,
    area_types,
    config_bytes,
    cut,
    payloads_of,
    random_payload,
    run_with,
    word_of,
)
from workers.detectors.thermistor import thermistor_temperature
from workers.payloads import Payloads
from workers.plan import area_family
from workers.run_view import RunView

CASES = [
    pytest.param(kind, config, id=f"{kind.struct.name}-{config.struct.name if config else 'alone'}")
    for kind, config in area_types()
]
EPIX100_NAMES = ["temp0", "temp1", "humidity", "AnalogI", "DigitalI", "GuardI", "BiasI", "AnalogV", "DigitalV"]
EPIX10KA_NAMES = [
    "temp1", "temp2", "temp3", "humidity", "AnalogI", "DigitalI", "AnalogV", "DigitalV", "AnalogTemp", "DigitalTemp",
]  # fmt: skip


def columns(kind: PayloadType, run: RunView, payloads: Payloads) -> Mapping[str, Column]:
    """Environment columns by their names without the detector."""
    family = area_family(word_of(kind), run)
    assert family is not None
    read = family.environment(run.source(LEVEL, PHYSICAL), kind, run, "det")
    found = {} if read is None else {column.field.name: column for column in read(payloads)}
    assert all(name.startswith("det_env/") for name in found)
    return {name.removeprefix("det_env/"): column for name, column in found.items()}


def set_up(config: PayloadType | None, more: Mapping[str, Any] | None = None) -> RunView:
    return run_with(*([(config, config_bytes(config, more or {}))] if config else []))


@pytest.mark.parametrize(("kind", "config"), CASES)
def test_values_are_the_decoded_fields(kind: PayloadType, config: PayloadType | None) -> None:
    run = set_up(config)
    parts = [random_payload(kind, run, seed) for seed in range(2)]
    found = columns(kind, run, payloads_of(parts, places=[0, 1], count=3))
    for event, part in enumerate(parts):
        record = decode(kind, part, run.configs.get((LEVEL, PHYSICAL), {}))
        for name, column in found.items():
            assert column.mask.tolist() == [True, True, False]
            if name in record:
                np.testing.assert_array_equal(column.values[event], record[name])


@pytest.mark.parametrize(("kind", "config"), CASES)
@pytest.mark.parametrize("length", [0, 7, 21])
def test_what_a_short_payload_does_not_reach_is_absent(kind: PayloadType, config: PayloadType | None, length: int) -> None:
    run = set_up(config)
    whole = random_payload(kind, run, 1)
    found, complete = (columns(kind, run, payloads) for payloads in (cut(payloads_of([whole]), length), payloads_of([whole])))
    assert found.keys() == complete.keys()
    for name, column in found.items():
        has = column.mask.all() and (column.field.dtype.kind != "f" or not np.isnan(column.values).any())
        if has:
            np.testing.assert_array_equal(column.values, complete[name].values)
        assert not (has and length == 0)


def epix100(row: list[int]) -> Mapping[str, Column]:
    """Environment of an Epix100a with this second row."""
    config, kind = BY_STRUCT["Epix.Config100aV2"], BY_STRUCT["Epix.ElementV3"]
    run = set_up(config, {"numberOfPixelsPerAsicRow": 12})
    rows = np.zeros((2, 12), np.uint32)
    rows[1, : len(row)] = row
    payload = encode(kind, {"environmentalRows": rows}, run.configs[LEVEL, PHYSICAL])
    return columns(kind, run, payloads_of([np.frombuffer(payload, np.uint8)]))


def test_the_second_row_of_an_epix100_holds_temperatures_currents_and_voltages() -> None:
    found = epix100([2512, 2034, 1050, 810, 95, 3, 12, 6100, 3300])
    values = [float(found[name].values[0]) for name in EPIX100_NAMES]
    np.testing.assert_allclose(values, [25.12, 20.34, 10.5, 0.81, 0.095, 3e-6, 12e-6, 6.1, 3.3])
    assert [found[name].field.unit for name in EPIX100_NAMES] == ["degC", "degC", "%", "A", "A", "A", "A", "V", "V"]


def test_an_epix100_too_narrow_for_a_sensor_goes_without_it() -> None:
    config, kind = BY_STRUCT["Epix.Config100aV2"], BY_STRUCT["Epix.ElementV3"]
    run = set_up(config)
    names = columns(kind, run, payloads_of([random_payload(kind, run, 1)]))
    assert [name for name in EPIX100_NAMES if name in names] == ["temp0", "temp1", "humidity", "AnalogI"]


def test_each_panel_of_an_epix10ka_array_tells_its_own_sensors() -> None:
    config, kind = BY_STRUCT["Epix.Config10kaQuadV2"], BY_STRUCT["Epix.ArrayV1"]
    run = set_up(config)
    rows = np.zeros((4, 2, 192), np.uint32)
    rows[:, 1] = 0xABCD0000
    rows[2, 1, [16, 17, 26, 27, 28, 29, 30, 31, 32, 33]] += np.array(
        [32768, 26214, 14894, 0, 819, 1638, 4095, 1638, 819, 0], np.uint32
    )
    payload = encode(kind, {"environmentalRows": rows}, run.configs[LEVEL, PHYSICAL])
    found = columns(kind, run, payloads_of([np.frombuffer(payload, np.uint8)]))
    values = {name: found[name].values[0] for name in EPIX10KA_NAMES}
    assert {array.shape for array in values.values()} == {(4,)}
    expected = {
        "temp1": 25.0,
        "temp2": 0.0,
        "temp3": 25.0,
        "humidity": 50.0,
        "AnalogI": 2048.0,
        "DigitalI": 1024.0,
        "AnalogV": 20480.0,
        "DigitalV": 40960.0,
        "AnalogTemp": 207.56,
        "DigitalTemp": -41.5,
    }
    for name, value in expected.items():
        assert values[name][2] == pytest.approx(value, rel=2e-3, abs=0.02), name
    assert values["humidity"].tolist()[:2] == [0.0, 0.0]


def test_a_thermistor_follows_its_divider() -> None:
    ohms = np.array([32650.8, 10000.0, 3603.5])
    raw = 16383 * 1e5 / (1e5 + ohms)
    np.testing.assert_allclose(thermistor_temperature(raw), [0.0, 25.0, 50.0], atol=0.2)
    assert thermistor_temperature(np.zeros(1)).tolist() == [0.0]
    assert np.isnan(thermistor_temperature(np.array([20000.0]))).all()


def test_times_of_jungfrau_modules_are_in_seconds() -> None:
    config, kind = BY_STRUCT["Jungfrau.ConfigV4"], BY_STRUCT["Jungfrau.ElementV2"]
    run = set_up(config)
    modules = [{"exposureTime": 100 * n, "moduleID": 7 + n, "timestamp": 1 << 40 | n} for n in range(3)]
    payload = encode(kind, {"moduleInfo": modules, "frameNumber": 5}, run.configs[LEVEL, PHYSICAL])
    found = columns(kind, run, payloads_of([np.frombuffer(payload, np.uint8)]))
    np.testing.assert_allclose(found["exposureTime"].values, [[0, 1e-5, 2e-5]])
    assert found["moduleID"].values.tolist() == [[7, 8, 9]]
    assert found["timestamp"].values.tolist() == [[1 << 40, 1 << 40 | 1, 1 << 40 | 2]]
    assert (found["exposureTime"].field.unit, int(found["frameNumber"].values[0])) == ("s", 5)


def test_temperatures_of_a_cspad_are_by_quad_and_missing_ones_say_so() -> None:
    config, kind = BY_STRUCT["CsPad.ConfigV5"], BY_STRUCT["CsPad.DataV2"]
    run = set_up(config)
    quads = [{"quad": quad, "sb_temp": [10 * quad + i for i in range(4)]} for quad in (3, 0, 1)]
    payload = encode(kind, {"quads": quads}, run.configs[LEVEL, PHYSICAL])
    values: NDArray[Any] = columns(kind, run, payloads_of([np.frombuffer(payload, np.uint8)]))["sb_temp"].values[0]
    nothing = [np.nan] * 4
    np.testing.assert_array_equal(values, [[0, 1, 2, 3], [10, 11, 12, 13], nothing, [30, 31, 32, 33]])
