"""Epix10ka: gain modes come from configuration and data, panel by panel."""

from typing import Any

import numpy as np
import pytest

import workers.pipeline  # noqa: F401  # loads all families
from monitor.errors import DamagedData
from monitor.settings import CommonMode
from monitor.xtc.types import BY_STRUCT, PayloadType
from tests.support.area_payloads import LEVEL, PHYSICAL, config_bytes, payloads_of, random_payload, run_with, word_of
from workers.chain import Chain
from workers.detectors import epix10ka
from workers.detectors.area import AREAS, Layout
from workers.plan import area_family
from workers.trouble import Trouble

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


def test_a_chain_takes_the_constants_of_each_pixels_mode() -> None:
    words = np.array([[12, 0, 4, 8, 8, 4, 0, 12]] * 6, np.uint16)
    made = layout(SINGLE, {"asicPixelConfigArray": words, "asics": [{"trbit": 0}] * 4}, ELEMENT)
    planes = np.ones((7, *made.shape))
    constants = {
        "pedestals": planes * np.arange(7)[:, None, None] * 10,
        "pixel_gain": planes * np.array([1, 2, 4, 8, 16, 32, 64])[:, None, None],
    }
    note = Trouble()
    chain = Chain(
        made, dict(AREAS.items())["epix10ka"], constants, np.ones(made.shape, bool), CommonMode(algorithm=80), note.note, "det"
    )
    raw = np.full(made.shape, 0x4000 | 1000, "<u2")
    raw[:3] = 1000
    (frame,) = chain.frames(np.zeros((1, 1), np.int64), np.zeros(1, np.int64), [raw.view(np.uint8).reshape(-1)])
    fixed_medium, fixed_low, before, after = (1000 - 10) / 2, (1000 - 20) / 4, (1000 - 40) / 16, (1000 - 60) / 64
    half = [fixed_medium, before, 1000, fixed_low]
    np.testing.assert_allclose(frame[0], [*half, *half[::-1]])
    half[1] = after
    np.testing.assert_allclose(frame[5], [*half, *half[::-1]])
    assert not note.counts
