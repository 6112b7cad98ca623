"""Area detectors without a section of their own."""

import pytest

from monitor.errors import ConfigError
from monitor.settings import parse
from workers.others import check_others, other_detector
from workers.pipeline import Pipeline


def kinds(keep: str, *, alone: bool) -> list[str] | None:
    found = other_detector(parse({"others": {"keep": keep}}).others, "cam", alone=alone)
    return None if found is None else [feature.kind for feature in found.feature]


def test_they_have_sum_and_mean_if_nobody_has_a_section_else_nothing() -> None:
    assert kinds("auto", alone=True) == ["wholeFrame"]
    assert kinds("auto", alone=False) is None


@pytest.mark.parametrize("alone", [True, False])
def test_what_is_said_holds_in_any_case(alone: bool) -> None:
    assert kinds("none", alone=alone) is None
    assert kinds("statistics", alone=alone) == ["wholeFrame"]
    assert kinds("full", alone=alone) == ["ROIFunc"]
    assert kinds("image", alone=alone) == ["imageFunc"]


@pytest.mark.parametrize("keep", ["auto", "none", "statistics", "full", "image"])
def test_every_word_means_features_that_there_are(keep: str) -> None:
    check_others(parse({"others": {"keep": keep}}).others)


def test_their_sums_are_checked_at_start() -> None:
    with pytest.raises(ConfigError, match=r"others\.sums"):
        Pipeline(parse({"others": {"sums": ["calib_dropt"]}}), 1)
