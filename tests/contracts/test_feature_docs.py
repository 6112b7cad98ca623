"""What docs/features.md says of a feature is what the feature says of itself."""

import re
from pathlib import Path

import pytest

import workers.pipeline  # noqa: F401  # fills the registry of features
from workers.features.feature import FEATURES

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "features.md").read_text()
SECTIONS = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("kind", SECTIONS)
def test_a_section_has_every_parameter_every_result_and_the_example(kind: str) -> None:
    known, section = FEATURES.get(kind), SECTIONS[kind]
    rows = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    assert rows == set(known.parameters.model_fields) | {name for name in known.results if re.fullmatch(r"\w+", name)}
    assert known.example in section


def test_every_feature_has_a_section() -> None:
    assert {kind for kind, _ in FEATURES.items()} == set(SECTIONS)
