"""All array fields of the service within one budget of bytes."""

from collections.abc import Iterable, Mapping

from dashboards.arrays import Piece
from dashboards.curve_ring import CurveRing
from dashboards.list_ring import ListRing
from dashboards.snapshot import Curves, FieldInfo, Lists

MOST_FIELDS = 64
MOST_EVENT_BYTES = 4 << 20
"""An array larger than this in one event is a picture, and pictures have topics of their own."""

BUDGET_BYTES = 128 << 20
MOST_FIELD_BYTES = 32 << 20
"""A field may fill the memory alone only so far: 40 000 events of a curve of 100 points, 6 minutes at 120 Hz."""

UNKNOWN = FieldInfo()


class Shelf:
    """One ring for each field; all get the same share of the budget.

    Every array field is kept, watched or not: the values arrive anyway with the scalars, and copying what comes at 120 Hz from
    eight digitizer channels of 5000 samples takes 3 % of a processor. A page that is opened later so has a past to show.
    """

    def __init__(self, budget_bytes: int = BUDGET_BYTES) -> None:
        self._budget = budget_bytes
        self._rings: dict[str, CurveRing | ListRing] = {}

    def put(self, pieces: Iterable[Piece]) -> None:
        """Take the array fields of one message; beyond ``MOST_FIELDS`` the later ones are left alone."""
        for piece in pieces:
            ring = self._rings.get(piece.name)
            if not isinstance(ring, _kind_of(piece)):
                ring = self._add(piece)
            if ring is not None:
                ring.append(piece)

    def _add(self, piece: Piece) -> CurveRing | ListRing | None:
        """Make a ring for a field that is new, or of another kind than before; ``None`` if there is no place for it."""
        largest = piece.values[:1].nbytes if piece.lengths is None else 0
        if largest > MOST_EVENT_BYTES or (piece.name not in self._rings and len(self._rings) >= MOST_FIELDS):
            return None
        self._rings[piece.name] = made = _kind_of(piece)(0)
        for ring in self._rings.values():
            ring.limit_bytes = min(MOST_FIELD_BYTES, self._budget // len(self._rings))
        return made

    def curves(self, infos: Mapping[str, FieldInfo]) -> dict[str, Curves]:
        """Fields of fixed shape."""
        return {name: ring.view(infos.get(name, UNKNOWN)) for name, ring in self._rings.items() if isinstance(ring, CurveRing)}

    def lists(self, infos: Mapping[str, FieldInfo]) -> dict[str, Lists]:
        """Ragged fields."""
        return {name: ring.view(infos.get(name, UNKNOWN)) for name, ring in self._rings.items() if isinstance(ring, ListRing)}


def _kind_of(piece: Piece) -> type[CurveRing | ListRing]:
    return CurveRing if piece.lengths is None else ListRing
