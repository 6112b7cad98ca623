"""The objects of a geometry file as a tree: each is placed in the frame of its parent, the leaves are sensors.

Rules: the facility's PSCalib GeometryAccess. Unlike it, a file that makes no tree is refused with the line that is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from monitor.calib.geometry.segment import Segment, segment_for
from monitor.errors import ConfigError, DamagedData

MOST_OBJECTS = 4096
MOST_LEVELS = 16
MOST_PIXELS = 1 << 27

Triple = tuple[float, float, float]
NOWHERE: Triple = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class GeometryObject:
    """One line of a geometry file.

    Attributes
    ----------
    parent, parent_index
        The object in whose frame this one is placed; empty for the top of the tree.
    name, index
        Its own.
    offset
        x, y and z of its origin, micrometre.
    rotation
        Nominal angles about z, y and x, degree.
    tilt
        What is added to them: measured deviations, about z, y and x, degree.
    line
        Line of the file, from 1; 0 if there is none.
    """

    parent: str = ""
    parent_index: int = 0
    name: str
    index: int = 0
    offset: Triple = NOWHERE
    rotation: Triple = NOWHERE
    tilt: Triple = NOWHERE
    line: int = 0

    @property
    def label(self) -> str:
        """Name and index, as people say them."""
        return f"{self.name} {self.index}"

    def moved(self, dx: float = 0.0, dy: float = 0.0, dz: float = 0.0) -> "GeometryObject":
        """Shifted in its parent's frame, micrometre."""
        x, y, z = self.offset
        return replace(self, offset=(x + dx, y + dy, z + dz))

    def turned(self, about_z: float = 0.0, about_y: float = 0.0, about_x: float = 0.0) -> "GeometryObject":
        """With angles added to its nominal rotation, degree."""
        z, y, x = self.rotation
        return replace(self, rotation=(z + about_z, y + about_y, x + about_x))

    def tilted(self, about_z: float = 0.0, about_y: float = 0.0, about_x: float = 0.0) -> "GeometryObject":
        """With angles added to its tilt, degree."""
        z, y, x = self.tilt
        return replace(self, tilt=(z + about_z, y + about_y, x + about_x))

    def placed(self, offset: Triple, rotation: Triple, tilt: Triple) -> "GeometryObject":
        """At another place altogether."""
        return replace(self, offset=offset, rotation=rotation, tilt=tilt)


class Geometry:
    """A whole detector.

    Parameters
    ----------
    objects
        In the order of the file, without the top.
    comments
        Texts of the comment lines, in order.
    source
        File it came from, for messages.

    Attributes
    ----------
    top
        The parent that is nobody's child, usually ``IP 0``.
    warnings
        What is allowed but suspicious, each with its line.

    Raises
    ------
    DamagedData
        Naming object and line, if the objects make no tree whose leaves are known sensors.
    """

    def __init__(self, objects: Sequence[GeometryObject], comments: Sequence[str] = (), source: str = "") -> None:
        self.objects, self.comments, self.source = tuple(objects), tuple(comments), source
        if not 0 < len(self.objects) <= MOST_OBJECTS:
            raise DamagedData(f"a geometry of {len(self.objects)} objects", source=source)
        first: dict[tuple[str, int], int] = {}
        for position, each in enumerate(self.objects):
            first.setdefault((each.name, each.index), position)
        self.top = self._top(first)
        self._children: list[list[int]] = [[] for _ in range(len(self.objects) + 1)]
        for position, each in enumerate(self.objects):
            parent = first.get((each.parent, each.parent_index), len(self.objects))
            self._children[parent].append(position)
        self._check_tree()
        self.warnings = tuple(self._warnings())

    def _top(self, first: dict[tuple[str, int], int]) -> GeometryObject:
        tops = list(dict.fromkeys((each.parent, each.parent_index) for each in self.objects))
        tops = [top for top in tops if top not in first]
        if len(tops) != 1:
            names = ", ".join(f"{name} {index}" for name, index in tops) or "none"
            raise DamagedData(f"a geometry has one object without parent, here they are: {names}", source=self.source)
        return GeometryObject(name=tops[0][0], index=tops[0][1])

    def _check_tree(self) -> None:
        """Every object hangs on the top, every leaf is a sensor, what lies side by side has one shape."""
        seen: set[int] = set()
        self._descend(len(self.objects), seen, 0)
        lost = set(range(len(self.objects))) - seen
        if lost:
            raise self._damage(min(lost), "is its own ancestor, or below a sensor")
        if int(np.prod(self.shape(self.top))) > MOST_PIXELS:
            raise DamagedData(f"a geometry of {self.shape(self.top)} pixels is larger than any detector", source=self.source)

    def _descend(self, position: int, seen: set[int], level: int) -> tuple[int, ...]:
        """Shape of an object; all below it is checked."""
        if level > MOST_LEVELS:
            raise self._damage(position, f"is below {MOST_LEVELS} others")
        seen.add(position)
        sensor = self._sensor(position)
        if sensor is not None:
            return sensor.shape
        shapes = [self._descend(child, seen, level + 1) for child in self._children[position]]
        if not shapes:
            raise self._damage(position, "is no known kind of sensor and has nothing in it")
        odd = next((child for child, shape in zip(self._children[position], shapes, strict=True) if shape != shapes[0]), None)
        if odd is not None:
            raise self._damage(odd, "has another number of pixels than the objects beside it")
        return len(shapes), *shapes[0]

    def _sensor(self, position: int) -> Segment | None:
        try:
            return segment_for(self._at(position).name)
        except ValueError as error:
            raise self._damage(position, f"cannot be: {error}") from error

    def _at(self, position: int) -> GeometryObject:
        return self.objects[position] if position < len(self.objects) else self.top

    def _damage(self, position: int, why: str) -> DamagedData:
        each = self._at(position)
        line = f"line {each.line}: " if each.line else ""
        return DamagedData(f"{line}{each.label} {why}", source=self.source)

    def _warnings(self) -> list[str]:
        texts = []
        for position, children in enumerate(self._children):
            indexes = [self.objects[child].index for child in children]
            if indexes != list(range(len(indexes))):
                texts.append(f"the parts of {self._at(position).label} are numbered {indexes}; their order is that of the file")
        return texts

    def position(self, each: GeometryObject) -> int:
        """Number of an object of this tree; the top comes last."""
        return next((number for number, other in enumerate(self.objects) if other is each), len(self.objects))

    def children(self, each: GeometryObject) -> tuple[GeometryObject, ...]:
        """What is placed in the frame of an object, in the order of the file."""
        return tuple(self.objects[child] for child in self._children[self.position(each)])

    def shape(self, each: GeometryObject) -> tuple[int, ...]:
        """Shape of the pixels of an object, panel by panel: a level of the tree is a dimension."""
        sensor = segment_for(each.name)
        if sensor is not None:
            return sensor.shape
        children = self.children(each)
        return len(children), *self.shape(children[0])

    def find(self, name: str, index: int = 0) -> GeometryObject:
        """The first object of this name and index.

        Raises
        ------
        ConfigError
            Naming those there are.
        """
        for each in (*self.objects, self.top):
            if (each.name, each.index) == (name, index):
                return each
        known = ", ".join(dict.fromkeys(each.label for each in (*self.objects, self.top)))
        raise ConfigError(f"there is no object {name} {index} in the geometry; there are {known}", file=self.source)

    def on_line(self, line: int) -> GeometryObject:
        """The object on a line of the file, from 1; ``ConfigError`` if there is none."""
        found = next((each for each in self.objects if each.line == line), None)
        if found is None:
            known = ", ".join(str(each.line) for each in self.objects)
            raise ConfigError(f"there is no object on line {line}; they are on {known}", file=self.source)
        return found

    def with_object(self, old: GeometryObject, new: GeometryObject) -> "Geometry":
        """The same geometry with one object replaced."""
        position = self.position(old)
        return Geometry((*self.objects[:position], new, *self.objects[position + 1 :]), self.comments, self.source)

    def sensors(self, each: GeometryObject | None = None) -> tuple[Segment, ...]:
        """Sensors below an object (default: all), in memory order of their pixels."""
        each = each or self.top
        sensor = segment_for(each.name)
        if sensor is not None:
            return (sensor,)
        return tuple(found for child in self.children(each) for found in self.sensors(child))

    @property
    def scale(self) -> float:
        """Pixel size of the first sensor, micrometre."""
        return self.sensors()[0].scale
