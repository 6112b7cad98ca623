"""Batches of XTC2 to columns: names, values, presence, damage, and detectors with a file of their own."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.reader.sources.xtc2_files import Xtc2FileSource
from monitor.settings import Settings, parse
from monitor.xtc2.header import Transition
from monitor.xtc2.names import FieldType
from monitor.xtc2.write import Layout, names, shapes_data
from tests.support.xtc2_bytes import GMD, RUNINFO, at, configure, gmd, scan, slow, stream
from tests.support.xtc2_rows import results_of, rows_of

F = FieldType
TS = Layout(
    names_id=0x110,
    det_type="ts",
    det_name="timing",
    version=(2, 1, 0),
    fields={"pulseId": (F.UINT64, 0), "ebeamDestn": (F.UINT8, 0), "sequenceValues": (F.UINT16, 1)},
)
ENCODER = Layout(
    names_id=0x111,
    det_type="encoder",
    det_name="delay",
    version=(3, 0, 0),
    fields={"encoderValue": (F.UINT32, 0), "scale": (F.UINT16, 0), "scaleDenom": (F.UINT16, 0)},
)
WAVE8 = Layout(
    names_id=0x112, det_type="wave8", det_name="fim0", algorithm="fex", version=(0, 0, 1), fields={"intensity": (F.DOUBLE, 0)}
)


def rows(folder: Path, *datagrams: bytes, settings: Settings | None = None) -> list[dict[str, Any]]:
    """Rows of a run with these datagrams."""
    return list(rows_of(source(folder, *datagrams), settings or Settings()))


def source(folder: Path, *datagrams: bytes) -> Xtc2FileSource:
    path = folder / "synth0001-r0007-s000-c000.xtc2"
    path.write_bytes(b"".join(datagrams))
    return Xtc2FileSource([path])


def timing(*codes: int, pulse: int = 5, destination: int = 3) -> bytes:
    """A pulse with these event codes."""
    words = np.zeros(18, np.uint16)
    for code in codes:
        words[code >> 4] |= np.uint16(1 << (code & 15))
    return shapes_data(TS, {"pulseId": pulse, "ebeamDestn": destination, "sequenceValues": words}, data_first=True)


def test_scalars_have_the_names_of_detector_and_field_and_their_own_types(tmp_path: Path) -> None:
    found = rows(tmp_path, *stream(3))
    assert [row["gmd/energy"] for row in found] == [0.0, 0.5, 1.0]
    assert [row["gmd/count"] for row in found] == [0, -1, -2]
    assert found[0]["gmd/noise"].dtype == np.int16
    assert [row["atm/number"] for row in found] == [0, 1, 2]
    assert not any(name.startswith(("runinfo", "atm/config", "atm/image")) for name in found[0])


def test_timestamps_count_from_1990_and_event_times_from_1970(tmp_path: Path) -> None:
    found = rows(tmp_path, *stream(2))
    assert [row["timestamp"] for row in found] == [1000 << 32 | 10, 1000 << 32 | 11]
    assert [row["event_time"] for row in found] == [1000 + 631_152_000 << 32 | 10, 1000 + 631_152_000 << 32 | 11]


def test_scan_and_slow_values_are_repeated_for_every_event(tmp_path: Path) -> None:
    more = [at(12, 20), at(10, 21, slow(5)), at(12, 22), at(6, 23, scan(1)), at(12, 24)]
    found = rows(tmp_path, *stream(1)[:6], *more)
    assert [row["epicsAll/XPP:MMS:01"] for row in found] == [1.0, 1.0, 5.0, 5.0]
    assert [row["scan/motor"] for row in found] == [0.25, 0.25, 0.25, 1.25]
    assert [row["scan/step_value"] for row in found] == [0, 0, 0, 1]
    assert [row["scan/varStep"] for row in found] == [0, 0, 0, 1]


def test_what_did_not_come_or_is_damaged_is_absent_and_told(tmp_path: Path) -> None:
    events = [at(12, 10, gmd(2)), at(12, 11), at(12, 12, gmd(4, damage=32)), at(12, 13, shapes_data(GMD, VALUES, data_damage=1))]
    results = list(results_of(source(tmp_path, configure(), *events), Settings()))
    (columns,) = [result.rows.columns for result in results]
    assert columns["gmd/energy"].mask.tolist() == [True, False, False, False]
    assert columns["damage/gmd"].values.tolist() == [1, 0, 0, 0]
    assert columns["damage/atm"].values.tolist() == [0, 0, 0, 0]
    assert results[0].trouble == {"damaged gmd raw": 2}


VALUES = {"energy": 1, "count": 2, "noise": 3}


def test_segments_have_groups_of_their_own(tmp_path: Path) -> None:
    layouts = [
        Layout(names_id=0x120 + i, det_type="x", det_name="cam", segment=i, algorithm=alg, fields={"a": (F.UINT32, 0)})
        for i, alg in ((0, "raw"), (1, "raw"), (2, "fex"))
    ]
    event = at(12, 10, *[shapes_data(layout, {"a": i}) for i, layout in enumerate(layouts)])
    (row,) = rows(tmp_path, at(2, 1, *map(names, layouts)), event)
    assert {name: value for name, value in row.items() if name.startswith("cam")} == {"cam_0/a": 0, "cam_1/a": 1, "cam/fex_a": 2}


def test_of_two_payloads_in_one_event_the_first_counts(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, configure(), at(12, 10, gmd(2), gmd(8)))
    assert row["gmd/energy"] == 1.0


def test_event_codes_are_flags_and_tell_the_light(tmp_path: Path) -> None:
    settings = parse({"light": {"xray": [162], "laser": [-273]}})
    found = rows(
        tmp_path, at(2, 1, names(TS)), at(12, 10, timing(0, 273)), at(12, 11, timing(162, 287)), at(12, 12), settings=settings
    )
    assert [np.flatnonzero(row["timing/eventcodes"]).tolist() for row in found[:2]] == [[0, 273], [162, 287]]
    assert "timing/eventcodes" not in found[2]
    assert [(row.get("lightStatus/xray"), row.get("lightStatus/laser")) for row in found] == [(1, 1), (0, 0), (-1, -1)]
    assert found[0]["timing/ebeamDestn"] == 3


OLD_STYLE = 1 << 63


@pytest.mark.parametrize(
    ("experiment", "event", "xray", "laser"),
    [
        ("rixx001", timing(destination=4), 1, 1),
        ("rixx001", timing(273, destination=3), 0, 0),
        ("txix001", timing(destination=3), 1, 1),
        ("mfxx001", timing(137, 203, pulse=OLD_STYLE, destination=0), 1, 1),
        ("mfxx001", timing(pulse=OLD_STYLE, destination=3), 0, 0),
        ("xppx001", timing(137, 89, pulse=OLD_STYLE), 1, 0),
    ],
)
def test_the_destination_of_the_beam_tells_the_light_unless_the_pulse_is_of_the_old_kind(
    tmp_path: Path, experiment: str, event: bytes, xray: int, laser: int
) -> None:
    info = shapes_data(RUNINFO, {"expt": experiment, "runnum": 1})
    (row,) = rows(tmp_path, at(2, 1, names(TS), names(RUNINFO)), at(4, 2, info), at(12, 10, event))
    assert (row["lightStatus/xray"], row["lightStatus/laser"]) == (xray, laser)


def test_pulse_ids_use_all_64_bits(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, at(2, 1, names(TS)), at(12, 10, timing(pulse=2**63 + 12345)))
    assert row["timing/pulseId"] == 2**63 + 12345


def test_an_array_of_other_dimensions_than_declared_is_absent_and_told(tmp_path: Path) -> None:
    odd = shapes_data(TS, {"pulseId": 1, "ebeamDestn": 2, "sequenceValues": [1, 2]})
    (result,) = results_of(source(tmp_path, at(2, 1, names(TS)), at(12, 10, odd)), Settings())
    assert not result.rows.columns["timing/sequenceValues"].mask.any()
    assert result.trouble == {"timing sequenceValues has other dimensions than (18,)": 1}


def test_an_encoder_has_a_position(tmp_path: Path) -> None:
    readings = [{"encoderValue": 300, "scale": 5, "scaleDenom": 10}, {"encoderValue": 300, "scale": 5, "scaleDenom": 0}]
    events = [at(12, 10 + i, shapes_data(ENCODER, one)) for i, one in enumerate(readings)]
    assert [row["delay/value"] for row in rows(tmp_path, at(2, 1, names(ENCODER)), *events)] == [150.0, 300.0]


def test_what_a_wave8_finds_has_no_prefix(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, at(2, 1, names(WAVE8)), at(12, 10, shapes_data(WAVE8, {"intensity": 2.5})))
    assert row["fim0/intensity"] == 2.5


@pytest.mark.parametrize("max_events", [1, 2, 100])
def test_rows_do_not_depend_on_how_events_are_cut_into_batches(tmp_path: Path, max_events: int) -> None:
    found = list(rows_of(source(tmp_path, *stream(5)), Settings(), max_events))
    expected = rows(tmp_path, *stream(5))
    assert [list(map(str, row.items())) for row in found] == [list(map(str, row.items())) for row in expected]


def test_payloads_without_names_and_broken_ones_are_told(tmp_path: Path) -> None:
    stranger = Layout(names_id=0x777, det_type="x", det_name="x", fields={"a": (F.UINT8, 0)})
    events = [at(Transition.L1ACCEPT, 10, shapes_data(stranger, {"a": 1})), at(Transition.L1ACCEPT, 11, b"\1" * 13)]
    (result,) = results_of(source(tmp_path, configure(), *events), Settings())
    assert result.trouble == {"payload without a block of names": 1, "corrupt container inside an event": 1}
