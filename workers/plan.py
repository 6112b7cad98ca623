"""What is decided once per run state, so that a batch is only gathers: who reads which payloads, and how."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

import workers.detectors.generic as generic
from monitor.errors import ConfigError, DamagedData
from monitor.model.batch import Batch
from monitor.model.damage import Damage
from monitor.settings import Detector, Settings
from monitor.xtc.compression import decompress
from monitor.xtc.header import ANY, CONTAINER, Level, is_compressed, type_id, version
from monitor.xtc.names import SourcePattern, type_name
from monitor.xtc.types import TYPES, PayloadType
from workers.chain import Chain
from workers.constants import MissingConstants, constants_for
from workers.corrections.common_mode.choice import check as check_common_mode
from workers.detectors.area import AREAS, AreaFamily, always
from workers.detectors.family import EVENTS, POINTS, PointFamily, Read, ReadWhole
from workers.features.feature import check_feature
from workers.frames import AreaDetector
from workers.geometry import arranged
from workers.mask import mask_for
from workers.others import other_detector
from workers.payloads import ENTRY, Payloads, Word
from workers.run_view import RunView, Source
from workers.sums import algorithm_from
from workers.trouble import Trouble

USER_BYTE = 0xFF000000
NAMED_LEVELS = (Level.SOURCE, Level.REPORTER)


@dataclass(frozen=True, slots=True, eq=False)
class PointReader:
    """Reads the payloads of one source and type as columns."""

    text: str
    read: Read
    least: int
    usable_damage: int


@dataclass(slots=True, eq=False)
class Plan:
    """Readers of one stretch of a run, found as their payloads first appear.

    Attributes
    ----------
    run
        What holds for these events.
    events
        Readers of the batch as a whole, with the names of their families.
    points
        Reader of each source and type; None where there is nothing to record.
    areas
        Area detector of each source and type; None where it is not wanted or cannot be set up.
    """

    run: RunView
    events: list[tuple[str, ReadWhole]]
    points: dict[Word, PointReader | None] = field(default_factory=dict)
    areas: dict[Word, AreaDetector | None] = field(default_factory=dict)


def plan_for(run: RunView) -> Plan:
    """A plan without readers of payloads yet."""
    return Plan(run, [(name, family.open(run)) for name, family in EVENTS.items()])


def _by_type() -> Mapping[int, PointFamily]:
    return {number: family for _, family in POINTS.items() for number in family.types}


def taken_types() -> frozenset[int]:
    """Types that a family of whole batches takes care of, and those that hold nothing to record."""
    return frozenset({ANY, CONTAINER}).union(*(family.types for _, family in EVENTS.items()))


def area_family(word: Word, run: RunView) -> AreaFamily | None:
    """Family of area detectors that reads this type, if there is one: of several that which wants this source in particular."""
    families = [family for _, family in AREAS.items() if type_id(word[2]) in family.types]
    if len(families) < 2:
        return families[0] if families else None
    source = run.source(word[0], word[1])
    wanting = [family for family in families if family.wants(source, run)]
    return min(wanting or families, key=lambda family: family.wants is always)


def point_reader(word: Word, run: RunView) -> PointReader | None:
    """Reader of one source and type; None if there is nothing in it to record."""
    level, physical, contains = word
    kind = TYPES.get((type_id(contains), version(contains)))
    family = _by_type().get(type_id(contains))
    if kind is None or (family is None and level not in NAMED_LEVELS):
        return None
    source = run.source(level, physical)
    read = family.open(source, kind, run) if family else generic.open_generic(source, kind, run)
    if read is None:
        return None
    least = kind.dtype.itemsize if kind.dtype is not None else 0
    return PointReader(f"{source.text} {kind.name}", read, least, family.usable_damage if family else 0)


def usable(payloads: Payloads, text: str, least: int, usable_damage: int, trouble: Trouble) -> Payloads:
    """Payloads that can be read; damaged and short ones are counted under the text and left out."""
    damage = payloads.entries["damage"]
    harmless = usable_damage | (USER_BYTE if usable_damage & Damage.USER_DEFINED else 0)
    good = damage & ~np.uint32(harmless) == 0
    trouble.note(f"damaged {text}", int((~good).sum()))
    payloads = payloads.where(good)
    long_enough = payloads.entries["size"] >= least
    trouble.note(f"undecodable {text}", int((~long_enough).sum()))
    return payloads.where(long_enough)


def expanded(payloads: Payloads, text: str, trouble: Trouble) -> Payloads:
    """The same payloads, decompressed into memory; those that cannot be are counted and left out."""
    parts: list[NDArray[np.uint8]] = []
    entries = []
    start = 0
    for position, entry in enumerate(payloads.entries):
        try:
            part = decompress(payloads.payload(position))
        except DamagedData:
            trouble.note(f"undecodable {text}")
            continue
        parts.append(part)
        entries.append((entry["event"], 0, start, len(part), entry["damage"]))
        start += len(part)
    buffer = np.concatenate(parts) if parts else np.empty(0, np.uint8)
    return Payloads(np.array(entries, ENTRY), [buffer], payloads.count)


def strip_compression(word: Word, payloads: Payloads, text: str, trouble: Trouble) -> Payloads:
    """Payloads as their layout describes them."""
    return expanded(payloads, text, trouble) if is_compressed(word[2]) else payloads


def describe(word: Word, run: RunView) -> str:
    """Source and type in words."""
    return f"{run.source(word[0], word[1]).text} {type_name(type_id(word[2]))}"


class AreaDetectors:
    """Area detectors that are set up, kept over run states as long as nothing of theirs changes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._patterns = [(detector, _pattern(detector)) for detector in settings.detector]
        self._made: dict[Word, tuple[object, AreaDetector | None]] = {}
        self._told: set[tuple[str, int, str]] = set()

    def detector(
        self, word: Word, family: AreaFamily, payloads: Payloads, run: RunView, batch: Batch, trouble: Trouble
    ) -> AreaDetector | None:
        """The detector for frames of this source and type; None if the settings do not want it or it cannot be set up."""
        source = run.source(word[0], word[1])
        wanted = self._wanted(source)
        kind = TYPES.get((type_id(word[2]), version(word[2])))
        if wanted is None or kind is None:
            return None
        configs = sorted((key, value) for key, value in run.state.configs.items() if (key.level, key.physical) == word[:2])
        made_from = (run.state.experiment, run.state.run, configs, wanted.name)
        before = self._made.get(word)
        if before is not None and before[0] == made_from:
            return before[1]
        try:
            made = self._make(wanted, source, kind, family, payloads, run, batch, trouble)
        except DamagedData as error:
            # The next payload may be a better one, so this is not remembered.
            trouble.note(f"{wanted.name}: {error}", len(payloads))
            return None
        except MissingConstants:
            raise
        except ConfigError as error:
            trouble.note(f"{wanted.name} is off: {error}")
            made = None
        self._made[word] = (made_from, made)
        return made

    def _make(
        self,
        wanted: Detector,
        source: Source,
        kind: PayloadType,
        family: AreaFamily,
        payloads: Payloads,
        run: RunView,
        batch: Batch,
        trouble: Trouble,
    ) -> AreaDetector:
        layout = family.layout(source, kind, run, payloads)
        layout = arranged(layout, wanted, source, run.state.run, self._settings, batch.places, trouble)
        constants = constants_for(wanted, source, run.state.run, self._settings, batch.places, layout.shape, trouble)
        good = mask_for(wanted.mask, constants, layout.shape)
        chain = Chain(layout, family, constants, good, wanted.common_mode, trouble.note, wanted.name)
        environment = family.environment(source, kind, run, wanted.name)
        return AreaDetector(wanted, layout, chain, constants, trouble, environment)

    def _wanted(self, source: Source) -> Detector | None:
        """Settings for this source; None if it has none and the others are not wanted."""
        for detector, pattern in self._patterns:
            if _means(detector, pattern, source):
                return detector
        return other_detector(self._settings.others, source.name, alone=not self._patterns)

    def unmatched(self, run: RunView) -> list[str]:
        """Detectors of the settings that are none of the run's sources, each said once per run."""
        sources = [run.source(*word) for word in {*run.configs, *((s.level, s.physical) for s in run.taking_part)}]
        texts = []
        for detector, pattern in self._patterns:
            told = (run.state.experiment, run.state.run, detector.name)
            if sources and told not in self._told and not any(_means(detector, pattern, source) for source in sources):
                self._told.add(told)
                texts.append(f"{detector.name}: this run has no source {detector.source or detector.name!r}")
        return texts


def _means(detector: Detector, pattern: SourcePattern | None, source: Source) -> bool:
    """Whether a detector of the settings is this source: by alias, by the name of its fields, or by an address."""
    if (detector.source or detector.name) in (source.alias, source.name):
        return True
    return pattern is not None and pattern.matches(source.level, source.physical)


def check(detector: Detector) -> None:
    """Whether the words of a detector's settings are known; ``ConfigError`` naming the key if one is not."""
    key = f"detector.{detector.name}"
    for feature in detector.feature:
        check_feature(feature, detector.name)
    for name in detector.sums:
        algorithm_from(name, key=f"{key}.sums")
    if detector.common_mode is not None:
        check_common_mode(detector.common_mode, f"{key}.common_mode")


def _pattern(detector: Detector) -> SourcePattern | None:
    """Pattern of the sources that a detector's settings mean; None if the text can only be an alias of the run."""
    if not detector.source:
        return None
    try:
        return SourcePattern.parse(detector.source)
    except ConfigError:
        return None
