"""Epix10ka: gain modes come from configuration and data, panel by panel."""

from typing import Any

import numpy as np
import pytest

import workers.pipeline  # noqa: F401  # loads all families
from monitor.errors import DamagedData
from monitor.xtc.types import BY_STRUCT, PayloadType
from tests.support.area_payloads import LEVEL, PHYSICAL, config_bytes, payloads_of, random_payload, run_with, word_of
from workers.detectors import epix10ka
from workers.detectors.area import AREAS, Layout
from workers.plan import area_family

ELEMENT, ARRAY = BY_STRUCT["Epix.ElementV3"], BY_STRUCT["Epix.ArrayV1"]
SINGLE, QUAD, LARGE = (BY_STRUCT[f"Epix.Config10ka{name}"] for name in ("V2", "QuadV2", "2MV1"))
U = epix10ka.UNDEFINED


def layout(config: PayloadType, values: dict[str, Any], kind: PayloadType) -> Layout:
    run = run_with((config, config_bytes(config, values)))
    payloads = payloads_of([random_payload(kind, run, 1)])
    return epix10ka.layout(run.source(LEVEL, PHYSICAL), kind, run, payloads)


def test_each_asic_has_its_corner() -> None:
    element = {"asicPixelConfigArray": np.zeros((4, 4), np.uint16), "asics": [{"trbit": int(i == 1)} for i in range(4)]}
    upper_right = [[0, 0, 16, 16], [0, 0, 16, 16], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert epix10ka.control_bits(element).tolist() == upper_right


def test_modes_follow_pixel_bits_trbit_and_switching() -> None:
    words = np.array([[12, 12, 12, 12], [8, 0, 8, 0], [4, 4, 4, 4], [0, 12, 0, 12]], np.uint16)
    element = {"asicPixelConfigArray": words | 3, "asics": [{"trbit": 1}, {"trbit": 1}, {"trbit": 0}, {"trbit": 0}]}
    before = [[1, 1, 0, 0], [2, 4, 2, 3], [U, U, U, U], [4, 1, 3, 0]]
    after = [[1, 1, 0, 0], [2, 6, 2, 5], [U, U, U, U], [6, 1, 5, 0]]
    assert epix10ka.gain_map(element).tolist() == [before, after]


def test_a_single_panel_has_the_map_of_its_configuration() -> None:
    words = np.full((6, 8), 12, np.uint16)
    made = layout(SINGLE, {"asicPixelConfigArray": words, "asics": [{"trbit": 1}] * 4}, ELEMENT)
    assert made.gain_map is not None
    assert (made.shape, made.gain_map.shape) == ((6, 8), (2, 6, 8))
    assert (made.gain_map == 0).all()
    assert made.common_mode_good == (0, 1, 3, 4)


@pytest.mark.parametrize(("config", "panels"), [(QUAD, 4), (LARGE, 16)])
def test_each_panel_of_an_array_has_its_own_map(config: PayloadType, panels: int) -> None:
    elements = [{"asics": [{"trbit": int(panel == 2)}] * 4} for panel in range(panels)]
    made = layout(config, {"elemCfg": elements}, ARRAY)
    assert made.gain_map is not None
    assert made.gain_map.shape == (2, *made.shape) == (2, panels, 352, 384)
    assert [np.unique(made.gain_map[0, panel]).tolist() for panel in (1, 2)] == [[4], [3]]
    assert [np.unique(made.gain_map[1, panel]).tolist() for panel in (1, 2)] == [[6], [5]]


def test_gain_bits_for_another_number_of_pixels_are_refused() -> None:
    with pytest.raises(DamagedData, match="gain bits"):
        layout(SINGLE, {"numberOfReadableRowsPerAsic": 2}, ELEMENT)


def test_the_configuration_tells_an_epix10ka_from_an_epix100a() -> None:
    epix100a = BY_STRUCT["Epix.Config100aV2"]
    families = dict(AREAS.items())
    assert area_family(word_of(ELEMENT), run_with((SINGLE, config_bytes(SINGLE)))) is families["epix10ka"]
    assert area_family(word_of(ELEMENT), run_with((epix100a, config_bytes(epix100a)))) is families["epix100"]
