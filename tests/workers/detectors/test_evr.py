"""Event codes: only those of the shot count, and a broken payload is read to its end and no further."""

import struct

import numpy as np
import pytest

from monitor.settings import Light
from workers.detectors.evr import codes_seen
from workers.detectors.light import light_codes, light_status
from workers.payloads import ENTRY, Payloads


def evr_data(*codes: tuple[int, int], count: int | None = None) -> bytes:
    body = b"".join(struct.pack("<III", fiducial, 0, code) for fiducial, code in codes)
    return struct.pack("<I", len(codes) if count is None else count) + body


def seen(data: bytes, fiducial: int, watched: list[int]) -> tuple[list[bool], bool]:
    entries = np.zeros(1, ENTRY)
    entries["size"] = len(data)
    payloads = Payloads(entries, [np.frombuffer(data, np.uint8)], 1)
    found, any_code = codes_seen(payloads, np.array([fiducial], np.uint32), watched)
    return found[:, 0].tolist(), bool(any_code[0])


def test_codes_of_another_fiducial_do_not_count() -> None:
    assert seen(evr_data((7, 140), (8, 90), (7, 162)), 7, [90, 140, 162]) == ([False, True, True], True)
    assert seen(evr_data((8, 90)), 7, [90]) == ([False], False)


def test_a_count_beyond_the_payload_is_not_believed() -> None:
    assert seen(evr_data((7, 140), count=0xFFFFFFFF), 7, [140]) == ([True], True)


def test_a_code_beyond_all_codes_is_passed_over() -> None:
    assert seen(evr_data((7, 0xFFFFFFFF), (7, 140)), 7, [140]) == ([True], True)


@pytest.mark.parametrize("cut", range(16))
def test_a_payload_may_be_cut_anywhere(cut: int) -> None:
    assert seen(evr_data((7, 140))[:cut], 7, [140]) == ([False], False)


@pytest.mark.parametrize(
    ("light", "experiment", "configured", "expected"),
    [
        (Light(), "e81", {90, 162}, ((162,), (91,))),
        (Light(), "xpp12345", {137, 91}, ((-137,), (91,))),
        (Light(), "XCS70313", {137, 89}, ((-137,), (89,))),
        (Light(), "mec00123", {137}, ((-137,), (91,))),
        (Light(), "xpp12345", {140}, ((162,), (91,))),
        (Light(xray=(5,), laser=()), "xpp12345", {137, 91}, ((5,), ())),
    ],
)
def test_codes_of_the_hutch_are_used_where_the_run_knows_them(
    light: Light, experiment: str, configured: set[int], expected: tuple[tuple[int, ...], tuple[int, ...]]
) -> None:
    assert light_codes(light, experiment, configured) == expected


def test_a_positive_code_drops_and_a_negative_one_is_required() -> None:
    has = np.array([[True, False, True], [False, False, True]])
    any_code = np.array([True, True, True])
    assert light_status(has, any_code, [137, 162], [-137]).tolist() == [1, 0, 1]
    assert light_status(has, any_code, [137, 162], [162]).tolist() == [1, 1, 0]
    assert light_status(has, any_code, [137, 162], [-137, 162]).tolist() == [1, 0, 0]
    assert light_status(has, np.array([True, False, True]), [137, 162], [162]).tolist() == [1, -1, 0]
