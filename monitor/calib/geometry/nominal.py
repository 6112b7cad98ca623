"""Geometries as built, for detectors without a file: ideal places of the panels, from the sizes of sensors and frames.

Right to a millimetre at best. Turned so that the image shows a panel upright: rows down, columns to the right.
"""

from collections.abc import Callable

from monitor.calib.geometry.tree import Geometry, GeometryObject, Triple

UPRIGHT: Triple = (90.0, 0.0, 0.0)
"""Turn of a sensor whose y falls with the row."""
UPRIGHT_MIRRORED: Triple = (90.0, 180.0, 0.0)
"""Turn of a sensor whose y grows with the row."""
JUNGFRAU_PITCH = 41_250.0
"""Between modules of a Jungfrau: 512 rows, the gap of 2 between its chips, and 36 between modules."""
QUAD_X, QUAD_Y = 20_150.0, 20_950.0
"""Centres of the panels of an Epix10ka quad."""
ARRAY_X, ARRAY_Y = 43_750.0, 38_150.0
"""Centre of quad 1 of an Epix10ka 2M; the others follow by quarter turns around the beam, whole pixels apart."""
ARRAY_TURNS = (90.0, 0.0, 270.0, 180.0)


def _single(sensor: str, turn: Triple) -> Geometry:
    return Geometry([GeometryObject(parent="IP", name=sensor, rotation=turn)])


def _jungfrau_pair() -> Geometry:
    modules = [
        GeometryObject(parent="CAMERA", name="JUNGFRAU:V1", index=number, offset=(0.0, (0.5 - number) * JUNGFRAU_PITCH, 0.0))
        for number in range(2)
    ]
    return Geometry([*modules, GeometryObject(parent="IP", name="CAMERA", rotation=UPRIGHT)])


def _quad(index: int) -> list[GeometryObject]:
    """Four panels on their heads, row by row."""
    places = [(-QUAD_X, QUAD_Y), (QUAD_X, QUAD_Y), (-QUAD_X, -QUAD_Y), (QUAD_X, -QUAD_Y)]
    return [
        GeometryObject(
            parent="QUAD", parent_index=index, name="EPIX10KA:V1", index=number, offset=(x, y, 0.0), rotation=(180.0, 0.0, 0.0)
        )
        for number, (x, y) in enumerate(places)
    ]


def _epix10ka_quad() -> Geometry:
    return Geometry([*_quad(0), GeometryObject(parent="IP", name="QUAD", rotation=UPRIGHT)])


def _epix10ka_array() -> Geometry:
    centres = [(-ARRAY_Y, ARRAY_X), (ARRAY_X, ARRAY_Y), (ARRAY_Y, -ARRAY_X), (-ARRAY_X, -ARRAY_Y)]
    quads = [
        GeometryObject(parent="CAMERA", name="QUAD", index=index, offset=(x, y, 0.0), rotation=(turn, 0.0, 0.0))
        for index, ((x, y), turn) in enumerate(zip(centres, ARRAY_TURNS, strict=True))
    ]
    panels = [panel for index in range(len(quads)) for panel in _quad(index)]
    return Geometry([*panels, *quads, GeometryObject(parent="IP", name="CAMERA", rotation=UPRIGHT)])


DEVICES = ("Epix", "Jungfrau")
"""How the names of their devices begin."""
NOMINAL: dict[tuple[int, ...], Callable[[], Geometry]] = {
    (1, 704, 768): lambda: _single("EPIX100:V1", UPRIGHT_MIRRORED),
    (1, 352, 384): lambda: _single("EPIX10KA:V1", UPRIGHT),
    (4, 352, 384): _epix10ka_quad,
    (16, 352, 384): _epix10ka_array,
    (1, 512, 1024): lambda: _single("JUNGFRAU:V1", UPRIGHT),
    (2, 512, 1024): _jungfrau_pair,
}
"""By panels, rows and columns, which tell these devices apart."""


def nominal_geometry(device: str, shape: tuple[int, ...]) -> Geometry | None:
    """Geometry of a detector with frames of this shape; None for detectors whose build is not known here."""
    if not device.startswith(DEVICES):
        return None
    made = NOMINAL.get(shape if len(shape) == 3 else (1, *shape))
    return None if made is None else made()
