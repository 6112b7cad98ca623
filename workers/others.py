"""What becomes of area detectors that have no section of their own in the settings."""

from collections.abc import Mapping

from monitor.settings import Detector, Feature, Others
from workers.features.feature import check_feature
from workers.frames import DEFAULT_FEATURES
from workers.sums import algorithm_from

KEPT: Mapping[str, tuple[Feature, ...] | None] = {
    "none": None,
    "statistics": DEFAULT_FEATURES,
    "full": (Feature(kind="ROIFunc", name="full", writeArea=True),),
    "image": (Feature(kind="imageFunc", name="image"),),
}


def other_detector(others: Others, name: str, *, alone: bool) -> Detector | None:
    """Settings for a detector that has none of its own; None if it is not wanted.

    Parameters
    ----------
    name
        Name that its fields get.
    alone
        No detector at all has a section.
    """
    features = KEPT[others.keep if others.keep != "auto" else "statistics" if alone else "none"]
    return None if features is None else Detector(name=name, feature=features, sums=others.sums)


def check_others(others: Others) -> None:
    """Whether the words of that section are known; ``ConfigError`` naming the key if one is not."""
    for feature in KEPT.get(others.keep) or ():
        check_feature(feature, "others")
    for name in others.sums:
        algorithm_from(name, key="others.sums")
