"""Every setting that a page offers can be put in force under the path it is offered by, with the value it is shown with."""

import itertools
import tomllib
from pathlib import Path

import pytest

from dashboards.reduce.setting_paths import feature_switches, setting_paths, text_of, value_of
from monitor.reader.dispatch.change import changed
from monitor.settings import Settings, parse

SCATTERING = Path(__file__).parents[3] / "docs" / "live-scattering.toml"
TWINS = {
    "light": {"laser": [90, 91]},
    "detector": [
        {
            "name": "epix_1",
            "common_mode": {"algorithm": 6, "mean_max": 25.5},
            "mask": {"edges": [1, 2], "file": "mask of mine.npy"},
            "feature": [
                {"kind": "ROIFunc", "ROI": [[0, 10], [3, 40]]},
                {"kind": "ROIFunc", "ROI": [[20, 30], [3, 40]], "thresADU": 3.25, "enabled": False},
                {"kind": "projectionFunc", "name": "ROIFunc", "axis": 0, "feature": [{"kind": "fitCenter"}]},
            ],
        },
        {"name": "traces", "field": "acq/waveform", "feature": [{"kind": "lineoutFunc", "name": "a"}, {"kind": "lineoutFunc"}]},
    ],
}


@pytest.mark.parametrize("data", [{}, tomllib.loads(SCATTERING.read_text()), TWINS])
def test_every_offered_path_leads_to_its_value_in_the_service(data: dict[str, object]) -> None:
    settings = parse(data)
    paths = setting_paths(settings.model_dump(mode="json"))
    assert paths
    for path, value in paths.items():
        # An empty list says nothing of what would be in it: it is offered for adding to.
        if value != []:
            assert changed(settings, [{"path": path, "value": value_of(text_of(value))}]) == settings, path


def test_a_changed_value_arrives_at_its_own_feature_and_nowhere_else() -> None:
    settings = parse(TWINS)
    switches = feature_switches(setting_paths(settings.model_dump(mode="json")))
    assert list(switches.values()) == [True, False, True, True, True, True]
    for (number, path), path_on in zip(enumerate(switches), switches.values(), strict=True):
        now = changed(settings, [{"path": f"{path}.enabled", "value": not path_on}])
        after = list(feature_switches(setting_paths(now.model_dump(mode="json"))).values())
        assert [at for at, (old, new) in enumerate(zip(switches.values(), after, strict=True)) if old != new] == [number]


def test_sections_that_say_where_bytes_come_from_are_not_offered() -> None:
    paths = setting_paths(Settings().model_dump(mode="json"))
    assert not [
        path for path in paths if path.partition(".")[0] in ("source", "store", "pool", "stream", "keys", "bridge", "alarm")
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        (" 2.5e1 ", 25.0),
        ("true", True),
        ('"5"', "5"),
        ("[[0, 10], [3, 4]]", [[0, 10], [3, 4]]),
        ("{algorithm = 1}", {"algorithm": 1}),
        ("", None),
        ("constants/new", "constants/new"),
        ("5 # five", 5),
        ("2026-11-21", "2026-11-21"),
        ("[2026-11-21]", "[2026-11-21]"),
        ("1\nother = 2", "1\nother = 2"),
        ("[1, 2", "[1, 2"),
    ],
)
def test_what_a_person_means_by_a_text(text: str, value: object) -> None:
    assert value_of(text) == value
    assert type(value_of(text)) is type(value)


@pytest.mark.parametrize(
    "value", [None, True, 0, -7, 2.5, 1e-300, "", "a", 'a "b" \\ c', "ä\n", [], [1, [2.5, "x"]], {"a": 1, "b c": [{"d": "e"}]}]
)
def test_a_value_is_read_back_from_its_text(value: object) -> None:
    expected = None if value is None else value
    assert value_of(text_of(value)) == expected


def test_no_text_is_too_strange() -> None:
    for letters in itertools.product("[{\"'=\n\\1t", repeat=4):
        value_of("".join(letters))
