"""What the page says of a picture: what a map stands on, or why there is no picture and what to do."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.pictures.kinds import Kind
from dashboards.pictures.standing import since_text
from dashboards.settings_in_force import detector_in
from dashboards.snapshot import Picture, Snapshot
from dashboards.texts import count


def missing_sums(kind: Kind, plain: Mapping[str, Any], detector: str) -> list[str]:
    """Sums that the picture needs and the settings do not have; none if the detector has no section."""
    entry = detector_in(plain, detector)
    return [] if entry is None else [name for name in kind.sums if name not in (entry.get("sums") or ())]


def is_summed(plain: Mapping[str, Any], detector: str) -> bool:
    """Whether every picture goes into the means."""
    entry = detector_in(plain, detector)
    return entry is not None and "calib" in (entry.get("sums") or ())


def is_of_run(kind: Kind) -> bool:
    """Whether the picture is made of means of the run or its step, which may begin anew."""
    return kind.told == "mean" or any(topic.startswith(("sum/", "step_sum/")) for topic in kind.topics)


def awaited(kind: Kind, snapshot: Snapshot) -> str:
    """Why there is no picture although everything is switched on."""
    if snapshot.since is not None and is_of_run(kind):
        return "The means have begun anew; the first one comes with the next events."
    return "No such picture has come yet."


def common_mode_text(kind: Kind, plain: Mapping[str, Any], detector: str, parts: Sequence[Picture] | None) -> str:
    """What a map of the common mode stands on, or why there is none."""
    if parts:
        (picture,) = parts
        if kind.told == "mean":
            since = since_text(picture)
            return f"taken off by the common mode, mean of the newest {count(picture.count)} events that are kept{since}"
        return f"taken off by the common mode in event {count(picture.header['seq'])}"
    chosen = (detector_in(plain, detector) or {}).get("common_mode")
    algorithm = chosen.get("algorithm") if isinstance(chosen, Mapping) else chosen
    if algorithm == 0:
        return f"The settings take no common mode off {detector}."
    number = f" (algorithm {algorithm})" if algorithm is not None else ""
    return f"The common mode of {detector}{number} records nothing of what it takes off; algorithms 1, 5, 10, 55, 80 and 81 do."
