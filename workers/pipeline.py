"""A batch in, rows and sums out: the whole of a worker's physics, without sockets, clocks or memory of past batches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.batch import Batch
from monitor.model.frame_shape import FrameShape
from monitor.model.rows import Rows
from monitor.model.run_state import RunState
from monitor.model.sums import Sums, SumState
from monitor.plugins import load_folder
from monitor.settings import Settings
from monitor.xtc.header import type_id, version
from monitor.xtc.types import TYPES
from monitor.xtc2.run_names import XTC2
from workers.columns import Columns
from workers.detectors.family import Whole
from workers.field_detector import FieldDetector
from workers.field_sums import FieldSums
from workers.frames import AreaDetector, Frames, FrameView
from workers.misfit import Shapes, misfits
from workers.others import check_others
from workers.payloads import Payloads, Word, payloads_of
from workers.plan import (
    NAMED_LEVELS,
    AreaDetectors,
    Plan,
    area_family,
    check,
    describe,
    plan_for,
    point_reader,
    strip_compression,
    taken_types,
    usable,
)
from workers.run_view import RunView
from workers.trouble import Trouble
from workers.user_features import UserFeatures
from workers.warming import warm_kernels
from workers.xtc2.areas import Areas, Scene
from workers.xtc2.reduce import reduce
from workers.xtc2.view import View, view_of

load_folder("workers.detectors")
load_folder("workers.features")

PLANS_KEPT = 4


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """What becomes of a batch.

    Attributes
    ----------
    rows
        Values of all its events.
    sums
        Running sums over these events alone; arrays may be views of frames and must not be written to.
    frames
        Newest frame of each area detector by detector name, if the batch asks for it.
    trouble
        What went wrong, counted by a text that names source and kind.
    config
        What the rows were made with (masks, constants, parameters), by path below ``UserDataCfg``; the same object until it
        changes.
    shapes
        What was seen of each detector, by name; the same object until it changes.
    """

    rows: Rows
    sums: Sums
    frames: Mapping[str, FrameView]
    trouble: Mapping[str, int]
    config: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    shapes: Shapes = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Work:
    """What comes together for one batch.

    Attributes
    ----------
    sums, pictures
        By name, as in ``Result``.
    kept
        Corrected frames that the user's functions want, by detector.
    """

    batch: Batch
    columns: Columns
    trouble: Trouble
    sums: dict[str, SumState] = field(default_factory=dict)
    pictures: dict[str, FrameView] = field(default_factory=dict)
    kept: dict[str, Frames] = field(default_factory=dict)

    def result(self, made: "Made") -> Result:
        """All of it, with what it was made with."""
        rows = Rows(self.batch.first, self.batch.count, self.columns.by_name)
        return Result(rows, self.sums, self.pictures, self.trouble.counts, made.config, made.shapes)


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What rows are made with: see ``config`` and ``shapes`` of ``Result``; ``of`` tells whether it is another one."""

    of: Sequence[object] = ()
    config: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    shapes: Shapes = field(default_factory=dict)


class Pipeline:
    """The settings of one pipeline version at work.

    Parameters
    ----------
    settings
        The whole set-up.
    version
        Number of this version; every row carries it.

    Raises
    ------
    ConfigError
        If a feature, one of its parameters, a sum or a common mode is not known, or a user's file cannot be loaded.
    """

    def __init__(self, settings: Settings, version: int) -> None:
        self.version = version
        self._settings = settings
        for detector in settings.detector:
            check(detector)
        check_others(settings.others)
        self._areas = AreaDetectors(settings.model_copy(update={"detector": tuple(d for d in settings.detector if not d.field)}))
        self._areas_xtc2 = Areas(settings)
        self._fields = [FieldDetector(detector) for detector in settings.detector if detector.field]
        self._sums = FieldSums(settings.sum)
        self._user = UserFeatures(settings)
        self._taken = taken_types()
        self._plans: list[Plan] = []
        self._made = Made()
        self._view: tuple[RunState, View] | None = None

    def process(self, batch: Batch, buffers: list[NDArray[np.uint8]], state: RunState) -> Result:
        """Rows and sums of one batch.

        Parameters
        ----------
        batch
            Which events, and where their bytes are.
        buffers
            Bytes of each of the batch's places, uint8; not changed.
        state
            What holds for all events of the batch.
        """
        if batch.format == XTC2:
            return self._process_xtc2(batch, buffers, state)
        trouble = Trouble()
        plan = self._plan(state, trouble)
        groups = payloads_of(batch, buffers, trouble)
        columns = Columns(batch, self.version, trouble)
        for name, read in plan.events:
            columns.guarded(name, partial(read, Whole(batch=batch, groups=groups, trouble=trouble)))
        work = Work(batch, columns, trouble)
        areas = []
        for word, payloads in groups.items():
            if type_id(word[2]) in self._taken:
                _count_missing(word, payloads, plan.run, trouble)
            elif area_family(word, plan.run) is None:
                self._point(plan, word, payloads, columns, trouble)
            else:
                areas.append((word, payloads))
        for word, payloads in areas:
            self._area(plan, word, payloads, work)
        self._derived(work)
        return work.result(self._made_with([source for source in (*plan.areas.values(), *self._fields) if source is not None]))

    def _derived(self, work: "Work") -> None:
        """What is made of fields and frames: features on fields, the user's functions, features on those, and sums of fields."""
        columns, count = work.columns, work.batch.count
        for later in (False, True):
            for detector in self._fields:
                if (detector.settings.field in self._user.gives) == later:
                    columns.add(detector.columns(columns.by_name, count, work.trouble))
            if not later:
                columns.add(self._user.columns(columns.by_name, work.kept, count, work.trouble))
        work.sums.update(self._sums.of(columns.by_name, columns.shots(np.arange(count), work.batch.first), work.trouble))

    def _made_with(self, sources: Sequence[AreaDetector | FieldDetector]) -> Made:
        """What the rows were made with; the same object as long as the same detectors are at work."""
        of: list[object] = [part for source in sources for part in (source, source.seen, source.branches)]
        if len(of) != len(self._made.of) or any(a is not b for a, b in zip(of, self._made.of, strict=True)):
            config = {path: array for source in sources for path, array in source.config.items()}
            shapes: dict[str, FrameShape] = {source.settings.name: source.seen for source in sources if source.seen is not None}
            self._made = Made(of, config, shapes)
        return self._made

    def _process_xtc2(self, batch: Batch, buffers: list[NDArray[np.uint8]], state: RunState) -> Result:
        """The same for bytes of LCLS-II."""
        if self._view is None or self._view[0] is not state:
            self._view = state, view_of(state)
        trouble = Trouble()
        columns = Columns(batch, self.version, trouble)
        view = self._view[1]
        for text in self._areas_xtc2.unmatched(state, view):
            trouble.note(text)
        groups = reduce(batch, buffers, state, view, self._settings.light, trouble, columns.guarded)
        work = Work(batch, columns, trouble)
        for detector, corrected in self._areas_xtc2.frames(Scene(batch, buffers, groups, state, view, trouble)):
            self._use(detector, corrected, work)
        self._derived(work)
        return work.result(self._made_with([*self._areas_xtc2.made, *self._fields]))

    def _plan(self, state: RunState, trouble: Trouble) -> Plan:
        for plan in self._plans:
            if plan.run.state is state:
                return plan
        previous = self._plans[-1].run if self._plans else None
        plan = plan_for(RunView(state, self._settings, previous))
        for text in self._areas.unmatched(plan.run):
            trouble.note(text)
        trouble.counts.update(plan.run.trouble.counts)
        self._plans = [*self._plans[1 - PLANS_KEPT :], plan]
        return plan

    def _point(self, plan: Plan, word: Word, payloads: Payloads, columns: Columns, trouble: Trouble) -> None:
        if word not in plan.points:
            plan.points[word] = point_reader(word, plan.run)
        reader = plan.points[word]
        if reader is None:
            _count_unread(word, payloads, plan.run, trouble)
            return
        good = usable(
            strip_compression(word, payloads, reader.text, trouble), reader.text, reader.least, reader.usable_damage, trouble
        )
        if len(good):
            columns.guarded(reader.text, partial(reader.read, good))

    def _area(self, plan: Plan, word: Word, payloads: Payloads, work: "Work") -> None:
        """Work on the frames of one source."""
        trouble = work.trouble
        text, family = describe(word, plan.run), area_family(word, plan.run)
        good = strip_compression(word, usable(payloads, text, 0, 0, trouble), text, trouble)
        if family is None or not len(good):
            return
        if plan.areas.get(word) is None:
            plan.areas[word] = self._areas.detector(word, family, good, plan.run, work.batch, trouble)
        detector = plan.areas[word]
        if detector is None:
            return
        if detector.environment is not None:
            work.columns.guarded(f"environment of {detector.name}", partial(detector.environment, good))
        corrected = detector.frames(good, trouble)
        if len(corrected.events):
            self._use(detector, corrected, work)

    def _use(self, detector: AreaDetector, corrected: Frames, work: "Work") -> None:
        """What is made of corrected frames: feature values, sums, and a picture if the batch asks for one."""
        columns, batch, trouble = work.columns, work.batch, work.trouble
        columns.add(detector.columns(corrected, columns.by_name, batch.count, trouble))
        work.sums |= detector.sums(corrected, columns.shots(corrected.events, batch.first))
        picture = detector.picture(corrected, batch.first) if batch.show else None
        if picture is not None:
            work.pictures[detector.name] = picture
        if detector.name in self._user.detectors:
            work.kept.setdefault(detector.name, corrected)

    @staticmethod
    def misfits(settings: Settings, frames: Shapes, former: Settings | None = None) -> list[str]:
        """What of these settings cannot be used on frames of these shapes; see ``workers.misfit``."""
        return misfits(settings, frames, former)

    def warm(self) -> None:
        """Compile every kernel (or load it from disk), so that the first batch is not late."""
        warm_kernels(self._settings)


def _count_missing(word: Word, payloads: Payloads, run: RunView, trouble: Trouble) -> None:
    """Count contributions that never came, or came in part, by their source."""
    damaged = int((payloads.entries["damage"] != 0).sum())
    if damaged and type_id(word[2]) in (0, 1):
        who = run.source(word[0], word[1]).text if word[0] in NAMED_LEVELS else "a readout segment"
        trouble.note(f"missing contribution of {who}", damaged)


def _count_unread(word: Word, payloads: Payloads, run: RunView, trouble: Trouble) -> None:
    """Count payloads of unknown types, and damaged ones that nobody reads."""
    number, form = type_id(word[2]), version(word[2])
    if (number, form) not in TYPES:
        trouble.note(f"unknown type {number} version {form} of {run.source(word[0], word[1]).text}", len(payloads))
    elif damaged := int((payloads.entries["damage"] != 0).sum()):
        trouble.note(f"damaged {describe(word, run)}", damaged)
